"""What is likely to become of open cycles, and what that is learned from (docs/foresight.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from sla_engine import Engine, Result
from sla_engine.agreement import Definitions
from sla_engine.instant import DAY
from sla_engine.tabulate import tabulate
from slabridge.app.stored import stored
from slabridge.config import Config, TicketMapping
from slabridge.config.foresight import Foresight, load_foresight
from slabridge.foresight.forecast import Forecast, Forecaster, is_undecided
from slabridge.foresight.learned import Learned, packed, unpacked
from slabridge.foresight.lesson import WINDOW, Lesson, Subject, Window, definitions_of
from slabridge.foresight.model import is_there
from slabridge.foresight.trial import Teacher, Trial
from slabridge.spread import HERE, Spread
from slabridge.state import ConnectionState, State, connections, forecasts, open_tickets, results
from slabridge.state.ranges import Range
from slabridge.ticket.file import read_tables
from slabridge.ticket.mapping import Mapper

MONTH: Final = 30 * DAY
"""After so long it is learned anew."""
WEEK: Final = 7 * DAY
"""After so long it is looked at whether the models are still right."""
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Learning:
    """The job: what the tickets of a range teach."""

    definitions: Definitions
    mappings: Mapping[str, TicketMapping]
    subject: Subject
    window: Window

    def of(self, state: State, part: Range) -> Lesson:
        """Return what a range teaches."""
        lesson = Lesson.none()
        if part.as_of < self.window.until:
            return lesson
        engine, mapper = Engine(self.definitions), Mapper(self.mappings[part.connection])
        window = replace(self.window, as_of=part.as_of)
        fields = engine.fields.union(self.subject.fields)
        for natives in stored(state, part):
            chosen = [mapper.ticket(native) for native in natives if window.looks_at(native.id)]
            table, _ = tabulate(chosen, fields)
            lesson.look(engine, table, self.subject, window)
        return lesson


@dataclass(frozen=True, slots=True)
class OpenForecast:
    """An open cycle that is not breached, and how likely it is to break; `key` is its ticket's."""

    connection: str
    key: str
    result: Result
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The cycles that are likeliest to break, of `total` of which anything is known, by what was `learned`."""

    learned: Learned
    total: int
    cycles: Sequence[OpenForecast]


class NothingLearned(Exception):  # noqa: N818 - named by what is wrong
    """No cycle that a state knows teaches anything yet."""


def learn(config: Config, state: State, spread: Spread = HERE, engine: Engine | None = None) -> Learned:
    """Learn from the tickets of a state; nothing is kept.

    Raises:
        NothingLearned: no run has been through, or no cycle has begun.
        StateError: the state cannot be read.
        NoWorkers: nobody can do it.
    """
    window = _window(state, WINDOW)
    if window is None:
        raise NothingLearned(
            "nothing to learn from: no cycle has begun that a run has judged; has `slabridge run` been through?"
        )
    engine = engine or Engine(config.definitions)
    return _lesson(config, state, window, spread).learned(
        _teacher(config.foresight, engine), engine, _subject(config.foresight), window
    )


def renewed(config: Config) -> Learned | None:
    """Learn anew where what a state has is a month old, or by other definitions; return what was learned, if anything.

    Every week it is seen whether the models are still right; those that are not are used no longer. All tickets with an
    open cycle are then judged by the next run.

    Raises:
        StateError: the state cannot be used.
    """
    state = State.of(config.state, create=False)
    try:
        return _renewed(config, state)
    finally:
        state.close()


def _renewed(config: Config, state: State) -> Learned | None:
    with state.reading() as sql:
        as_of, document = _as_of(sql) or 0, forecasts.learned(sql)
    had, engine = None if document is None else unpacked(document), Engine(config.definitions)
    if had is None or as_of - had.as_of >= _lasts(had) or not _is_of(had, config, engine):
        try:
            found = learn(config, state, engine=engine)
        except NothingLearned:
            return None
    elif had.models and as_of - had.checked_at >= WEEK:
        window = _window(state, 2 * MONTH)
        lesson = Lesson.none() if window is None else _lesson(config, state, window, HERE)
        found = had.checked(lesson.drifted(_teacher(config.foresight, engine), had.models, as_of), as_of)
        if found.models == had.models:
            with state.begin() as sql:
                forecasts.keep(sql, found.as_of, packed(found))
            return None
    else:
        return None
    _keep(state, found)
    return found


def _lasts(learned: Learned) -> int:
    """Return how long it is until it is learned anew, ms: less, where there was less to learn from."""
    return max(DAY, min(MONTH, learned.as_of - learned.first))


def learned_anew(config: Config, spread: Spread = HERE) -> Learned:
    """Learn now, and let runs go by it.

    Raises:
        NothingLearned: no run has been through, or no cycle has begun.
        StateError: the state cannot be used.
        NoWorkers: nobody can do it.
    """
    state = State.of(config.state, create=False)
    try:
        found = learn(config, state, spread)
        _keep(state, found)
    finally:
        state.close()
    return found


def tried(config: Config, spread: Spread = HERE) -> Sequence[Trial]:
    """Return how good forecasts would have been of each objective's cycles; nothing is kept.

    Raises:
        NothingLearned: no run has been through, or no cycle has begun.
        StateError: the state cannot be read.
        NoWorkers: nobody can do it.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return learn(config, state, spread).trials
    finally:
        state.close()


