"""Everything that talks to a ticket tool, and nothing else."""

from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from connectors.interface import Connector
from connectors.jira.settings import JiraSettings
from connectors.servicenow.settings import ServiceNowSettings
from connectors.settings import Settings

if TYPE_CHECKING:
    from connectors.http.limits import Limits

_TOOLS: Mapping[type[Settings], str] = {
    ServiceNowSettings: "connectors.servicenow.connector:ServiceNow",
    JiraSettings: "connectors.jira.connector:Jira",
}
"""The connector of each tool, by name: its client library is loaded once it is opened."""


def open(  # noqa: A001 - read as `connectors.open`
    settings: Settings,
    *,
    limits: "Limits | None" = None,
    left: Callable[[], float] | None = None,
    stopping: Callable[[], bool] | None = None,
) -> Connector:
    """Return a connector by its settings, over a session of its own. Nothing is called yet.

    `limits` are those of the host, for all that ask it (None: what the settings say); `left` says how many seconds the
    run still has, `stopping` whether it was asked to end.

    Raises:
        Refused: the settings cannot be used: url, a name, filter.
    """
    from connectors.http.limits import Limits  # noqa: PLC0415 - heavy, and whoever imports settings needs none
    from connectors.http.session import Http  # noqa: PLC0415 - as above

    tool = resolve_name(_TOOLS[type(settings)])
    http = Http(
        settings.name,
        settings.auth,
        rules=tool.rules,
        timeout=settings.timeout,
        limits=limits or Limits(settings.concurrency, settings.calls_per_hour),
        left=left,
        stopping=stopping,
        ca=settings.ca,
        proxy=settings.proxy,
    )
    connector: Connector = tool(settings, http)
    return connector
