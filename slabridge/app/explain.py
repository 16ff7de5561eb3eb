"""Why a ticket stands as it does, from the state alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import sqlalchemy as sa

from sla_engine import Engine, Position, Result, Ticket
from sla_engine.instant import format_instant
from slabridge.app.foreseer import Ends, Foreseer
from slabridge.config import Config, Connection
from slabridge.foresight.forecast import Forecast
from slabridge.state import State, Transaction, connections, links, quarantine, tickets
from slabridge.state.group import group_of
from slabridge.text.said import Said, said
from slabridge.ticket.judging import judge
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Explained:
    """A ticket with its results as of an instant, opened into segments, and what is wrong with its data.

    `position` says who stands above and below it then. `forecasts` say of each result how likely it is to break (None:
    that is decided, or nobody knows), `ends` with whom such tickets ended; as of an instant that is asked for, neither.
    """

    ticket: Ticket
    position: Position
    results: Sequence[Result]
    remarks: Sequence[str | Said]
    as_of: int
    forecasts: Sequence[Forecast | None]
    ends: Ends | None = None

    def seen_by(self, viewer: Viewer) -> Self | None:
        """Return what of it a viewer sees; None where that is nothing.

        Whose the tickets around it are is not known: these are for who sees all.
        """
        if viewer.sees_all:
            return self
        pairs = [pair for pair in zip(self.results, self.forecasts, strict=True) if viewer.sees(pair[0])]
        if not pairs:
            return None
        results = [result for result, _ in pairs]
        forecasts = [said if viewer.foresees else None for _, said in pairs]
        ends = self.ends if viewer.foresees else None
        alone = replace(self.position, above=(), below=())
        return replace(self, results=results, position=alone, remarks=(), forecasts=forecasts, ends=ends)


@dataclass(frozen=True, slots=True)
class Explainer:
    """A configuration made ready to explain tickets by, any number of them: its calendars are compiled once."""

    config: Config
    engine: Engine
    connections: Mapping[str, Connection]
    foreseer: Foreseer

    @classmethod
    def of(cls, config: Config) -> Self:
        """Make a configuration ready."""
        engine = Engine(config.definitions, config.dimensions)
        return cls(config, engine, {one.name: one for one in config.connections}, Foreseer(config, engine))

    def every(self, state: State, key: str, at: int | None = None) -> list[Explained]:
        """Return the tickets of a key or id, each as of an instant (ms UTC), or of its connection's last complete run.

        As of an instant, today's definitions judge what had ended by then, too.

        Raises:
            StateError, Busy: the state cannot be read.
        """
        with state.reading() as sql:
            return list(self._explained(sql, tickets.find(sql, key), at))

    def one(self, state: State, connection: str, key: str, at: int | None = None) -> Explained | None:
        """Return the ticket of an id, or else of a key, on one connection in the same way; None where there is none."""
        with state.reading() as sql:
            found = [known for name, known in tickets.find(sql, key) if name == connection]
            found.sort(key=lambda known: known.id != key)
            return next(self._explained(sql, [(connection, known) for known in found[:1]], at), None)

    def _explained(self, sql: sa.Connection, found: Iterable[tuple[str, Known]], at: int | None) -> Iterator[Explained]:
        for name, known in found:
            if name not in self.connections:
                continue
            as_of = connections.standing(Transaction(sql, name)).as_of
            if as_of is not None:
                seen, then = (known, as_of) if at is None else (replace(known, results=()), at)
                judged = self._judged(sql, name, seen, then)
                yield self._foreseen(sql, judged) if at is None else judged

    def _judged(self, sql: sa.Connection, name: str, known: Known, as_of: int) -> Explained:
        group = group_of(sql, [(name, known.id)], self.connections, self.config.chain_limit)
        others = group.tickets(self.config.connections, group.others)
        named = {known.id: group.named.get((name, known.id), {})}
        mapper = Mapper(self.connections[name])
        judgement = judge(self.engine, mapper, [known], as_of, opened=True, named=named, others=others)
        position = self.engine.positions([*judgement.tickets, *others], as_of)[0]
        remarks: list[str | Said] = [*judgement.invalid.values(), *(text for _, text in judgement.warnings)]
        remarks += [
            said('nothing maps "%(value)s" of %(field)s: not judged', value=value, field=field)
            for field, value in judgement.unmapped.get(0, ())
        ]
        remarks += [
            said(
                "linked with %(ticket)s of %(source)s, which cannot be found since %(time)s",
                ticket=one.reference,
                source=one.connection,
                time=format_instant(one.since),
            )
            for one in links.missing(sql, [(name, known.id)])
        ]
        aside = quarantine.of(sql, name, known.id)
        if aside is not None:
            when = format_instant(aside.first_at)
            remarks.insert(0, said("in quarantine since %(time)s: %(reason)s", time=when, reason=aside.reason))
        if group.cut:
            remarks.append(
                said(
                    "linked with more than %(limit)s tickets (job.chain_limit): shown without them",
                    limit=self.config.chain_limit,
                )
            )
        results = judgement.results[0]
        return Explained(judgement.tickets[0], position, results, remarks, as_of, [None] * len(results))

    def _foreseen(self, sql: sa.Connection, found: Explained) -> Explained:
        """Return a ticket with what is likely to become of it."""
        forecaster = self.foreseer.forecaster(sql)
        if forecaster is None or not any(one.stopped_at is None and not one.excluded for one in found.results):
            return found
        ends = Ends.of(forecaster.learned.routes, found.ticket.fields)
        return replace(found, forecasts=forecaster.of(found.results, found.as_of), ends=ends)


def explain(explainer: Explainer, key: str, at: int | None = None) -> list[Explained]:
    """Return what the configuration's own state has of a key or id (`Explainer.every`)."""
    state = State.of(explainer.config.state, create=False, migrate=False)
    try:
        return explainer.every(state, key, at)
    finally:
        state.close()
