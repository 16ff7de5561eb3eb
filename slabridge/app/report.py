"""Reports over the state (docs/reports.md)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from sla_engine.instant import DAY, HOUR, format_instant
from slabridge.app.asked import Asked, Reported, reporter_of
from slabridge.app.filed import filed
from slabridge.app.gather import Gather
from slabridge.app.outages import read_sources
from slabridge.app.ratings import tool_ratings
from slabridge.app.tools import Tools
from slabridge.config import Config
from slabridge.config.problem import instead
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.satisfaction import FieldRatings, ToolRatings
from slabridge.report.redefined import Redefined, redefinitions
from slabridge.report.reporter import NoSuchReport, Reporter
from slabridge.report.trend import Earlier
from slabridge.spread import HERE, Spread, uncollected
from slabridge.state import ConnectionState, State, connections, reports, retention
from slabridge.text.said import Said, said

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


def _looks_back(config: Config, reporting: Reporting) -> bool:
    """Return whether tickets count to which nothing happened in the period."""
    rated = any(isinstance(one, FieldRatings) and one.answered is not None for one in reporting.satisfaction)
    return rated or config.dimensions.issuperset(reporting.rules.fault)
