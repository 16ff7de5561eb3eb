"""Why a ticket stands as it does, from the state alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sla_engine import Engine, Position, Result, Ticket
from sla_engine.instant import format_instant
from slabridge.config import Config
from slabridge.state import ConnectionState, State, connections, links, tickets
from slabridge.state.group import group_of
from slabridge.ticket.judging import judge
from slabridge.ticket.mapping import Mapper


@dataclass(frozen=True, slots=True)
class Explained:
    """A ticket with its results as of an instant, opened into segments, and what is wrong with its data.

    `position` says who stands above and below it then.
    """

    ticket: Ticket
    position: Position
    results: Sequence[Result]
    remarks: Sequence[str]
    as_of: int


def explain(config: Config, key: str, at: int | None = None) -> list[Explained]:
    """Return the tickets of a key or id, each as of an instant (ms UTC), or of the last complete run on its connection.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return explained(config, state, key, at)
    finally:
        state.close()


def explained(config: Config, state: State, key: str, at: int | None = None) -> list[Explained]:
    """Do the same over an open state. As of an instant, today's definitions judge what had ended by then, too."""
    engine = Engine(config.definitions)
    by_name = {connection.name: connection for connection in config.connections}
    with state.reading() as sql:
        found = [
            (
                name,
                known,
                group_of(sql, [(name, known.id)], by_name, config.chain_limit),
                links.missing(sql, [(name, known.id)]),
            )
            for name, known in tickets.find(sql, key)
            if name in by_name
        ]
    explanations = []
    for name, known, group, missing in found:
        with ConnectionState(state, name).reading() as transaction:
            as_of = connections.standing(transaction).as_of
        if as_of is None:
            continue
        seen, as_of = (known, as_of) if at is None else (replace(known, results=()), at)
        others = group.tickets(config.connections, group.others)
        named = {known.id: group.named.get((name, known.id), {})}
        judgement = judge(engine, Mapper(by_name[name]), [seen], as_of, opened=True, named=named, others=others)
        position = engine.positions([*judgement.tickets, *others], as_of)[0]
        remarks = [*judgement.invalid.values(), *(text for _, text in judgement.warnings)]
        remarks += [f'nothing maps "{value}" of {name}: not judged' for name, value in judgement.unmapped.get(0, ())]
        remarks += [
            f"linked with {one.reference} of {one.connection}, which cannot be found since {format_instant(one.since)}"
            for one in missing
        ]
        if group.cut:
            remarks.append(f"linked with more than {config.chain_limit} tickets (job.chain_limit): shown without them")
        explanations.append(Explained(judgement.tickets[0], position, judgement.results[0], remarks, as_of))
    return explanations
