"""Everything that talks to a ticket tool, and nothing else."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from connectors.jira.tool import JIRA
from connectors.servicenow.tool import SERVICENOW
from connectors.settings import Settings
from connectors.tool import Tool

if TYPE_CHECKING:
    from connectors.http.limits import Limits
    from connectors.interface import Connector

TOOLS: Mapping[str, Tool] = {
    "servicenow": SERVICENOW,
    "jira": JIRA,
}
"""The tools, by the `type` of a connection. A tool's client library is loaded once a connection to it is opened."""


def open(  # noqa: A001 - read as `connectors.open`
    settings: Settings,
    *,
    limits: "Limits | None" = None,
    left: Callable[[], float] | None = None,
    stopping: Callable[[], bool] | None = None,
) -> "Connector":
    """Return a connector by its settings, over a session of its own. Nothing is called yet.

    `limits` are those of the host, for all that ask it (None: what the settings say); `left` says how many seconds the
    run still has, `stopping` whether it was asked to end.

    Raises:
        Refused: the settings cannot be used: url, a name, filter.
    """
    from connectors.http.limits import Limits  # noqa: PLC0415 - heavy, and whoever imports settings needs none
    from connectors.http.session import Http  # noqa: PLC0415 - as above

    module, _, name = next(tool.connector for tool in TOOLS.values() if tool.settings is type(settings)).partition(":")
    found = getattr(import_module(module), name)
    http = Http(
        settings.name,
        settings.auth,
        rules=found.rules,
        timeout=settings.timeout,
        total=settings.total,
        max_answer=settings.max_answer,
        limits=limits or Limits(settings.concurrency, settings.calls_per_hour),
        left=left,
        stopping=stopping,
        ca=settings.ca,
        proxy=settings.proxy,
    )
    connector: Connector = found(settings, http)
    return connector
