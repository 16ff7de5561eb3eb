"""Outages that a ticket tool keeps, asked for when a report is made."""

from collections.abc import Sequence

from connectors.errors import ConnectorError
from connectors.interface import Connector, NativeOutage, Skipped
from slabridge.app.connect import connected
from slabridge.config import Config
from slabridge.config.services.sources import ServiceNowSource
from slabridge.report.outage import Outage
from slabridge.report.reporter import Reporter


def tool_outages(reporter: Reporter, config: Config, wanted: Sequence[tuple[str, ServiceNowSource]]) -> list[str]:
    """Give the outages that tools have of services; return of which they gave none and why, and which records are none.

    Raises:
        ConfigError: secrets or certificates cannot be had.
    """
    with connected(config) as found:
        tools = {connection.name: connector for connection, connector in found}
        refused = {name: _refusal(tools[name]) for name in dict.fromkeys(source.connection for _, source in wanted)}
        lacking = []
        for service, source in wanted:
            reason = refused[source.connection]
            if reason is None:
                lacking += _read(reporter, tools[source.connection], service, source)
            else:
                lacking.append(f"outages of {service} were not read: {reason}")
        return lacking


def _refusal(connector: Connector) -> str | None:
    """Return why a tool cannot be asked, None where it can."""
    try:
        connector.check()
    except ConnectorError as error:
        return str(error)
    return None


def _read(reporter: Reporter, connector: Connector, service: str, source: ServiceNowSource) -> list[str]:
    try:
        found = list(connector.outages(source.items))
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
