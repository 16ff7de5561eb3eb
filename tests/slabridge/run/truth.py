"""What ought to stand on the tickets: worked out from their histories at the instant of each run, past the state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.interface import Connector, NativeTicket
from sla_engine import Definitions, Engine, Result, Ticket
from sla_engine.chain.outcome import TicketRef
from slabridge.config import Config, Connection
from slabridge.run.fact import NO_CYCLE, fact_of
from slabridge.run.terms import Terms
from slabridge.state import State, Transaction, tickets
from slabridge.state.schema import ticket
from slabridge.ticket.around import Around, Carrier, Neighbour
from slabridge.ticket.known import Known
from slabridge.ticket.links import Reference, stated_links
from slabridge.ticket.mapping import Mapper
from tests.slabridge.run.job import Job

Name = tuple[str, str]
"""A ticket's connection and id."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as it ought to stand: what it came to, and who is around it. Since `recent` (ms UTC), things are told."""

    connection: Connection
    tool: Connector
    native: NativeTicket
    results: Sequence[Result]
    around: Around
    recent: int

    @property
    def name(self) -> Name:
        return self.connection.name, self.native.id

    def results_around(self) -> list[Result]:
        """Return its results, and those of all that its fields tell of."""
        sides = {rule.value.side for rule in self.connection.writeback.fields if rule.value.side is not None}
        return [*self.results, *(result for side in sides for one in self.around.on(side) for result in one.results)]

    def told(self, last: int | None) -> set[str]:
        """Return the markers of what there is to tell on it; `last` is the instant of the last complete run."""
        rule = self.connection.writeback.comments
        assert rule is not None
        own = {_marker(result) for result in self.results if self._is_told(result, last)}
        return own | {
            f"{one.name[0]}/{one.name[1]} {_marker(result)}"
            for one in self.around.above
            for result in one.results
            if result.kind in rule.above and self._is_told(result, last)
        }

    def _is_told(self, result: Result, last: int | None) -> bool:
        opened_then = last is not None and result.started_at <= last
        ended_since = last is not None and result.stopped_at is not None and last < result.stopped_at
        is_news = result.status == "breached" and opened_then and ended_since
        return (
            result.status in ("at_risk", "breached")
            and (result.stopped_at is None or is_news)
            and not result.excluded
            and result.since is not None
            and result.since >= self.recent
        )


