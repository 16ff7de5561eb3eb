"""Everything that talks to a ticket tool, and nothing else."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from connectors.jira.tool import JIRA
from connectors.servicenow.tool import SERVICENOW
from connectors.settings import Settings
from connectors.tool import Tool

if TYPE_CHECKING:
    from connectors.http.limits import Limits
    from connectors.http.session import Http
    from connectors.interface import Connector, Inspector, Provisioner

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
    found, http = _opened(settings, "connector", limits, left, stopping)
    connector: Connector = found(settings, http)
    return connector


def inspect(settings: Settings) -> "Inspector":
    """Return what looks at a tool, over a session of its own; nothing is called yet, and it raises as `open` does."""
    found, http = _opened(settings, "inspector")
    inspector: Inspector = found(settings, http)
    return inspector


def provisioner(settings: Settings) -> "Provisioner":
    """Return what makes fields in a tool, by the settings of a connection; as `inspect`."""
    found, http = _opened(settings, "provisioner")
    provisioner: Provisioner = found(settings, http)
    return provisioner


def _opened(
    settings: Settings,
    part: Literal["connector", "inspector", "provisioner"],
    limits: "Limits | None" = None,
    left: Callable[[], float] | None = None,
    stopping: Callable[[], bool] | None = None,
) -> tuple[Any, "Http"]:
    """Return the class of a tool's part, and a session for it."""
    from connectors.http.limits import Limits  # noqa: PLC0415 - heavy, and whoever imports settings needs none
    from connectors.http.session import Http  # noqa: PLC0415 - as above

    tool = next(tool for tool in TOOLS.values() if tool.settings is type(settings))
    module, _, name = getattr(tool, part).partition(":")
    found = getattr(import_module(module), name)
    return found, Http(
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
