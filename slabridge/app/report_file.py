"""Reports over a file of tickets (docs/reports.md)."""

import time
from pathlib import Path

from slabridge.app.asked import Asked, Reported, reporter_of
from slabridge.app.outages import read_sources
from slabridge.config.services.reporting import Reporting, read_reporting
from slabridge.config.services.satisfaction import ToolRatings
from slabridge.report.reporter import Reporter
from slabridge.spread import uncollected
from slabridge.ticket.file import read_batches
from slabridge.ticket.linked import read_linked


@uncollected()
def of_file(config: Path, path: Path, asked: Asked) -> Reported:
    """Report of the tickets of a file.

    Raises:
        ConfigError: the configuration has problems.
        NoSuchReport, UnreadableFile, UnreadableOutages: what is asked for, or a file, is not to be had.
    """
    reporting = read_reporting(config)
    reporter, lacking, invalid = gathered(reporting, path, asked)
    document = reporter.document()
    return Reported(document, [*lacking, *reporter.lacking], invalid)


def gathered(reporting: Reporting, path: Path, asked: Asked) -> tuple[Reporter, list[str], list[tuple[int, str]]]:
    """Return a report for which the tickets of a file were gathered, what is lacking, and lines that are no tickets.

    Raises:
        NoSuchReport, UnreadableFile, UnreadableOutages: what is asked for, or a file, is not to be had.
    """
    now = asked.now if asked.now is not None else time.time_ns() // 1_000_000
    reporter = reporter_of(reporting, asked, now)
    lacking = read_sources(reporter, reporting, asked)
    lacking += [
        f"answers about satisfaction that {source.connection} has are read over the state alone"
        for source in reporting.satisfaction
        if isinstance(source, ToolRatings)
    ]
    linked = read_linked(path) if reporting.definitions.chain else None
    invalid: list[tuple[int, str]] = []
    seen: dict[tuple[str, str], int] = {}
    named: set[str] = set()
    for batch in read_batches(path):
        mine = []
        for line, ticket in zip(batch.lines, batch.tickets, strict=True):
            first = seen.setdefault((ticket.source, ticket.id), line)
            if first == line:
                mine.append(ticket)
            else:
                invalid.append((line, f"{ticket.key} stands in line {first} already, which counts"))
        named.update(*(ticket.fields for ticket in mine), *(e.changes for ticket in mine for e in ticket.history))
        reporter.add(mine, () if linked is None else linked.others(mine))
        invalid += batch.invalid
    reporter.set_aside([f"line {line}: {text}" for line, text in invalid])
    lacking += [f"no ticket has a field {name!r}" for name in asked.fields if name not in named]
    return reporter, lacking, invalid
