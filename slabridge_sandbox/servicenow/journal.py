"""Journals: comments and work notes, which stand beside a record, and the mails that go out for comments."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from slabridge_sandbox.servicenow.record import AuditRow, Record, count, identify, save
from slabridge_sandbox.servicenow.table import Table
from slabridge_sandbox.servicenow.task import REQUESTERS

_AFTER_FIELDS = 0xFF00
"""Where the places of journal fields in an update begin."""


class JournalEntry(NamedTuple):
    """A row of sys_journal_field; `element` is comments or work_notes, `name` the table of the record."""

    sys_id: str
    name: str
    element: str
    element_id: str
    value: str
    sys_created_on: str
    sys_created_by: str


def entries(table: Table, record: Record, body: Mapping[str, object]) -> Iterator[tuple[JournalEntry, AuditRow]]:
    """Return the entries that an update writes, with their audit rows; the record is stamped with that update."""
    for place, name in enumerate(table.journals, start=_AFTER_FIELDS):
        if text := body.get(name):
            key = str(record["sys_id"])
            sys_id = identify("sys_journal_field", key, name, count(record, "sys_mod_count"))
            stamp = str(record["sys_updated_on"]), str(record["sys_updated_by"])
            audit = AuditRow.of(table, record, name, (None, str(text)), place)
            yield JournalEntry(sys_id, table.name, name, key, str(text), *stamp), audit


def save_entries(db: sqlite3.Connection, written: Iterable[JournalEntry]) -> None:
    """Write entries."""
    columns, marks = ", ".join(JournalEntry._fields), ", ".join("?" * len(JournalEntry._fields))
    db.executemany(f"INSERT INTO sys_journal_field ({columns}) VALUES ({marks})", written)  # noqa: S608 - names of the schema


def mail(db: sqlite3.Connection, table: Table, record: Record, text: str) -> None:
    """Note the mail of a comment to the one whom a task is for; their own comments are not mailed to them."""
    requester = next((record[name] for name in REQUESTERS if record.get(name)), None)
    found = db.execute(
        "SELECT email FROM sys_user WHERE sys_id = ? AND user_name <> ?", (requester, record["sys_updated_by"])
    ).fetchone()
    if found is None:
        return
    sent: Record = {
        "sys_id": identify("sys_email", record["sys_id"], count(record, "sys_mod_count")),
        "recipients": found[0],
        "subject": f"{table.label} {record['number']} - comments added",
        "body": text,
        "target_table": table.name,
        "instance": record["sys_id"],
        "sys_created_on": record["sys_updated_on"],
        "sys_created_by": "system",
    }
    save(db, "sys_email", sent)
