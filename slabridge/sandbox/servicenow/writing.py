"""Writes through the Table API: a record made, changed or deleted."""

import itertools
import sqlite3
from collections.abc import Mapping

from slabridge.sandbox.servicenow.error import ApiError
from slabridge.sandbox.servicenow.loading import new_incident
from slabridge.sandbox.servicenow.moment import stamp_of
from slabridge.sandbox.servicenow.query import DATE_TIME
from slabridge.sandbox.servicenow.record import (
    AuditRow,
    Record,
    Stored,
    User,
    change,
    count,
    identify,
    save_audit,
    touch,
)
from slabridge.sandbox.servicenow.schema import Column, Table

Body = Mapping[str, object]

_FIRST_NUMBER = 9_000_000
"""Incidents made through the API are numbered from here, away from those of the stories."""
_AFTER_FIELDS = 0xFF00
"""Where the places of journal fields in an update begin."""


class Writer:
    """Writes records; each call is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._places = itertools.count(1)

    def insert(self, table: Table, body: Body, now: int, user: User) -> str:
        """Make a record and return its sys_id."""
        if table.read_only:
            raise ApiError.forbidden("Insert")
        at, values = stamp_of(now), _values(table, body)
        place = next(self._places)
        sys_id = identify(table.name, "made", place)
        if table.name == "incident":
            defaults: Record = {"number": f"INC{_FIRST_NUMBER + place}", "impact": 3, "urgency": 3}
            record = new_incident(sys_id, at, user) | defaults | values
            record["priority"] = values.get("priority") or _priority(record)
        else:
            record = dict.fromkeys(table.stored) | values
            record |= {"sys_id": sys_id, "sys_created_on": at, "sys_created_by": user.user_name, "sys_mod_count": -1}
            touch(record, at, user)
        with self._db:
            self._save(table, record)
            self._write_journals(table, record, body)
        return sys_id

    def update(self, table: Table, sys_id: str, body: Body, now: int, user: User) -> None:
        """Change the given fields of a record; values that it has already change nothing."""
        record = self._find(table, sys_id)
        if table.read_only:
            raise ApiError.forbidden("Update")
        at, changes = stamp_of(now), _values(table, body)
        if table.name == "incident" and "priority" not in changes and {"impact", "urgency"} & changes.keys():
            changes["priority"] = _priority(record | changes)
        audit = change(table, record, changes, at, user)
        has_entry = any(body.get(name) for name in table.journals)
        if has_entry and not audit:
            touch(record, at, user)
        with self._db:
            self._save(table, record)
            save_audit(self._db, audit)
            save_audit(self._db, self._write_journals(table, record, body))

    def delete(self, table: Table, sys_id: str, now: int, user: User) -> None:
        """Delete a record; sys_audit_delete remembers it."""
        record = self._find(table, sys_id)
        if table.read_only:
            raise ApiError.forbidden("Delete")
        at, by = stamp_of(now), user.user_name
        remembered = {
            "sys_id": identify("sys_audit_delete", sys_id, at),
            "tablename": table.name,
            "documentkey": sys_id,
            "display_value": record[table.display],
            "user": by,
            "sys_created_on": at,
            "sys_created_by": by,
        }
        with self._db:
            self._db.execute(f"DELETE FROM {table.name} WHERE sys_id = ?", (sys_id,))  # noqa: S608 - a name of the schema
            self._insert("sys_audit_delete", remembered)

    def _find(self, table: Table, sys_id: str) -> Record:
        found = self._db.execute(
            f"SELECT {', '.join(table.stored)} FROM {table.name} WHERE sys_id = ?",  # noqa: S608 - names of the schema
            (sys_id,),
        ).fetchone()
        if found is None:
            raise ApiError.no_record()
        return dict(zip(table.stored, found, strict=True))

    def _save(self, table: Table, record: Record) -> None:
        self._insert(table.name, record)

    def _insert(self, table: str, record: Record) -> None:
        marks = ", ".join("?" * len(record))
        self._db.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(record)}) VALUES ({marks})",  # noqa: S608 - names of the schema
            list(record.values()),
        )

    def _write_journals(self, table: Table, record: Record, body: Body) -> list[AuditRow]:
        """Write the entries for the journal fields, and return their audit rows."""
        audit = []
        for place, name in enumerate(table.journals, start=_AFTER_FIELDS):
            entry = body.get(name)
            if not entry:
                continue
            written: Record = {
                "sys_id": identify("sys_journal_field", record["sys_id"], name, count(record, "sys_mod_count")),
                "name": table.name,
                "element": name,
                "element_id": record["sys_id"],
                "value": str(entry),
                "sys_created_on": record["sys_updated_on"],
                "sys_created_by": record["sys_updated_by"],
            }
            self._insert("sys_journal_field", written)
            audit.append(AuditRow.of(table, record, name, (None, str(entry)), place))
        return audit


def _values(table: Table, body: Body) -> Record:
    """Return the writable fields of a body as they are stored.

    Ignored are names that the table does not have, system fields, and dates and numbers that cannot be read.
    """
    values: Record = {}
    for name, given in body.items():
        column = table.columns.get(name)
        if column is None or column.kind == "journal_input" or name.startswith("sys_"):
            continue
        raw = given.get("value") if isinstance(given, dict) else given
        text = "" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)
        if not text or _fits(column, text):
            values[name] = _stored(column, text)
    return values


def _fits(column: Column, text: str) -> bool:
    match column.kind:
        case "integer":
            return text.removeprefix("-").isdecimal()
        case "glide_date_time":
            return DATE_TIME.fullmatch(text) is not None
        case _:
            return True


def _stored(column: Column, text: str) -> Stored:
    if not text:
        return None
    match column.kind:
        case "integer":
            return int(text)
        case "boolean":
            return "true" if text.lower() in {"true", "1"} else "false"
        case "glide_date_time":
            return text if len(text) > 10 else f"{text} 00:00:00"
        case _:
            return text


def _priority(record: Record) -> int:
    """Return what the instance's lookup table says: 1 for impact 1 and urgency 1, 5 for 3 and 3."""
    return (count(record, "impact") or 3) + (count(record, "urgency") or 3) - 1
