"""Services with what is left to them in a period: of downtime, and of breaches (docs/reports.md, "What is left")."""

from collections.abc import Sequence

from sla_engine import Calendar
from sla_engine.instant import parse_instant
from slabridge.app.asked import Asked, Reported
from slabridge.app.report import of_state
from slabridge.config import Config
from slabridge.config.services.service import Service
from slabridge.report.budget import budgets
from slabridge.report.document import Document
from slabridge.report.period import period_of
from slabridge.report.reporter import NoSuchReport
from slabridge.report.spans import length, working
from slabridge.state import State
from slabridge.state.connections import as_ofs


def reached_in(state: State) -> int | None:
    """Return the instant (ms UTC) of the last complete run on any connection; None where there was none."""
    with state.reading() as sql:
        return max((at for at in as_ofs(sql).values() if at is not None), default=None)


def running_period(config: Config) -> str:
    """Return the month in which the last complete run was.

    Raises:
        NoSuchReport: there was none.
        StateError: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        at = reached_in(state)
    finally:
        state.close()
    if at is None:
        raise NoSuchReport("the state knows no ticket yet; has `slabridge run` been through?")
    return period_of("month", at, config.definitions.timezone).name


def services(config: Config, asked: Asked) -> Document:
    """Work out what is left to services; `lacking` says of what there is no data.

    Raises:
        NoSuchReport, StateError, UnreadableOutages: it is not to be had.
    """
    return left_of(config, of_state(config, asked), asked.services)


def left_of(config: Config, reported: Reported, chosen: Sequence[str] = ()) -> Document:
    """Return the same of a report that was worked out; of the services that it was asked for, or of all."""
    document = reported.document
    assert config.reporting is not None  # noqa: S101 - a file that was read has it
    customer = reported.document["cover"]["customer"]
    theirs = [one for one in config.reporting.services if customer is None or one.is_of(customer)]
    mine = [one for one in theirs if not chosen or one.name in chosen]
    start, end = (parse_instant(document["cover"][key]) for key in ("as_of", "to"))
    found = budgets(document, mine, {one.name: _agreed(config, one, start, end) for one in mine})
    return {**found, "lacking": [*map(str, reported.lacking)]}


def _agreed(config: Config, service: Service, start: int, end: int) -> int:
    """Return how much agreed service time lies in [start, end), ms."""
    if service.terms is None:
        return 0
    return length(working(Calendar(config.definitions.calendars[service.terms.calendar]), start, end))
