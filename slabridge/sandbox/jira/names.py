"""The names behind the ids: people, statuses and options. Read once, kept in memory, written through."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b

from slabridge.sandbox.jira.catalogue import OLA_STATUS, SLA_STATUS, STATUS_OPTIONS, STATUSES


@dataclass(frozen=True, slots=True)
class Account:
    """A person or app; `type` is atlassian for those who work here, customer for those who ask, app for apps."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Status:
    """A status of the workflow; `category` is new, indeterminate or done."""

    id: int
    name: str
    category: str


class Names:
    """Looks names up, and adds those that are new."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.accounts: dict[str, Account] = {}
        self.statuses: dict[int, Status] = {}
        self.options: dict[int, str] = {}
        self.options_of: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """Field id -> option's value -> option's id."""
        self._account_ids: dict[str, str] = {}
        self._status_ids: dict[str, int] = {}

    def create(self) -> None:
        """Write the statuses and options that the site begins with."""
        for id_, (name, category) in STATUSES.items():
            self._add_status(id_, name, category)
        for field in (SLA_STATUS, OLA_STATUS):
            for value in STATUS_OPTIONS:
                self.option(field.id, value)

    def account(self, name: str, type_: str = "atlassian") -> str:
        """Return the account id of a person, the same for the same name on every site."""
        known = self._account_ids.get(name)
        if known is not None:
            return known
        account = Account(blake2b(name.encode(), digest_size=12).hexdigest(), name, type_)
        self._db.execute("INSERT INTO accounts VALUES (?, ?, ?)", (account.id, name, type_))
        self.accounts[account.id] = account
        self._account_ids[name] = account.id
        return account.id

    def status(self, name: str) -> Status:
        """Return the status of this name; one that is not in the workflow is added as in progress."""
        id_ = self._status_ids.get(name)
        return self._add_status(max(self.statuses) + 1, name, "indeterminate") if id_ is None else self.statuses[id_]

    def option(self, field: str, value: str) -> int:
        """Return the id of a select field's option, adding it where it is new."""
        known = self.options_of[field].get(value)
        if known is not None:
            return known
        id_ = max(self.options, default=10099) + 1
        self._db.execute("INSERT INTO options VALUES (?, ?, ?)", (id_, field, value))
        self.options[id_] = value
        self.options_of[field][value] = id_
        return id_

    def _add_status(self, id_: int, name: str, category: str) -> Status:
        status = Status(id_, name, category)
        self._db.execute("INSERT INTO statuses VALUES (?, ?, ?)", (id_, name, category))
        self.statuses[id_] = status
        self._status_ids[name] = id_
        return status
