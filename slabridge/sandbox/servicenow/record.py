"""Records, and what an update does to one: derived fields, the stamp of who and when, and the audit trail."""

import hashlib
from collections.abc import Iterable, Mapping
from sqlite3 import Connection
from typing import NamedTuple

from slabridge.sandbox.servicenow.schema import Table

Stored = str | int | None
Record = dict[str, Stored]

RESOLVED, CLOSED = 6, 7


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
        """Return the row for one field of a record just stamped; `place` tells the fields of an update apart."""
        key, checkpoint = str(record["sys_id"]), count(record, "sys_mod_count")
        old, new = ("" if value is None else str(value) for value in values)
        sys_id = f"{key[:24]}{checkpoint:04x}{place:04x}"
        stamp = str(record["sys_updated_by"]), str(record["sys_updated_on"])
        return cls(sys_id, table.name, field, key, old, new, *stamp, checkpoint)


def identify(*parts: object) -> str:
    """Return a sys_id: 32 hex digits, the same for the same parts."""
    return hashlib.md5(":".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def count(record: Record, name: str) -> int:
    """Return a field that counts."""
    return int(record[name] or 0)


def change(table: Table, record: Record, changes: Mapping[str, Stored], at: str, user: User) -> list[AuditRow]:
    """Update a record in place and return its audit rows, one for each field that got another value.

    Nothing is stamped where nothing changes.
    """
    differing = {name: value for name, value in changes.items() if record[name] != value}
    if table.name == "incident":
        differing |= derived(record, differing, at, user)
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


def derived(record: Record, changes: Mapping[str, Stored], at: str, user: User) -> Record:
    """Return what the instance's own rules make of a change to an incident."""
    found: Record = {}
    if "assignment_group" in changes:
        found["reassignment_count"] = count(record, "reassignment_count") + 1
    if "state" not in changes:
        return found
    state = changes["state"]
    is_active = "false" if state == CLOSED else "true"
    if record["active"] != is_active:
        found["active"] = is_active
    if state == RESOLVED:
        found |= {"resolved_at": at, "resolved_by": user.sys_id}
    elif state == CLOSED:
        found |= {"closed_at": at, "closed_by": user.sys_id}
    elif record["state"] in {RESOLVED, CLOSED}:
        found["reopen_count"] = count(record, "reopen_count") + 1
        emptied = ("resolved_at", "resolved_by", "closed_at", "closed_by", "close_code")
        found |= {name: None for name in emptied if record[name] is not None}
    return found


def save_audit(db: Connection, audit: Iterable[AuditRow]) -> None:
    """Write audit rows."""
    db.executemany(
        f"INSERT INTO sys_audit ({', '.join(AuditRow._fields)}, sys_created_by)"  # noqa: S608 - names of the schema
        f" VALUES ({', '.join('?' * len(AuditRow._fields))}, 'system')",
        audit,
    )
