"""The sandbox's Jira Cloud site, put together."""

import sqlite3
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from slabridge.sandbox.clock import Clock
from slabridge.sandbox.jira import about, changelog, comments, edit, issues, properties, search
from slabridge.sandbox.jira.http import route
from slabridge.sandbox.jira.schema import TABLES
from slabridge.sandbox.jira.site import Credentials, Site
from slabridge.sandbox.jira.stories import take
from slabridge.sandbox.story import Event

_ACCOUNT = "slabridge"


class Jira:
    """A Jira Cloud with one service project, in a SQLite database of its own.

    `time_zone` is that of our account's profile, as the site renders instants in it.
    """

    def __init__(self, db: sqlite3.Connection, clock: Clock, time_zone: str = "Europe/Stockholm") -> None:
        self.credentials = Credentials()
        self.site = Site(db, clock, self.credentials, ZoneInfo(time_zone))

    def create(self) -> None:
        """Create the tables, statuses, options and our account in an empty database."""
        self.site.db.executescript(TABLES)
        with self.site.transaction():
            self.site.names.create()
            self.site.account = self.site.names.account(_ACCOUNT)

    def apply(self, events: Sequence[Event]) -> None:
        """Let people do what events say, in time order.

        Raises:
            ValueError: an event changes a story that was never opened, or opens one twice.
        """
        take(self.site, events)

    def routes(self) -> list[BaseRoute]:
        """Return what answers below /rest/api/2 and /rest/api/3."""
        public = (*about.PUBLIC, *search.ENDPOINTS)
        private = (
            *about.ENDPOINTS,
            *issues.ENDPOINTS,
            *edit.ENDPOINTS,
            *properties.ENDPOINTS,
            *changelog.ENDPOINTS,
            *comments.ENDPOINTS,
        )
        found: list[BaseRoute] = []
        for version in (2, 3):
            prefix = f"/rest/api/{version}"
            found += route(self.site, prefix, version, public, anonymous=True)
            found += route(self.site, prefix, version, private, anonymous=False)
        return found
