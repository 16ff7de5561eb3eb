"""Changes of agreements that are worth proposing, and what each would have done to a quarter (docs/advise.md)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sla_engine import Engine, Ticket
from slabridge.advice.backing import backing
from slabridge.advice.headers import KeyPath, headers_of
from slabridge.advice.hours import hours
from slabridge.advice.judged import GROWTH, Advice, Judging
from slabridge.advice.misfits import misfits
from slabridge.advice.present import Present
from slabridge.advice.routes import routes
from slabridge.advice.seen import Seen
from slabridge.advice.targets import targets
from slabridge.app.capacity import capacity
from slabridge.app.quarter import begins, looked_at, nothing_known
from slabridge.app.report import reached
from slabridge.app.stored import stirred
from slabridge.capacity.growth import Grown
from slabridge.config import Config
from slabridge.config.customers import COMMON, source_of
from slabridge.config.services.reporting import Reporting, read_reporting
from slabridge.report.period import Period
from slabridge.spread import uncollected
from slabridge.state import State
from slabridge.state.ranges import whole
from slabridge.ticket.file import read_batches
from slabridge.ticket.mapping import Mapper

Batches = Callable[[], Iterable[Sequence[Ticket]]]
"""Gives the tickets of a quarter, batch by batch, as often as it is asked: of a million not all are in memory."""


@dataclass(frozen=True, slots=True)
class Advised:
    """What is proposed by a quarter: so many cycles to customers were completed in it, of which so many breached.

    `invalid` are lines of the file that are no tickets.
    """

    period: Period
    cycles: int
    breached: int
    advice: tuple[Advice, ...]
    invalid: Sequence[tuple[int, str]] = ()


@uncollected()
def of_state(config: Config, asked: str | None = None) -> Advised:
    """Return what is proposed by a period, else by the last whole quarter before the last complete run.

    Raises:
        NoSuchReport: no run was complete yet, or nothing is known of the period.
        StateError: the state cannot be read.
    """
    assert config.reporting is not None  # noqa: S101 - a file that was read has it
    now = reached(config)
    period = looked_at(asked, now, config.definitions.timezone)
    assert now is not None  # noqa: S101 - there is a period
    state = State.of(config.state, create=False, migrate=False)
    try:
        look = _Look(config.reporting, config.document, _headers(Path(config.file)), period, min(now, period.end))
        found = look.advised(lambda: _stored(state, config, period), lambda: _grown(config, period))
        if found is None:
            raise nothing_known(period, begins(state))
        return found
    finally:
        state.close()


@uncollected()
def of_file(config: Path, path: Path, as_of: int, asked: str | None = None) -> Advised:
    """Return what is proposed by a period, else by the last whole quarter before an instant, ms UTC, over a file.

    Raises:
        ConfigError: the configuration has problems.
        NoSuchReport: nothing is known of the period.
        UnreadableFile: the file of tickets cannot be read on.
    """
    reporting = read_reporting(config)
    zone = reporting.definitions.timezone
    period = looked_at(asked, as_of, zone)
    invalid: dict[tuple[int, str], None] = {}

    def batches() -> Iterator[Sequence[Ticket]]:
        for batch in read_batches(path):
            invalid.update(dict.fromkeys(batch.invalid))
            yield [ticket for ticket in batch.tickets if ticket.created < period.end]

    look = _Look(reporting, source_of(config).document, _headers(config), period, min(as_of, period.end))
    found = look.advised(batches, dict)
    if found is None:
        created = (ticket.created for batch in read_batches(path) for ticket in batch.tickets)
        raise nothing_known(period, min(created, default=None))
    return Advised(found.period, found.cycles, found.breached, found.advice, [*invalid])


@dataclass(frozen=True, slots=True)
class _Look:
    """What a quarter's tickets are looked at by; `document` is the file as it was parsed, `headers` its tables' own.

    It is judged as at `as_of`, ms UTC, at its end at the latest.
    """

    reporting: Reporting
    document: Mapping[str, Any]
    headers: Collection[KeyPath]
    quarter: Period
    as_of: int

    def advised(self, batches: Batches, grown: Callable[[], Mapping[str, Grown]]) -> Advised | None:
        """Look at the quarter's cycles, as at its end, and try what they suggest; None: there are none.

        `grown` says what becomes of each promise if more tickets come.
        """
        definitions, quarter, seen = self.reporting.definitions, self.quarter, Seen()
        engine, fields = (
            Engine(definitions),
            [name for name in self.reporting.rules.fault if name != definitions.holder],
        )
        for some in batches():
            seen.add(some, engine.evaluate(some, self.as_of, chain=True).results, quarter, fields)
        if not seen.taken and not seen.cycles:
            return None
        present = Present(definitions, self.reporting.promised, self.document, quarter, self.headers)
        changes = [
            *routes(present, seen, fields),
            *backing(present, seen),
            *hours(present, seen),
            *misfits(present, seen, engine.calendars),
            *targets(present, seen),
        ]
        judging = Judging(present, changes)
        for some in batches() if changes else ():
            judging.add(some, self.as_of)
        advice = judging.advice(grown()) if changes else []
        return Advised(quarter, len(seen.cycles), sum(one.breached for one in seen.cycles), tuple(advice))


def _headers(path: Path) -> frozenset[KeyPath]:
    """Return the headers of a file, and of what a customer's has in common with the others."""
    files = (one for one in (path, path.with_name(COMMON)) if one.is_file())
    return frozenset().union(*(headers_of(one.read_text("utf-8")) for one in files))


def _grown(config: Config, quarter: Period) -> Mapping[str, Grown]:
    """Return what becomes of each promise if more tickets come, by those since the quarter began."""
    found = capacity(config, quarter.start, GROWTH)
    return {} if found is None else {one.objective: one for one in found.grown}


def _stored(state: State, config: Config, quarter: Period) -> Iterator[Sequence[Ticket]]:
    """Yield the tickets that the state knows and that were not quiet since the quarter began."""
    mappers = {connection.name: Mapper(connection) for connection in config.connections}
    for part in whole(state, mappers):
        for natives in stirred(state, part, quarter.start):
            there = (native for native in natives if native.created < quarter.end)
            yield [mappers[part.connection].ticket(native) for native in there]