class Truth:
    """What ought to stand on the tickets, as far as the runs until now have made it so.

    `concerned` are tickets that had or recently ended a cycle at one of these instants, `told` the transitions then.
    `may` are those that a run may have told that was cut short. `typed` are tickets on which a person wrote into our
    fields. `ended` are cycles as they first ended: a definition that changes later does not judge them anew. `last` is
    the instant of each connection's last run that went through.
    """

    def __init__(self) -> None:
        self.concerned: set[Name] = set()
        self.told: defaultdict[Name, set[str]] = defaultdict(set)
        self.may: defaultdict[Name, set[str]] = defaultdict(set)
        self.typed: set[Name] = set()
        self.ended: dict[tuple[Name, str, str, int], Result] = {}
        self.last: dict[str, int] = {}

    def check(self, job: Job) -> None:
        """Require that everything stands as it ought to, now that a run has gone through."""
        as_ofs = {}
        for one in self._standings(job):
            as_ofs[one.connection.name] = one.tool.check().now
            self._check(one)
        self.last |= as_ofs

    def note(self, job: Job) -> None:
        """Keep in mind what a run that was cut short may have told."""
        for one in self._standings(job):
            self.may[one.name] |= one.told(self.last.get(one.connection.name))
            self._concern(one)

    def _standings(self, job: Job) -> list[Standing]:
        config = job.config()
        engine = Engine(config.definitions)
        with job.connections() as found:
            natives = {(connection.name, native.id): native for connection, _, own in found for native in own}
            natives = {**_known_still(job), **natives}
            named = _named(config, natives)
            mappers = {connection.name: Mapper(connection) for connection, _, _ in found}
            mapped = [mappers[name[0]].ticket(native, named[name]) for name, native in natives.items()]
            standings = []
            for connection, tool, own in found:
                as_of = tool.check().now
                evaluation = engine.evaluate(mapped, as_of)
                assert not evaluation.invalid
                came_to: dict[Name, list[Result]] = {name: [] for name in natives}
                for result in evaluation.results:
                    name = (result.source, result.id)
                    came_to[name].append(self._as_ended(name, result))
                around = _around(engine, mapped, as_of, came_to)
                for native in own:
                    name = (connection.name, native.id)
                    recent = as_of - config.post_within
                    standings.append(Standing(connection, tool, native, came_to[name], around[name], recent))
        return standings

    def _check(self, one: Standing) -> None:
        native, name = one.native, one.name
        self._concern(one)
        held = {}
        terms = Terms(Definitions({}, ()), one.connection.writeback, one.tool.encode, one.recent, 0)
        for rule in one.connection.writeback.fields:
            fact = fact_of(rule, Known(native, {}, 0), one.results, one.around, terms)
            stands = name in self.concerned and fact is not NO_CYCLE
            held[rule.field] = one.tool.encode(rule.field, fact) if stands and fact is not NO_CYCLE else None
        if name in self.typed:  # what a person typed where we have nothing to say stays
            held |= {field: value for field, value in native.written.items() if held[field] is None}
        assert native.written == held, native.key
        self.told[name] |= one.told(self.last.get(one.connection.name))
        markers = [marker for comment in native.comments for marker in comment.markers]
        assert len(markers) == len(set(markers)), native.key
        assert self.told[name] <= set(markers) <= self.told[name] | self.may[name], native.key

    def _concern(self, one: Standing) -> None:
        if any(result.stopped_at is None or result.stopped_at >= one.recent for result in one.results_around()):
            self.concerned.add(one.name)

    def _as_ended(self, name: Name, result: Result) -> Result:
        if result.stopped_at is None:
            return result
        cycle = (name, result.agreement, result.objective, result.cycle)
        first = self.ended.setdefault(cycle, result)
        if first.definition == result.definition:
            self.ended[cycle] = result
        return self.ended[cycle]


def _marker(result: Result) -> str:
    return f"{result.table}.{result.objective}#{result.cycle} {result.status}"


def _known_still(job: Job) -> dict[Name, NativeTicket]:
    """Return the tickets that the state takes to be there: of those that no filter takes up, it is what is known."""
    state = State.of(job.place, create=False)
    try:
        with state.begin() as sql:
            there = sql.execute(sa.select(ticket.c.connection, ticket.c.id).where(~ticket.c.gone)).all()
            return {
                (source, id_): known.native
                for source, id_ in there
                for known in tickets.readable(Transaction(sql, source), [id_])
            }
    finally:
        state.close()


def _named(config: Config, natives: Mapping[Name, NativeTicket]) -> dict[Name, dict[Reference, str]]:
    """Return whom each ticket names, and which ticket that is: by its id, or any key that it ever had."""
    by_key = {(source, key): id_ for (source, id_), native in natives.items() for key in (*native.keys, native.key)}
    rules = {connection.name: connection.links for connection in config.connections}
    found: dict[Name, dict[Reference, str]] = {}
    for name, native in natives.items():
        references = {link.reference for link in stated_links(native, rules[name[0]])}
        meant = {one: by_key.get((one.connection, one.text)) if one.by == "key" else one.text for one in references}
        found[name] = {one: id_ for one, id_ in meant.items() if id_ is not None}
    return found


def _around(
    engine: Engine, mapped: Sequence[Ticket], as_of: int, came_to: Mapping[Name, Sequence[Result]]
) -> dict[Name, Around]:
    positions = {(one.ticket.source, one.ticket.id): one for one in engine.positions(mapped, as_of)}
    carriers = {
        name: Carrier(one.holder, (one.carrier.source, one.carrier.id), one.carrier.key)
        for name, one in positions.items()
    }

    def seen(side: Sequence[TicketRef]) -> list[Neighbour]:
        names = [((one.source, one.id), one.key) for one in side]
        return [Neighbour(name, key, came_to[name], fresh=True) for name, key in names]

    return {name: Around(name, seen(one.above), seen(one.below), carriers) for name, one in positions.items()}
