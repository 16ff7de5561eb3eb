"""The names behind the ids: people, projects, statuses, options and their like. They are kept in memory.

What JQL can order by is written to the database as well.
"""

import re
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b

from slabridge_sandbox.jira import catalogue


@dataclass(frozen=True, slots=True)
class Account:
    """A person or app; `type` is atlassian for those who work here, customer for those who ask, app for apps.

    `login` and `key` are what Data Center knows a person by.
    """

    id: str
    name: str
    type: str
    login: str
    key: str


@dataclass(frozen=True, slots=True)
class Status:
    """A status of the workflow; `category` is new, indeterminate or done."""

    id: int
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `type` is service_desk, software or business."""

    id: int
    key: str
    name: str
    type: str


class Names:
    """Looks names up, and adds those that are new."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.accounts: dict[str, Account] = {}
        self.statuses: dict[int, Status] = {}
        self.projects: dict[int, Project] = {}
        self.issue_types = {catalogue.ISSUE_TYPE_ID: catalogue.ISSUE_TYPE}
        self.resolutions = {catalogue.RESOLUTION_ID: catalogue.RESOLUTION}
        self.priorities = dict(catalogue.PRIORITIES)
        self.options: dict[int, str] = {}
        self.options_of: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """Field id -> option's value -> option's id. A cascading field's children stand under `<field>/<parent's id>`,
        components under `components/<project's id>`."""
        self.teams: dict[str, str] = {}
        """Team id -> name."""
        self.groups: dict[str, set[str]] = {}
        """Name -> ids of the members."""
        self._account_ids: dict[str, str] = {}
        self._status_ids: dict[str, int] = {}

    def create(self) -> None:
        """Write what the site begins with."""
        self.add_project(
            catalogue.PROJECT_KEY, catalogue.PROJECT_NAME, catalogue.PROJECT_TYPE, id_=catalogue.PROJECT_ID
        )
        for id_, (name, category) in catalogue.STATUSES.items():
            self.add_status(id_, name, category)
        for field, values in catalogue.OPTIONS.items():
            for value in values:
                self.option(field, value)
        for (field, parent), values in catalogue.CHILD_OPTIONS.items():
            for value in values:
                self.option(f"{field}/{self.options_of[field][parent]}", value)
        for name in catalogue.COMPONENTS:
            self.option(f"components/{catalogue.PROJECT_ID}", name)
        for name in catalogue.TEAMS:
            self.team(name)

    def account(self, name: str, type_: str = "atlassian") -> str:
        """Return the account id of a person, the same for the same name on every site."""
        known = self._account_ids.get(name)
        if known is None:
            known = self.add_account(blake2b(name.encode(), digest_size=12).hexdigest(), name, type_)
        return known

    def add_account(self, id_: str, name: str, type_: str, login: str = "", key: str = "") -> str:
        """Add a person who has an id already; return it."""
        login = login or re.sub(r"\W+", ".", name.lower())
        self.accounts[id_] = Account(id_, name, type_, login, key or f"JIRAUSER{10_100 + len(self.accounts)}")
        self._db.execute("INSERT INTO accounts VALUES (?, ?)", (id_, name))
        self._account_ids.setdefault(name, id_)
        return id_

    def status(self, name: str) -> Status:
        """Return the status of this name; one that is not in the workflow is added as in progress."""
        id_ = self._status_ids.get(name)
        return self.add_status(max(self.statuses) + 1, name, "indeterminate") if id_ is None else self.statuses[id_]

    def add_status(self, id_: int, name: str, category: str) -> Status:
        """Add a status that has an id already."""
        status = Status(id_, name, category)
        self.statuses[id_] = status
        self._status_ids.setdefault(name, id_)
        return status

    def rename_status(self, name: str, to: str) -> Status:
        """Give a status another name; its id stays.

        Raises:
            KeyError: there is no status of this name.
        """
        id_ = self._status_ids.pop(name)
        self._status_ids[to] = id_
        self.statuses[id_] = replace(self.statuses[id_], name=to)
        return self.statuses[id_]

    def option(self, field: str, value: str) -> int:
        """Return the id of a select field's option, adding it where it is new."""
        known = self.options_of[field].get(value)
        return self.add_option(field, max(self.options, default=10099) + 1, value) if known is None else known

    def add_option(self, field: str, id_: int, value: str) -> int:
        """Add an option that has an id already; return it."""
        self._db.execute("INSERT INTO options VALUES (?, ?)", (id_, value))
        self.options[id_] = value
        self.options_of[field][value] = id_
        return id_

    def project(self, key: str) -> Project | None:
        """Return a project by its key or id."""
        folded = key.upper()
        return next((one for one in self.projects.values() if folded in {one.key, str(one.id)}), None)

    def add_project(self, key: str, name: str, type_: str, *, id_: int | None = None) -> Project:
        """Add a project."""
        project = Project(max(self.projects, default=9999) + 1 if id_ is None else id_, key, name, type_)
        self._db.execute("INSERT INTO projects VALUES (?, ?)", (project.id, key))
        self.projects[project.id] = project
        return project

    def team(self, name: str) -> str:
        """Return the id of a team, the same for the same name on every site."""
        digest = blake2b(name.encode(), digest_size=16).hexdigest()
        id_ = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
        self.teams[id_] = name
        return id_
