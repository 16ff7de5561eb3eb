"""SLA metrics and calendars of service projects, as the pages of their settings ask for them.

Atlassian documents none of these addresses; they may change any day. They answer whoever administers the project.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from connectors.errors import Refused
from connectors.interface import NativeDefinitions
from connectors.jira.client import Body, Client
from connectors.jira.dialect import PORTAL

METRICS, CALENDARS = "timeMetrics", "calendars"


def read_definitions(client: Client, url: str) -> NativeDefinitions:
    """Read the metrics and calendars of all service projects that the account sees, each with its `project`.

    Raises:
        Refused: there is no service project, or one does not let us read them.
    """
    keys = [str(one["key"]) for one in client.all_of("project") if one.get("projectTypeKey") == PORTAL]
    if not keys:
        raise Refused(f"{client.name}: the account sees no service project, and only these have SLAs")
    base = url.rstrip("/")
    tables: dict[str, list[dict[str, Any]]] = {METRICS: [], CALENDARS: []}
    for key in keys:
        for name, address in (
            (METRICS, f"{base}/rest/servicedesk/1/servicedesk/agent/{quote(key)}/sla/metrics"),
            (CALENDARS, f"{base}/rest/workinghours/1/api/calendar/{quote(key)}"),
        ):
            tables[name] += [{**row, "project": key} for row in _rows(client, name, address, key)]
    return NativeDefinitions(tables, dict(_named(client.all_of("status"), client.all_of("priority"))))


def _rows(client: Client, name: str, address: str, key: str) -> Sequence[Body]:
    try:
        answer = client.http.call("GET", address)
    except Refused as error:
        if error.status not in {401, 403, 404}:
            raise
        raise Refused(
            f"{client.name}: {name} of {key} cannot be read ({error.status}); the account must administer the project, "
            "and the address is one that Atlassian does not document: save its answers and use --from",
            status=error.status,
        ) from None
    if not isinstance(answer.body, dict):
        raise Refused(f"{client.name}: {name} of {key} come in another form than expected; nothing is guessed from it")
    return client.listed(answer, name)


def _named(statuses: Sequence[Body], priorities: Sequence[Body]) -> Iterator[tuple[tuple[str, str], str]]:
    for field, entries in (("status", statuses), ("priority", priorities)):
        yield from (((field, str(one.get("id"))), str(one.get("name"))) for one in entries)
