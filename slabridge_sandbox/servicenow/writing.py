"""Writes through the Table API: a record made, changed or deleted."""

import itertools
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from slabridge_sandbox.servicenow.date_time import stamp_of
from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.journal import entries, mail, save_entries
from slabridge_sandbox.servicenow.record import (
    SYSTEM_USER,
    AuditRow,
    Record,
    change,
    count,
    identify,
    new_task,
    save,
    save_audit,
    touch,
)
from slabridge_sandbox.servicenow.schema import table_named
from slabridge_sandbox.servicenow.session import Session
from slabridge_sandbox.servicenow.table import Table, quoted
from slabridge_sandbox.servicenow.task import PREFIXES
from slabridge_sandbox.servicenow.value import values_of

Body = Mapping[str, object]

_FIRST_NUMBER = 9_000_000
"""Tasks made through the API are numbered from here, away from those of the stories."""


@dataclass(frozen=True, slots=True)
class SilentChange:
    """What a script does to a record with autoSysFields(false); without `workflow`, with setWorkflow(false) as well.

    The record is not stamped; without workflow there are no audit rows and no business rules either, as of SLAs.
    """

    table: str
    sys_id: str
    fields: Mapping[str, str]
    workflow: bool = True


class Writer:
    """Writes records; each call is one transaction."""

    def __init__(self, db: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
        self._db = db
        self._tables = tables
        self._places = itertools.count(1)

    def insert(self, session: Session, table: Table, body: Body, now: int) -> str:
        """Make a record and return its sys_id."""
        session.must_write(table, "Insert")
        at, user, given = stamp_of(now), session.user, _allowed(session, table, body)
        values = values_of(table, given)
        place = next(self._places)
        sys_id = identify(table.name, "made", place)
        if table.storage == "task":
            defaults: Record = {"number": f"{PREFIXES[table.name]}{_FIRST_NUMBER + place}", "impact": 3, "urgency": 3}
            record = new_task(table, sys_id, at, user) | defaults | values
            record["priority"] = values.get("priority") or _priority(record)
        else:
            record = dict.fromkeys(table.stored) | values
            record |= {"sys_id": sys_id, "sys_created_on": at, "sys_created_by": user.user_name, "sys_mod_count": -1}
            touch(record, at, user)
        with self._db:
            save(self._db, table.storage, record)
            self._comment(table, record, given)
        return sys_id

    def update(self, session: Session, table: Table, sys_id: str, body: Body, now: int) -> None:
        """Change the given fields of a record; values that it has already change nothing."""
        table, record = self._find(table, sys_id)
        session.must_write(table, "Update")
        at, before, given = stamp_of(now), record.copy(), _allowed(session, table, body)
        changes = values_of(table, given)
        if table.storage == "task" and "priority" not in changes and {"impact", "urgency"} & changes.keys():
            changes["priority"] = _priority(record | changes)
        audit = change(table, record, changes, at, session.user)
        has_entry = any(given.get(name) for name in table.journals)
        if has_entry and not audit:
            touch(record, at, session.user)
        if record == before:
            return
        with self._db:
            save(self._db, table.storage, record)
            save_audit(self._db, audit)
            save_audit(self._db, self._comment(table, record, given))

    def silently(self, change_: SilentChange, now: int) -> None:
        """Change fields without a stamp, as a script does."""
        table, record = self._find(table_named(self._tables, change_.table), change_.sys_id)
        changed, values = record.copy(), values_of(table, change_.fields)
        audit: list[AuditRow] = []
        if change_.workflow:
            rows = change(table, changed, values, stamp_of(now), SYSTEM_USER)
            audit = [row._replace(sys_id=identify("silent", row.sys_id, next(self._places))) for row in rows]
        stamps = {name: record[name] for name in record if name.startswith("sys_")}
        changed |= values | stamps
        with self._db:
            save(self._db, table.storage, changed)
            save_audit(self._db, audit)

    def delete(self, session: Session, table: Table, sys_id: str, now: int) -> None:
        """Delete a record; sys_audit_delete remembers it."""
        table, record = self._find(table, sys_id)
        session.must_write(table, "Delete")
        at, by = stamp_of(now), session.user.user_name
        remembered: Record = {
            "sys_id": identify("sys_audit_delete", sys_id, at),
            "tablename": table.name,
            "documentkey": sys_id,
            "display_value": record[table.display],
            "user": by,
            "sys_created_on": at,
            "sys_created_by": by,
            "sys_updated_on": at,
            "sys_updated_by": by,
            "sys_mod_count": 0,
        }
        with self._db:
            self._db.execute(f"DELETE FROM {table.storage} WHERE sys_id = ?", (sys_id,))  # noqa: S608 - a name of the schema
            save(self._db, "sys_audit_delete", remembered)

    def _find(self, table: Table, sys_id: str) -> tuple[Table, Record]:
        """Return a record and the table that it is of: a task may be an incident."""
        if table.name == "task":
            row = self._db.execute("SELECT sys_class_name FROM task WHERE sys_id = ?", (sys_id,)).fetchone()
            table = self._tables[row[0]] if row else table
        found = self._db.execute(
            f"SELECT {quoted(table.stored)} FROM {table.name} WHERE sys_id = ?",  # noqa: S608 - names of the schema
            (sys_id,),
        ).fetchone()
        if found is None:
            raise ApiError.no_record()
        return table, dict(zip(table.stored, found, strict=True))

    def _comment(self, table: Table, record: Record, body: Body) -> list[AuditRow]:
        """Write what a body has for journals, mail the comments, and return the audit rows."""
        written = list(entries(table, record, body))
        save_entries(self._db, [entry for entry, _ in written])
        for entry, _ in written:
            if entry.element == "comments":
                mail(self._db, table, record, entry.value)
        return [row for _, row in written]


def _allowed(session: Session, table: Table, body: Body) -> Body:
    """Return what of a body the account may write; the rest is left out without a word."""
    refused = session.read_only_fields(table)
    return {name: value for name, value in body.items() if name not in refused}


def _priority(record: Record) -> int:
    """Return what the instance's lookup table says: 1 for impact 1 and urgency 1, 5 for 3 and 3."""
    return (count(record, "impact") or 3) + (count(record, "urgency") or 3) - 1
