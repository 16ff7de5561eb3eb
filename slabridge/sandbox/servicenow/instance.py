"""The instance: its database, its accounts and its routes."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from slabridge.sandbox.clock import Clock
from slabridge.sandbox.servicenow.loading import Loader
from slabridge.sandbox.servicenow.names import CHOICES, save_choice, save_dictionary, save_named
from slabridge.sandbox.servicenow.schema import statements
from slabridge.sandbox.servicenow.table_api import TableApi
from slabridge.sandbox.story import Event


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account and its password."""

    user: str = "slabridge"
    secret: str = "sandbox"  # noqa: S105 - on loopback, printed when it starts


class ServiceNow:
    """A small ServiceNow instance on an SQLite database.

    Every person of the stories has an account with the same password, so that one can also act as one of them.
    """

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self.credentials = Credentials()
        self._db = db
        self._clock = clock
        self._loader = Loader(db)

    def create(self) -> None:
        """Make the tables, the service account, the choices and the dictionary in an empty database."""
        with self._db:
            for statement in statements():
                self._db.execute(statement)
            for name in (self.credentials.user, "system"):
                save_named(self._db, "sys_user", name)
            for element, labels in CHOICES.items():
                for value, label in labels.items():
                    save_choice(self._db, element, str(value), label, value)
            save_dictionary(self._db)

    def apply(self, events: Sequence[Event]) -> None:
        """Apply what people did, in time order."""
        self._loader.apply(events)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the REST API."""
        return TableApi(self._db, self._clock, self.credentials.secret).routes()
