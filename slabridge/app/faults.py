"""Recurring faults, and what preventing the largest would have done to a period (docs/faults.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from slabridge.app.asked import Asked
from slabridge.app.quarter import begins, last_quarter, nothing_known
from slabridge.app.report import gathered, reached
from slabridge.app.report_file import gathered as gathered_of_file
from slabridge.config import Config
from slabridge.config.customers import source_of
from slabridge.config.privacy import people_of
from slabridge.config.problem import instead
from slabridge.config.services.reporting import Reporting, read_reporting
from slabridge.report.figures import Figures
from slabridge.report.gathered import OfTicket
from slabridge.report.period import Period, read_period
from slabridge.report.recurring import Broken, Recurring
from slabridge.report.reporter import NoSuchReport, Reporter
from slabridge.spread import HERE, Spread, uncollected
from slabridge.state import State
from slabridge.text.said import Said
from slabridge.ticket.file import read_batches

LARGEST = 10
"""Of so many faults it is worked out what preventing them would have done: those with the most breached time."""


@dataclass(frozen=True, slots=True)
class Prevented:
    """A fault, and what the period would have come to without its tickets that came again."""

    fault: Broken
    figures: Figures


@dataclass(frozen=True, slots=True)
class Faults:
    """The recurring faults of a period as at `as_of` (ms UTC), and what it came to.

    `largest` have each by itself prevented, `together` all of them at once. `lacking` says of what there is no data,
    `invalid` are lines of the file that are no tickets.
    """

    period: Period
    as_of: int
    recurring: Recurring
    figures: Figures
    largest: tuple[Prevented, ...]
    together: Figures
    lacking: Sequence[str | Said] = ()
    invalid: Sequence[tuple[int, str]] = ()


@uncollected()
def of_state(config: Config, period: str | None, by: Sequence[str], spread: Spread = HERE) -> Faults:
    """Return the faults of the tickets that the state knows, told apart `by` fields (none: as [reports] says).

    Without `period` it is the last whole quarter before the last complete run.

    Raises:
        NoSuchReport, StateError, UnreadableOutages: what is asked for is not to be had.
        NoWorkers: nobody can do it.
    """
    assert config.reporting is not None  # noqa: S101 - a file that was read has it
    mapped = _Known(config.dimensions, "no connection maps")
    reporting = _told_apart(config.reporting, by, config.document, mapped)
    if period is None:
        period = last_quarter(reached(config), config.definitions.timezone)
    state = State.of(config.state, create=False, migrate=False)
    try:
        reporter, lacking = gathered(config, reporting, Asked(period, evidence=True), state, spread)
        since = begins(state)
    finally:
        state.close()
    people = people_of(config.document, config.connections)
    return _faults(reporter, read_period(period, reporting.definitions.timezone), people, lacking, since)


@uncollected()
def of_file(config: Path, path: Path, as_of: int, period: str | None, by: Sequence[str]) -> Faults:
    """Return the faults of the tickets of a file as at an instant, ms UTC.

    Raises:
        ConfigError: the configuration has problems.
        NoSuchReport, UnreadableFile, UnreadableOutages: what is asked for, or a file, is not to be had.
    """
    document = source_of(config).document
    named, created = set[str](), list[int]()
    for batch in read_batches(path):
        named.update(name for ticket in batch.tickets for name in ticket.fields)
        created += [ticket.created for ticket in batch.tickets]
    reporting = _told_apart(read_reporting(config), by, document, _Known(frozenset(named), "no ticket has"))
    reporting = replace(reporting, dimensions=frozenset(named))
    zone = reporting.definitions.timezone
    period = last_quarter(as_of, zone) if period is None else period
    reporter, lacking, invalid = gathered_of_file(reporting, path, Asked(period, now=as_of, evidence=True))
    found = _faults(reporter, read_period(period, zone), people_of(document), lacking, min(created, default=None))
    return replace(found, invalid=invalid)


class _Known(NamedTuple):
    """The fields that there are, and in words that there is not another: `no ticket has`."""

    fields: frozenset[str]
    lacks: str


def _told_apart(reporting: Reporting, by: Sequence[str], document: Mapping[str, Any], known: _Known) -> Reporting:
    """Return a report whose faults are told apart by what is asked for, else by the file, else by usual fields.

    Of the usual ones those that are known count.

    Raises:
        NoSuchReport: a field that is named is not known, or none of the usual ones is.
    """
    usual = not by and "fault" not in document.get("reports", {})
    fields = tuple(by) or reporting.rules.fault
    if usual and known.fields.isdisjoint(fields):
        remedy = f"name fields with --by FIELD; {instead('', sorted(known.fields))}"
        raise NoSuchReport(f"{known.lacks} {' or '.join(fields)}, by which faults are usually told apart; {remedy}")
    if usual:
        fields = tuple(name for name in fields if name in known.fields)
    for name in fields:
        if name not in known.fields:
            where = "--by" if by else "fault of [reports]"
            remedy = f"{instead(name, sorted(known.fields))}; name fields that there are with --by FIELD"
            raise NoSuchReport(f"{known.lacks} the field {name!r} that {where} names; {remedy}")
    return replace(reporting, rules=replace(reporting.rules, fault=fields))


def _faults(
    reporter: Reporter, period: Period, people: frozenset[str], lacking: Sequence[str | Said], since: int | None
) -> Faults:
    """Return the faults of a period; `since` is when what is known begins, ms UTC.

    Raises:
        NoSuchReport: nothing is known of the period.
    """
    found, figures = reporter.recurring(people), reporter.figures()
    if not found.tickets and not found.breached:
        raise nothing_known(period, since)
    largest = [fault for fault in found.found if fault.over][:LARGEST]
    every = frozenset[OfTicket]()
    each = []
    for fault in largest:
        tickets = frozenset((life.source, life.id) for life in fault.again)
        each.append(Prevented(fault, reporter.without(tickets).figures()))
        every |= tickets
    together = reporter.without(every).figures()
    lacking = [*lacking, *reporter.lacking]
    return Faults(period, reporter.as_of, found, figures, tuple(each), together, lacking)
