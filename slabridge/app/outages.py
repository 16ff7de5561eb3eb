"""Outages that a ticket tool keeps, asked for when a report is made."""

from connectors.errors import ConnectorError
from connectors.interface import NativeOutage, Skipped
from slabridge.app.tools import Tools
from slabridge.config.services.sources import ServiceNowSource
from slabridge.report.outage import Outage
from slabridge.report.reporter import Reporter


def tool_outages(reporter: Reporter, tools: Tools, service: str, source: ServiceNowSource) -> list[str]:
    """Give the outages that a tool has of a service; return why it gave none, or which records are none.

    Raises:
        ConfigError: secrets or certificates cannot be had.
    """
    try:
        found = list(tools.named(source.connection).outages(source.items))
    except ConnectorError as error:
        return [f"outages of {service} were not read: {error}"]
    reporter.add_outages([_outage(one, service, source.connection) for one in found if isinstance(one, NativeOutage)])
    skipped = [one for one in found if isinstance(one, Skipped)]
    return [f"the outage {one.key} of {source.connection} is left out: {one.reason}" for one in skipped]


def _outage(native: NativeOutage, service: str, connection: str) -> Outage:
    """Return an outage; maintenance counts as announced when it was recorded."""
    return Outage(
        service=service,
        start=native.start,
        end=native.end,
        kind=native.kind,
        cause=native.cause,
        ref=native.key,
        source=connection,
        version=native.version,
        announced=native.recorded if native.kind == "planned" else None,
    )