def tried_on_file(config: Path, path: Path, as_of: int) -> tuple[Sequence[Trial], list[tuple[int, str]]]:
    """Return the same of the tickets of a file, as at an instant (ms UTC), and the lines that are no tickets.

    Raises:
        ConfigError: the configuration has problems.
        UnreadableFile: the file of tickets cannot be read on.
        NothingLearned: no cycle has begun.
    """
    definitions, foresight = load_foresight(config)
    engine, subject = Engine(definitions), _subject(foresight)
    invalid: list[tuple[int, str]] = []
    tables = []
    for numbers, read in read_tables(path, engine.fields.union(subject.fields)):
        tables.append(read.table)
        invalid += [(numbers[place], reason) for place, reason in read.invalid]
    created = [int(at) for table in tables for at in table.at[table.first[:-1]] if at >= as_of - WINDOW]
    if not created:
        raise NothingLearned("there is nothing to learn from: no ticket was created in the half year before")
    window, lesson = Window.of(min(created), as_of), Lesson.none()
    for table in tables:
        lesson.look(engine, table, subject, window)
    return lesson.learned(_teacher(foresight, engine), engine, subject, window).trials, invalid


def likeliest(config: Config, limit: int, spread: Spread = HERE) -> Forecasts:
    """Return the open cycles that are likeliest to break, each as at the last run on its connection.

    What the state has learned is asked, or, where it has nothing of today's definitions, what can be learned now.

    Raises:
        NothingLearned: no run has been through, or no cycle has begun.
        StateError: the state cannot be read.
        NoWorkers: nobody can do it.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        engine = Engine(config.definitions)
        learned = known(config, state, engine) or learn(config, state, spread, engine)
        forecaster = Forecaster(learned, engine.calendars, engine.zone)
        total, found = 0, list[OpenForecast]()
        for connection in config.connections:
            for part in _open(ConnectionState(state, connection.name), forecaster):
                total += len(part)
                found = nlargest(limit, [*found, *part], key=lambda one: one.forecast.risk)
        return Forecasts(learned, total, found)
    finally:
        state.close()


def _keep(state: State, found: Learned) -> None:
    with state.begin() as sql:
        forecasts.keep(sql, found.as_of, packed(found))
        open_tickets.mark_pending(sql)


def known(config: Config, state: State, engine: Engine) -> Learned | None:
    """Return what a state has learned; None where that is nothing, or by other definitions."""
    with state.reading() as sql:
        document = forecasts.learned(sql)
    learned = None if document is None else unpacked(document)
    return None if learned is None or not _is_of(learned, config, engine) else learned


def _open(own: ConnectionState, forecaster: Forecaster) -> Iterator[list[OpenForecast]]:
    after = ""
    with own.reading() as transaction:
        at = connections.standing(transaction).as_of
        while at is not None:
            keys = open_tickets.keys(transaction, after, _AT_ONCE)
            if not keys:
                return
            cycles = [one for came_to in results.of(transaction, keys).values() for one in came_to if is_undecided(one)]
            pairs = zip(cycles, forecaster.of(cycles, at), strict=True)
            yield [OpenForecast(own.connection, one.ticket, one, said) for one, said in pairs if said is not None]
            after = max(keys)


def _as_of(sql: sa.Connection) -> int | None:
    """Return when the latest of the connections' last complete runs began, ms UTC; None: none was."""
    return max((at for at in connections.as_ofs(sql).values() if at is not None), default=None)


def _window(state: State, long: int) -> Window | None:
    """Return what is looked at of the cycles that began within so long (ms) before the last run; None: none did."""
    with state.reading() as sql:
        as_of = _as_of(sql)
        if as_of is None:
            return None
        first, cycles = forecasts.began(sql, as_of - long)
    return None if first is None else Window.of(first, as_of, cycles)


def _lesson(config: Config, state: State, window: Window, spread: Spread) -> Lesson:
    mappings = {connection.name: connection.mapping for connection in config.connections}
    lesson = Lesson.none()
    for found in spread.each(
        Learning(config.definitions, mappings, _subject(config.foresight), window), state, [*mappings]
    ):
        lesson.add(found)
    return lesson


def _subject(foresight: Foresight) -> Subject:
    return Subject(foresight.fields, foresight.holder, foresight.routes)


def _teacher(foresight: Foresight, engine: Engine) -> Teacher:
    return Teacher(engine.zone, foresight.holder, is_there())


def _is_of(learned: Learned, config: Config, engine: Engine) -> bool:
    """Return whether something was learned by what holds now."""
    subject = config.foresight
    same = (learned.fields, learned.holder, learned.routes.fields) == (subject.fields, subject.holder, subject.routes)
    return same and learned.definitions == definitions_of(engine)
