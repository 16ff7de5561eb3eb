"""The site: its database, its clock, and the account that slabridge works with."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from slabridge.sandbox.clock import Clock
from slabridge.sandbox.jira.catalogue import PROJECT_KEY
from slabridge.sandbox.jira.names import Names

FIRST_ID = 10000
"""Where Jira's ids begin: of issues, histories and comments."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What slabridge signs in with: basic authentication, the API token in place of the password."""

    email: str = "slabridge@example.com"
    token: str = "sandbox-jira-token"  # noqa: S105 - a sandbox on loopback, printed when it starts


@dataclass(slots=True)
class Site:
    """Everything that an endpoint works on. One thread, no locks."""

    db: sqlite3.Connection
    clock: Clock
    credentials: Credentials
    zone: ZoneInfo
    """The time zone in the profile of our account: Jira renders every instant in it, and reads JQL dates in it."""
    names: Names = field(init=False)
    account: str = field(init=False, default="")
    """Our account's id."""

    def __post_init__(self) -> None:
        self.names = Names(self.db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is written inside at once, or nothing."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query, by column name."""
        cursor = self.db.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, tuple(parameters)).fetchall()

    def find(self, id_or_key: str) -> int | None:
        """Return the id of an issue from its id or key, None where there is none."""
        prefix, dash, number = id_or_key.rpartition("-")
        if dash and prefix.upper() == PROJECT_KEY and number.isascii() and number.isdigit():
            sql = "SELECT id FROM issues WHERE number = ?"
        elif id_or_key.isascii() and id_or_key.isdigit():
            sql, number = "SELECT id FROM issues WHERE id = ?", id_or_key
        else:
            return None
        found = self.db.execute(sql, (min(int(number), 2**62),)).fetchone()
        return None if found is None else found[0]

    def find_all(self, ids_or_keys: Iterable[str]) -> list[int]:
        """Return the ids of those that exist, each once, in the order asked for."""
        return list(dict.fromkeys(id_ for text in ids_or_keys if (id_ := self.find(text)) is not None))

    def issues(self, ids: Iterable[int]) -> list[sqlite3.Row]:
        """Return the rows of these issues, in the order of `ids`."""
        wanted = list(ids)
        listed = orjson.dumps(wanted).decode()
        rows = self.rows("SELECT * FROM issues WHERE id IN (SELECT value FROM json_each(?))", (listed,))
        by_id = {row["id"]: row for row in rows}
        return [by_id[id_] for id_ in wanted if id_ in by_id]

    def touch(self, issue: int) -> None:
        """Set `updated` to now."""
        self.db.execute("UPDATE issues SET updated = max(updated, ?) WHERE id = ?", (self.clock.now, issue))

    def stamp(self, at: int) -> str:
        """Return an instant as Jira writes it: 2021-03-28T16:06:08.713+0200, in our account's time zone."""
        local = (_EPOCH + timedelta(milliseconds=at)).astimezone(self.zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}{local:%z}"
