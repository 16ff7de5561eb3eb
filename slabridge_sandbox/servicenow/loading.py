"""Stories as records: events applied in bulk, with the people, teams and choices that they name."""

import sqlite3
from collections.abc import Sequence
from operator import itemgetter

from slabridge_sandbox.servicenow.date_time import stamp_of
from slabridge_sandbox.servicenow.journal import JournalEntry, entries, save_entries
from slabridge_sandbox.servicenow.names import account_of, code_of, save_named
from slabridge_sandbox.servicenow.record import (
    AuditRow,
    Record,
    Stored,
    User,
    change,
    derived,
    identify,
    new_task,
    save_audit,
    touch,
)
from slabridge_sandbox.servicenow.schema import TABLES
from slabridge_sandbox.story import STATES, Event

INCIDENT = TABLES["incident"]

_FIELDS = {"caller": "caller_id"}
"""Where a field of a story is called otherwise on an incident."""

_STORED = set(INCIDENT.stored)
_FIXED = {"sys_id", "number", "opened_at", "sys_created_on"}
_CHANGING = [name for name in INCIDENT.stored if name not in _FIXED]
_INSERT = f"INSERT INTO task ({', '.join(INCIDENT.stored)}) VALUES ({', '.join('?' * len(INCIDENT.stored))})"  # noqa: S608 - names of the schema
_UPDATE = f"UPDATE task SET {', '.join(f'{name} = ?' for name in _CHANGING)} WHERE sys_id = ?"  # noqa: S608 - as above
_SELECT = f"SELECT {', '.join(INCIDENT.stored)} FROM incident WHERE number IN "  # noqa: S608 - as above
_CHUNK = 500

_all_cells = itemgetter(*INCIDENT.stored)
_changing_cells = itemgetter(*_CHANGING, "sys_id")


class Loader:
    """Applies events to the tables; it remembers what every name and value that it has met is stored as."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._values: dict[tuple[str, str], Stored] = {}
        self._users: dict[str, User] = {}
        self._new: list[tuple[str, str]] = []

    def apply(self, events: Sequence[Event]) -> None:
        """Apply events in their order, in one transaction. What happens to an incident that was deleted is lost."""
        opened: dict[str, Record] = {}
        known = self._known({event.story for event in events if not event.opens})
        audit: list[AuditRow] = []
        written: list[JournalEntry] = []
        for event in events:
            at, user = stamp_of(event.at), self._user(event.by)
            values = {
                column: None if value is None else self._value(column, value)
                for field, value in event.changes.items()
                if (column := _FIELDS.get(field, field)) in _STORED
            }
            if event.opens:
                record = new_task(INCIDENT, identify("incident", event.story), at, user)
                started = derived(INCIDENT, record, {"state": values.get("state", 1)}, at, user)
                opened[event.story] = record | values | started | {"number": event.story}
            elif held := opened.get(event.story) or known.get(event.story):
                rows = change(INCIDENT, held, values, at, user)
                audit += rows
                if not rows:
                    touch(held, at, user)
                for entry, row in entries(INCIDENT, held, event.changes):
                    written.append(entry)
                    audit.append(row)
        with self._db:
            self._db.executemany(_INSERT, map(_all_cells, opened.values()))
            self._db.executemany(_UPDATE, map(_changing_cells, known.values()))
            save_audit(self._db, audit)
            save_entries(self._db, written)
            for table, name in self._new:
                save_named(self._db, table, name)
            self._new.clear()

    def _known(self, numbers: set[str]) -> dict[str, Record]:
        """Read the incidents that are there already."""
        found: dict[str, Record] = {}
        ordered = sorted(numbers)
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            for row in self._db.execute(f"{_SELECT} ({', '.join('?' * len(chunk))})", chunk):
                record = dict(zip(INCIDENT.stored, row, strict=True))
                found[record["number"]] = record
        return found

    def _user(self, name: str) -> User:
        if name not in self._users:
            self._new.append(("sys_user", name))
            self._users[name] = User(identify("sys_user", name), account_of(name))
        return self._users[name]

    def _value(self, column: str, name: str) -> Stored:
        """Return how a column stores what a story calls `name`."""
        key = (column, name)
        if key not in self._values:
            self._values[key] = self._meet(*key)
        return self._values[key]

    def _meet(self, name: str, value: str) -> Stored:
        column = INCIDENT.columns[name]
        if column.reference:
            self._new.append((column.reference, value))
            return identify(column.reference, value)
        if name == "state":
            return STATES.index(value) + 1 if value in STATES else int(value)
        if column.kind == "integer":
            return int(value.partition(" ")[0])
        if column.choice:
            self._new.append((name, value))
            return code_of(value)
        return value
