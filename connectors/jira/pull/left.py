"""Fields that left a project: the history ends with a value, and nothing in it says that the field is there no more.

What a field held would else be held for ever, a team's clock, say. When it left is not known: it is taken to have left
at the ticket's last update, which the state keeps from then on.
"""

from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

import structlog

from connectors.interface import NativeEntry, NativeTicket, Values
from connectors.jira.client import Client
from connectors.jira.dialect import Raw
from connectors.jira.field import Field
from connectors.jira.property import remembered
from connectors.jira.write.screen import Screens

log = structlog.get_logger(__name__)


class LeftFields:
    """Ends what fields held that left the project of their issue."""

    def __init__(self, client: Client, fields: Iterable[Field], screens: Screens) -> None:
        self._client = client
        self._fields = tuple(fields)
        self._screens = screens
        self._said: set[tuple[str, str]] = set()
        self._lock = Lock()

    def ended(self, issue: Raw, ticket: NativeTicket) -> NativeTicket:
        """Return the ticket of an issue's payload, with the fields emptied that left its project.

        That is the case where the payload has nothing in a field, its history ends with something, and the edit screen
        of project and type has no such field. A system field leaves the payload, too.
        """
        found: dict[str, tuple[Values, Values]] = {}
        at = ticket.updated
        for field in self._fields:
            held = ticket.fields.get(field.name)
            if held is None or held or (field.system and field.id in issue["fields"]):
                continue
            entry = next((one for one in reversed(ticket.history) if field.name in one.changes), None)
            if entry is not None and entry.changes[field.name][1] and self._has_left(issue, field):
                found[field.name] = (entry.changes[field.name][1], ())
                at = max(at, entry.at)
        return replace(ticket, observed=(NativeEntry(at, "", found),)) if found else ticket

    def _has_left(self, issue: Raw, field: Field) -> bool:
        project = str(issue["key"]).rpartition("-")[0]
        there = self._screens.on_screen(str(issue["id"]), project, remembered(issue).type)
        if there is None:
            self._warn(field, project)
            return False
        return field.id not in there

    def _warn(self, field: Field, project: str) -> None:
        with self._lock:
            said = (field.id, project) in self._said
            self._said.add((field.id, project))
        if not said:
            log.warning(
                "field is empty and its history is not, and whether it left the project cannot be told",
                connection=self._client.name,
                field=field.name,
                project=project,
            )
