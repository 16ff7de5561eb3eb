"""The sandbox's Jira, put together: a Cloud site, or a Data Center."""

import sqlite3
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.jira import (
    administered_fields,
    administered_screens,
    changelog,
    comment_properties,
    comments,
    edit,
    feedback,
    groups,
    issues,
    links,
    people,
    project_statuses,
    properties,
    remote_links,
    request_comments,
    screens,
    search,
    search_server,
    site_info,
    token,
    transitions,
)
from slabridge_sandbox.jira.http import route
from slabridge_sandbox.jira.not_found import not_found
from slabridge_sandbox.jira.oauth import CLOUD_ID
from slabridge_sandbox.jira.replay import is_replayed, replay
from slabridge_sandbox.jira.schema import SCHEMA
from slabridge_sandbox.jira.site import Credentials, Deployment, Site
from slabridge_sandbox.jira.sla import Slas
from slabridge_sandbox.jira.stories import take
from slabridge_sandbox.story import Event

_ACCOUNT = "slabridge"
_PRIVATE = (
    *project_statuses.OPERATIONS,
    *site_info.OPERATIONS,
    *issues.OPERATIONS,
    *screens.OPERATIONS,
    *edit.OPERATIONS,
    *transitions.OPERATIONS,
    *properties.OPERATIONS,
    *comments.OPERATIONS,
    *comment_properties.OPERATIONS,
    *groups.OPERATIONS,
    *links.OPERATIONS,
    *remote_links.OPERATIONS,
    *administered_fields.OPERATIONS,
    *administered_screens.OPERATIONS,
)
_CLOUD_ALONE = (
    *administered_fields.CLOUD,
    *administered_screens.CLOUD,
    *site_info.CLOUD,
    *issues.CLOUD,
    *changelog.OPERATIONS,
    *comments.CLOUD,
)


class Jira:
    """A Jira with one service project, in a SQLite database of its own.

    `time_zone` is that of our account's profile, as the site renders instants in it. `context` is the path below which
    it answers, as `/jira`, and `""` for none.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        clock: Clock,
        time_zone: str = "Europe/Stockholm",
        deployment: Deployment = "Cloud",
        context: str = "",
    ) -> None:
        self.credentials = Credentials() if deployment == "Cloud" else Credentials(email=_ACCOUNT)
        self.site = Site(db, clock, self.credentials, ZoneInfo(time_zone), deployment)
        self.site.fields.computed["issuelinks"] = links.linked
        self.switches = self.site.switches
        self._context = context
        self._slas = Slas(self.site)

    def create(self) -> None:
        """Create the tables, statuses, options and our account in an empty database."""
        self.site.db.executescript(SCHEMA)
        with self.site.transaction():
            self.site.names.create()
            self.site.account = self.site.names.account(_ACCOUNT)
        self._slas.create()

    def apply(self, events: Sequence[Event]) -> None:
        """Let people do what events say, in time order.

        Raises:
            ValueError: an event changes a story that was never opened, or opens one twice.
        """
        replayed = [event for event in events if is_replayed(event)]
        take(self.site, [event for event in events if not is_replayed(event)] if replayed else events)
        replay(self.site, replayed)

    def routes(self) -> list[BaseRoute]:
        """Return what answers below /rest/api, and what people do."""
        return [
            *(self._cloud() if self.site.cloud else self._server()),
            *people.routes(self.site),
            self._slas.goals_route(),
        ]

    def _cloud(self) -> list[BaseRoute]:
        found: list[BaseRoute] = [token.route(self.site)]
        for below in (self._context, f"/ex/jira/{CLOUD_ID}"):
            found += [*self._slas.routes(below), *request_comments.routes(self.site, below)]
            found += feedback.routes(self.site, below)
            for version in (3, 2):
                prefix = f"{below}/rest/api/{version}"
                found += route(self.site, prefix, version, (*site_info.PUBLIC, *search.OPERATIONS), anonymous=True)
                found += route(self.site, prefix, version, (*_CLOUD_ALONE, *_PRIVATE), anonymous=False)
        return found

    def _server(self) -> list[BaseRoute]:
        prefix = f"{self._context}/rest/api/2"
        return [
            *route(self.site, prefix, 2, (*site_info.PUBLIC, *search_server.OPERATIONS), anonymous=True),
            *route(self.site, prefix, 2, (*administered_fields.SERVER, *_PRIVATE), anonymous=False),
            *self._slas.routes(self._context),
            *request_comments.routes(self.site, self._context),
            *feedback.routes(self.site, self._context),
            not_found(f"{self._context}/rest"),
        ]
