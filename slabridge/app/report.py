"""Reports over the state (docs/reports.md)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from sla_engine import Result
from sla_engine.clause import Clause
from sla_engine.instant import DAY, HOUR, format_instant
from slabridge.app.asked import Asked, Reported, reporter_of
from slabridge.app.filed import filed
from slabridge.app.outages import read_sources
from slabridge.app.ratings import tool_ratings
from slabridge.app.tools import Tools
from slabridge.config import Config, TicketMapping
from slabridge.config.problem import instead
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.satisfaction import FieldRatings, ToolRatings
from slabridge.report.redefined import Redefined, redefinitions
from slabridge.report.reporter import NoSuchReport, Part, Reporter
from slabridge.report.trend import Earlier
from slabridge.spread import HERE, Spread, uncollected
from slabridge.state import ConnectionState, State, connections, reports, results, retention, tickets
from slabridge.state.group import group_of
from slabridge.state.ranges import Range
from slabridge.text.said import Said, said
from slabridge.ticket.kept import keep
from slabridge.ticket.mapping import Mapper

BATCH = 1_000
_BEFORE = 90 * DAY
"""How long before a period tickets may share a fault with those of it, or people may answer about them in it, ms."""


@uncollected()
def of_state(config: Config, asked: Asked, file: Mapping[str, Any] | None = None, spread: Spread = HERE) -> Reported:
    """Report of the tickets that the state knows, as of the last complete run on each connection.

    `file` has the definitions that it goes by, where they are not those of the file.

    Raises:
        NoSuchReport, StateError, UnreadableOutages: what is asked for is not to be had.
        NoWorkers: nobody can do it.
    """
    reporting = config.reporting
    assert reporting is not None  # noqa: S101 - a file that was read has it
    for name in asked.fields:
        if name not in config.dimensions:
            raise NoSuchReport(f"no connection maps a field {name!r}; {instead(name, config.dimensions)}")
    state = State.of(config.state, create=False, migrate=False)
    try:
        reporter, lacking = gathered(config, reporting, asked, state, spread)
        with state.reading() as sql:
            earlier = [period.name for period in reporter.earlier]
            trend = [
                Earlier(row.period, row.subject, row.objective, row.percent, row.kept)
                for row in reports.figures(sql, asked.about, earlier)
            ]
            today = filed(config)["file"] if file is None else file
            redefined = _redefined(sql, asked, earlier, today, reporter.told_of)
            purged = retention.purged_in(sql, *reporter.within)
        if purged:
            lacking.append(f"{purged} tickets with cycles in {asked.period} are kept no longer, and are in no figure")
        document = reporter.document(trend, redefined)
        return Reported(document, [*lacking, *reporter.lacking])
    finally:
        state.close()


def gathered(
    config: Config, reporting: Reporting, asked: Asked, state: State, spread: Spread
) -> tuple[Reporter, list[str | Said]]:
    """Return a report for which all was gathered that there is, and what there is not.

    Raises:
        NoSuchReport, StateError, UnreadableOutages: what is asked for is not to be had.
        NoWorkers: nobody can do it.
    """
    reached = _reached(config, state)
    known = [at for at in reached.values() if at is not None]
    if not known:
        raise NoSuchReport("the state knows no ticket yet; has `slabridge run` been through?")
    now = min(known) if asked.now is None else min(asked.now, *known)
    reporter = reporter_of(reporting, asked, now)
    behind = _behind(reporter, reached)
    with Tools(config) as tools:
        lacking: list[str | Said] = [*behind, *read_sources(reporter, reporting, asked, tools)]
        for source in reporting.satisfaction:
            if isinstance(source, ToolRatings):
                lacking += tool_ratings(reporter, config, state, tools, source)
    lacking += [f"nothing is known of {name}: no run on it was complete" for name, at in reached.items() if at is None]
    job = Gather(
        reporting,
        asked,
        now,
        {connection.name: connection.mapping for connection in config.connections},
        config.chain_limit,
        _BEFORE if _looks_back(config, reporting) else 0,
    )
    for part in spread.each(job, state, [*job.mappings]):
        reporter.merge(part)
    return reporter, lacking


def _behind(reporter: Reporter, reached: Mapping[str, int | None]) -> list[str]:
    """Note which tools were last read long before the others; return those by which the period is not over yet."""
    known = {name: at for name, at in reached.items() if at is not None}
    last = max(known.values())
    lacking = []
    for name, at in known.items():
        if last - at > HOUR:
            reporter.notes.append(
                said(
                    "%(connection)s was last read completely at %(time)s; the others were read later",
                    connection=name,
                    time=format_instant(at),
                )
            )
            if at < reporter.until <= last:
                lacking.append(f"{name} was last read completely at {format_instant(at)}, before the period was over")
    return lacking


def _redefined(
    sql: Connection, asked: Asked, earlier: Sequence[str], file: Mapping[str, Any], told_of: Collection[str]
) -> Redefined | None:
    """Return what the file says otherwise than the last issued report of an earlier period went by."""
    for period in reversed(earlier):
        before = reports.latest(sql, period, asked.about)
        if before is not None:
            files = (before.definitions["file"], file)
            was, now = files if asked.customer is None else (_of_customer(one, told_of) for one in files)
            return Redefined(period, tuple(redefinitions(was, now)))
    return None


def _of_customer(file: Mapping[str, Any], told_of: Collection[str]) -> Mapping[str, Any]:
    """Return what a file says of the agreements and services that a customer is told of, and of everybody's."""
    services = {name: one for name, one in file.get("services", {}).items() if name in told_of}
    agreements = {name: one for name, one in file.get("agreements", {}).items() if str(one.get("id", name)) in told_of}
    named = {one.get("class") for one in (*services.values(), *agreements.values())}
    classes = {name: one for name, one in file.get("classes", {}).items() if name in named}
    everybodys = {key: file[key] for key in ("timezone", "clocks", "reports") if key in file}
    return {**everybodys, "classes": classes, "services": services, "agreements": agreements}


