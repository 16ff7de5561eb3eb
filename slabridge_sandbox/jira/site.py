"""The site: its database, its clock, and the account that slabridge works with."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.instant import moment_of
from slabridge_sandbox.jira.administration import Administration
from slabridge_sandbox.jira.fields import Fields
from slabridge_sandbox.jira.index import PRESENT, Index, Snapshot
from slabridge_sandbox.jira.keys import IssueKeys
from slabridge_sandbox.jira.limits import Limits
from slabridge_sandbox.jira.mail import Mail
from slabridge_sandbox.jira.names import Names
from slabridge_sandbox.jira.oauth import Grants
from slabridge_sandbox.jira.permissions import Permissions
from slabridge_sandbox.jira.switches import Switches

FIRST_ID = 10000
"""Where Jira's ids begin: of issues, histories and comments."""

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


ADMINISTRATOR = Credentials("admin@example.com", "sandbox-jira-admin-token")
"""An administrator of the site, who on Data Center is called admin."""


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
    keys: IssueKeys = field(init=False)
    administration: Administration = field(init=False)
    permissions: Permissions = field(init=False)
    index: Index = field(init=False)
    limits: Limits = field(init=False)
    grants: Grants = field(default_factory=Grants)
    account: str = field(init=False, default="")
    """Our account's id."""
    mails: list[Mail] = field(default_factory=list)
    """What Jira sent to people because of us, oldest first."""
    observers: list[Callable[[int, int], None]] = field(default_factory=list)
    """Called with the id of an issue and an instant (ms UTC) after it changed: its fields, its comments, its project.

    Loading notifies of each event, in time order, when all of a batch are stored.
    """

    def __post_init__(self) -> None:
        self.names = Names(self.db)
        self.fields = Fields(self.db)
        self.keys = IssueKeys(self.db, self.names)
        self.administration = Administration(self.names, self.fields, self.switches)
        self.permissions = Permissions(self.switches, self.names, self.keys)
        self.index = Index(self.db, self.clock, self.switches, self.fields)
        self.limits = Limits(self.clock, self.switches, cloud=self.cloud)

    @property
    def cloud(self) -> bool:
        """Whether this is a Jira Cloud site."""
        return self.deployment == "Cloud"

    @property
    def administrator(self) -> Credentials:
        """What an administrator signs in with."""
        return ADMINISTRATOR if self.cloud else Credentials("admin", ADMINISTRATOR.token)

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

    def find_all(self, ids_or_keys: Iterable[str]) -> list[int]:
        """Return the ids of those that exist and that our account may see, each once, in the order asked for."""
        ids = dict.fromkeys(id_ for text in ids_or_keys if (id_ := self.keys.find(text)) is not None)
        condition, parameters = self.permissions.visible()
        if condition == "1":
            return list(ids)
        sql = f"SELECT id FROM issues WHERE id IN (SELECT value FROM json_each(?)) AND {condition}"  # noqa: S608 - our words
        seen = {id_ for (id_,) in self.db.execute(sql, (orjson.dumps(list(ids)).decode(), *parameters))}
        return [id_ for id_ in ids if id_ in seen]

    def issues(self, ids: Iterable[int], snapshot: Snapshot = PRESENT) -> list[sqlite3.Row]:
        """Return the rows of these issues, in the order of `ids`."""
        wanted = list(ids)
        listed = orjson.dumps(wanted).decode()
        sql = f"{snapshot.sql}SELECT * FROM issues WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608 - our words
        by_id = {row["id"]: row for row in self.rows(sql, (*snapshot.parameters, listed))}
        return [by_id[id_] for id_ in wanted if id_ in by_id]

    def touch(self, issue: int) -> None:
        """Set `updated` to now."""
        self.db.execute("UPDATE issues SET updated = max(updated, ?) WHERE id = ?", (self.clock.now, issue))

    def notify(self, issue: int, at: int) -> None:
        """Let the observers know that an issue changed."""
        for observer in self.observers:
            observer(issue, at)

    def stamp(self, at: int) -> str:
        """Return an instant as Jira writes it: 2021-03-28T16:06:08.713+0200, in our account's time zone."""
        local = moment_of(at).astimezone(self.zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}{local:%z}"
