"""Records, and what an update does to one: derived fields, the stamp of who and when, and the audit trail."""

import hashlib
from collections.abc import Iterable, Mapping
from sqlite3 import Connection
from typing import NamedTuple

from slabridge_sandbox.servicenow.table import Table, quoted
from slabridge_sandbox.servicenow.task import CLOSED_STATES, FIRST_STATES, RESOLVED_STATES

Stored = str | int | None
Record = dict[str, Stored]


class User(NamedTuple):
    """Who does something."""

    sys_id: str
    user_name: str


class AuditRow(NamedTuple):
    """A row of sys_audit. `record_checkpoint` is the number of the update."""

    sys_id: str
    tablename: str
    fieldname: str
    documentkey: str
    oldvalue: str
    newvalue: str
    user: str
    sys_created_on: str
    record_checkpoint: int

    @classmethod
    def of(cls, table: Table, record: Record, field: str, values: tuple[Stored, Stored], place: int) -> "AuditRow":
        """Return the row for one field of a record just stamped; `place` differs from field to field of an update."""
        key, checkpoint = str(record["sys_id"]), count(record, "sys_mod_count")
        old, new = ("" if value is None else str(value) for value in values)
        sys_id = f"{key[:24]}{checkpoint:04x}{place:04x}"
        stamp = str(record["sys_updated_by"]), str(record["sys_updated_on"])
        return cls(sys_id, table.name, field, key, old, new, *stamp, checkpoint)


def identify(*parts: object) -> str:
    """Return a sys_id: 32 hex digits, the same for the same parts."""
    return hashlib.md5(":".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


SYSTEM_USER = User(identify("sys_user", "system"), "system")
"""Who does what nobody does."""


def count(record: Record, name: str) -> int:
    """Return a field that counts."""
    return int(record[name] or 0)


def new_task(table: Table, sys_id: str, at: str, user: User) -> Record:
    """Return a task that somebody opens."""
    return dict.fromkeys(table.stored) | {
        "sys_id": sys_id,
        "sys_class_name": table.name,
        "state": FIRST_STATES.get(table.name, 1),
        "active": "true",
        "escalation": 0,
        "made_sla": "true",
        "knowledge": "false",
        "reassignment_count": 0,
        "opened_at": at,
        "opened_by": user.sys_id,
        "sys_created_on": at,
        "sys_created_by": user.user_name,
        "sys_updated_on": at,
        "sys_updated_by": user.user_name,
        "sys_mod_count": 0,
        **({"reopen_count": 0} if "reopen_count" in table.columns else {}),
    }


def change(table: Table, record: Record, changes: Mapping[str, Stored], at: str, user: User) -> list[AuditRow]:
    """Update a record in place and return its audit rows, one for each field that got another value.

    Nothing is stamped where nothing changes.
    """
    differing = {name: value for name, value in changes.items() if record[name] != value}
    if table.storage == "task":
        differing |= derived(table, record, differing, at, user)
    if not differing:
        return []
    touch(record, at, user)
    audit = []
    if table.audited:
        audit = [
            AuditRow.of(table, record, name, (record[name], value), place)
            for place, (name, value) in enumerate(differing.items())
        ]
    record.update(differing)
    return audit


def touch(record: Record, at: str, user: User) -> None:
    """Stamp a record as saved."""
    record["sys_mod_count"] = count(record, "sys_mod_count") + 1
    record["sys_updated_on"] = at
    record["sys_updated_by"] = user.user_name


def derived(table: Table, record: Record, changes: Mapping[str, Stored], at: str, user: User) -> Record:
    """Return what the instance's own rules make of a change to a task."""
    found: Record = {}
    if "assignment_group" in changes:
        found["reassignment_count"] = count(record, "reassignment_count") + 1
    if "state" not in changes:
        return found
    state = changes["state"]
    resolved, closed = RESOLVED_STATES.get(table.name, set()), CLOSED_STATES[table.name]
    is_active = "false" if state in closed else "true"
    if record["active"] != is_active:
        found["active"] = is_active
    if state in resolved:
        found |= {"resolved_at": at, "resolved_by": user.sys_id}
    elif state in closed:
        found |= {"closed_at": at, "closed_by": user.sys_id}
    elif record["state"] in resolved | closed:
        if "reopen_count" in record:
            found["reopen_count"] = count(record, "reopen_count") + 1
        emptied = ("resolved_at", "resolved_by", "closed_at", "closed_by", "close_code")
        found |= {name: None for name in emptied if record.get(name) is not None}
    return found


def save(db: Connection, table: str, record: Record) -> None:
    """Write a record whole."""
    marks = ", ".join("?" * len(record))
    db.execute(
        f"INSERT OR REPLACE INTO {table} ({quoted(record)}) VALUES ({marks})",  # noqa: S608 - names of the schema
        list(record.values()),
    )


def save_audit(db: Connection, audit: Iterable[AuditRow]) -> None:
    """Write audit rows."""
    db.executemany(
        f"INSERT INTO sys_audit ({', '.join(AuditRow._fields)}, sys_created_by)"  # noqa: S608 - names of the schema
        f" VALUES ({', '.join('?' * len(AuditRow._fields))}, 'system')",
        audit,
    )