def reached(config: Config) -> int | None:
    """Return the instant (ms UTC) up to which all connections were read completely; None where one never was.

    Raises:
        StateError: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        found = _reached(config, state).values()
        return min((at for at in found if at is not None), default=None) if None not in found else None
    finally:
        state.close()


def _reached(config: Config, state: State) -> dict[str, int | None]:
    found = {}
    for connection in config.connections:
        with ConnectionState(state, connection.name).reading() as transaction:
            found[connection.name] = connections.standing(transaction).as_of
    return found


@dataclass(frozen=True, slots=True)
class Gather:
    """The job: judge a range of stored tickets for a report as at `now` (ms UTC), and gather what counts.

    `chain_limit` is how many tickets may be linked with each other; what happened up to `before` ms before the period
    is looked at, too.
    """

    reporting: Reporting
    asked: Asked
    now: int
    mappings: Mapping[str, TicketMapping]
    chain_limit: int
    before: int

    def of(self, state: State, part: Range) -> Part:
        """Return what is gathered of a range."""
        reporter = reporter_of(self.reporting, self.asked, self.now)
        own, mapper, after = ConnectionState(state, part.connection), Mapper(self.mappings[part.connection]), part.after
        current = {clause.definition for clause in reporter.clauses}
        while True:
            with own.reading() as transaction:
                since = reporter.since - self.before
                batch = tickets.not_quiet(transaction, after, BATCH, since, part.until)
                if not batch:
                    return reporter.part()
                there = [one for one in batch if one.native.created < reporter.until]
                here = [one.native for one in there if one.quiet_since is None or one.quiet_since >= reporter.since]
                names = {(part.connection, one.id): one for one in here}
                group = group_of(transaction.sql, names, self.mappings, self.chain_limit)
                others = results.of(transaction, {one.id: one.key for one in here}, but=current)
            after = batch[-1].native.id
            named = group.named
            mapped = [mapper.ticket(one.native, named.get((part.connection, one.native.id), {})) for one in there]
            judged = {native.id for native in here}
            kept = partial(_as_kept, [others.get(native.id, ()) for native in here], reporter.clauses)
            linked = group.tickets(self.mappings.values(), group.others)
            reporter.judge([ticket for ticket in mapped if ticket.id in judged], linked, kept)
            reporter.add_lives(mapped)


def _looks_back(config: Config, reporting: Reporting) -> bool:
    """Return whether tickets count to which nothing happened in the period."""
    rated = any(isinstance(one, FieldRatings) and one.answered is not None for one in reporting.satisfaction)
    return rated or config.dimensions.issuperset(reporting.rules.fault)


def _as_kept(
    others: Sequence[Sequence[Result]], clauses: Sequence[Clause], found: Sequence[Result], as_of: int
) -> list[Result]:
    """Return results as at an instant; cycles that had ended by then keep the definition they were judged by."""
    by_place: list[list[Result]] = [[] for _ in others]
    for result in found:
        by_place[result.position].append(result)
    kept: list[Result] = []
    for n, stored in enumerate(others):
        ended = [one for one in stored if one.stopped_at is not None and one.stopped_at <= as_of]
        kept += keep(n, by_place[n], ended, clauses)
    return kept
