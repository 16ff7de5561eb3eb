"""The instance: its database, its accounts and its routes."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.servicenow.account import Accounts
from slabridge_sandbox.servicenow.loading import Loader
from slabridge_sandbox.servicenow.names import save_choices, save_dictionary, save_metrics, save_named, save_rules
from slabridge_sandbox.servicenow.rest import rest_routes
from slabridge_sandbox.servicenow.schema import own_tables, statements
from slabridge_sandbox.servicenow.sla_records import SlaRecords, repair_route
from slabridge_sandbox.servicenow.switches import Switches
from slabridge_sandbox.servicenow.table_api import TableApi
from slabridge_sandbox.servicenow.update_set import UpdateSets
from slabridge_sandbox.story import Event


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
        self.switches = Switches()
        self._db = db
        self._clock = clock
        self._loader = Loader(db)
        self._tables = own_tables()
        self._late: list[Event] = []
        self._slas = SlaRecords(db, clock)

    def create(self) -> None:
        """Make the tables, the service account, the choices and the dictionary in an empty database."""
        with self._db:
            for statement in statements():
                self._db.execute(statement)
            for name in (self.credentials.user, "system"):
                save_named(self._db, "sys_user", name)
            save_choices(self._db)
            save_metrics(self._db)
            save_dictionary(self._db)
            save_rules(self._db)
            self._slas.create()

    def apply(self, events: Sequence[Event]) -> None:
        """Apply what people did, in time order; with `commit_delay`, later than they did it."""
        if self.switches.commit_delay or self._late:
            self._late += events
        else:
            self._loader.apply(events)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the REST API."""
        accounts = Accounts(self._db, self._clock, self.switches, self.credentials.secret, self._tables)
        return [
            *rest_routes(accounts, TableApi(self._db, self._clock, self._tables), self._catch_up),
            repair_route(self._slas),
            UpdateSets(self._db, self._tables).route(),
        ]

    def _catch_up(self, table: str) -> None:
        """Apply what is committed by now, before a table is read or written."""
        if self._late:
            committed = self._clock.now - self.switches.commit_delay * 1000
            due = [event for event in self._late if event.at <= committed]
            self._late = self._late[len(due) :]
            self._loader.apply(due)
        if table == "task_sla":
            self._slas.catch_up()
