"""The site: its database, its clock, and the account that slabridge works with."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.instant import moment_of
from slabridge_sandbox.jira.fields import Fields
from slabridge_sandbox.jira.index import PRESENT, View
from slabridge_sandbox.jira.limits import Limits
from slabridge_sandbox.jira.mail import Mail
from slabridge_sandbox.jira.names import Names
from slabridge_sandbox.jira.oauth import Grants
from slabridge_sandbox.jira.permissions import visible
from slabridge_sandbox.jira.switches import Switches

FIRST_ID = 10000
"""Where Jira's ids begin: of issues, histories and comments."""
_LAST_NUMBER = """
SELECT ifnull(max(last), 0) FROM (
  SELECT max(number) AS last FROM issues WHERE project = :project
  UNION ALL SELECT max(number) FROM moved WHERE project = :project
  UNION ALL SELECT max(number) FROM deleted WHERE project = :project
)
"""
_KEY = re.compile(r"([A-Za-z]\w*)-(\d{1,18})", re.ASCII)

Deployment = Literal["Cloud", "Server"]
"""What serverInfo says. Data Center says Server."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What slabridge signs in with.

    In the cloud these are an e-mail address and the API token in place of the password; on Data Center a user name, and
    a token that is its password and its personal access token as well.
    """

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
    deployment: Deployment = "Cloud"
    switches: Switches = field(default_factory=Switches)
    names: Names = field(init=False)
    fields: Fields = field(init=False)
    limits: Limits = field(default_factory=Limits)
    grants: Grants = field(default_factory=Grants)
    account: str = field(init=False, default="")
    """Our account's id."""
    mails: list[Mail] = field(default_factory=list)
    """What Jira sent to people because of us, oldest first."""
    observers: list[Callable[[int, int], None]] = field(default_factory=list)
    """Called with the id of an issue and an instant (ms UTC) after it changed: its fields, its comments, its project.

    Loading tells of each event, in time order, when all of a batch are stored.
    """

    def __post_init__(self) -> None:
        self.names = Names(self.db)
        self.fields = Fields(self.db)

    @property
    def cloud(self) -> bool:
        """Whether this is a Jira Cloud site."""
        return self.deployment == "Cloud"

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
        """Return the id of an issue from its id or a key that it has or had, None where there is none."""
        match = _KEY.fullmatch(id_or_key)
        if match is not None:
            project = self.names.project(match[1])
            if project is None:
                return None
            where = (project.id, min(int(match[2]), 2**62))
            sql = "SELECT id FROM issues WHERE project = ? AND number = ?"
            found = self.db.execute(sql, where).fetchone()
            if found is None:
                found = self.db.execute("SELECT issue FROM moved WHERE project = ? AND number = ?", where).fetchone()
        elif id_or_key.isascii() and id_or_key.isdigit():
            found = self.db.execute("SELECT id FROM issues WHERE id = ?", (min(int(id_or_key), 2**62),)).fetchone()
        else:
            return None
        return None if found is None else found[0]

    def find_all(self, ids_or_keys: Iterable[str]) -> list[int]:
        """Return the ids of those that exist and that our account may see, each once, in the order asked for."""
        ids = dict.fromkeys(id_ for text in ids_or_keys if (id_ := self.find(text)) is not None)
        condition, parameters = visible(self)
        if condition == "1":
            return list(ids)
        sql = f"SELECT id FROM issues WHERE id IN (SELECT value FROM json_each(?)) AND {condition}"  # noqa: S608 - our words
        seen = {id_ for (id_,) in self.db.execute(sql, (orjson.dumps(list(ids)).decode(), *parameters))}
        return [id_ for id_ in ids if id_ in seen]

    def issues(self, ids: Iterable[int], view: View = PRESENT) -> list[sqlite3.Row]:
        """Return the rows of these issues, in the order of `ids`."""
        wanted = list(ids)
        listed = orjson.dumps(wanted).decode()
        sql = f"{view.sql}SELECT * FROM issues WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608 - our words
        by_id = {row["id"]: row for row in self.rows(sql, (*view.parameters, listed))}
        return [by_id[id_] for id_ in wanted if id_ in by_id]

    def key(self, project: int, number: int) -> str:
        """Return the key of an issue."""
        return f"{self.names.projects[project].key}-{number}"

    def next_number(self, project: int) -> int:
        """Return the number of the next issue of a project; none is used twice."""
        return int(self.db.execute(_LAST_NUMBER, {"project": project}).fetchone()[0]) + 1

    def touch(self, issue: int) -> None:
        """Set `updated` to now."""
        self.db.execute("UPDATE issues SET updated = max(updated, ?) WHERE id = ?", (self.clock.now, issue))

    def tell(self, issue: int, at: int) -> None:
        """Tell the observers that an issue changed."""
        for observer in self.observers:
            observer(issue, at)

    def stamp(self, at: int) -> str:
        """Return an instant as Jira writes it: 2021-03-28T16:06:08.713+0200, in our account's time zone."""
        local = moment_of(at).astimezone(self.zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}{local:%z}"
