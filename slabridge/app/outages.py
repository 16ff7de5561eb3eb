"""Outages of all sources but tickets, read when a report is made."""

from pathlib import Path

from connectors.errors import ConnectorError
from connectors.interface import NativeOutage, Skipped
from slabridge.app.asked import Asked
from slabridge.app.prometheus import STEP, NotMeasured, samples_of
from slabridge.app.tools import Tools
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.sources import FileSource, PrometheusSource, ServiceNowSource
from slabridge.report.outage import Outage
from slabridge.report.outage_file import UnreadableOutages, read_outages
from slabridge.report.reporter import Reporter


def _tool_outages(reporter: Reporter, tools: Tools, service: str, source: ServiceNowSource) -> list[str]:
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


def read_sources(reporter: Reporter, reporting: Reporting, asked: Asked, tools: Tools | None = None) -> list[str]:
    """Give the outages of all sources but tickets; return of which nothing was read, and what could not be.

    Without `tools` those that a ticket tool keeps are not read.

    Raises:
        UnreadableOutages: a file is not to be had.
        ConfigError: secrets or certificates cannot be had.
    """
    files = dict.fromkeys(asked.outages)
    lacking: list[str] = []
    for service in reporting.services:
        for source in service.outages:
            if isinstance(source, FileSource):
                files[source.path] = None
            elif isinstance(source, PrometheusSource):
                lacking += _measure(reporter, service.name, source)
            elif isinstance(source, ServiceNowSource) and tools is not None:
                lacking += _tool_outages(reporter, tools, service.name, source)
            elif isinstance(source, ServiceNowSource):
                lacking.append(f"outages of {service.name} that {source.connection} has are read over the state alone")
    return lacking + reporter.add_outages([one for path in files for one in _outages_of(path)])


def _measure(reporter: Reporter, service: str, source: PrometheusSource) -> list[str]:
    """Ask a Prometheus; return why it gave nothing: then nobody looked."""
    samples, lacking = {}, []
    try:
        samples = samples_of(source, reporter.since, min(reporter.until, reporter.as_of))
    except NotMeasured as error:
        lacking.append(f"outages of {service} were not measured: {error}")
    reporter.add_samples(service, source, samples, STEP)
    return lacking


def _outages_of(path: Path) -> list[Outage]:
    try:
        return read_outages(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableOutages(f"{path}: cannot be read: {error}") from None
