"""Why a ticket stands as it does, from the state alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sla_engine import Engine, Result, Ticket
from slabridge.config import Config
from slabridge.state import ConnectionState, State, connections, tickets
from slabridge.ticket.judging import judge
from slabridge.ticket.mapping import Mapper


@dataclass(frozen=True, slots=True)
class Explained:
    """A ticket with its results, opened into segments, and what is wrong with its data."""

    ticket: Ticket
    results: Sequence[Result]
    remarks: Sequence[str]


def explain(config: Config, key: str) -> list[Explained]:
    """Return the tickets of a key or id, each as of the last complete run on its connection.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return explained(config, state, key)
    finally:
        state.close()


def explained(config: Config, state: State, key: str) -> list[Explained]:
    """Do the same over an open state."""
    engine = Engine(config.definitions)
    with state.reading() as sql:
        found = list(tickets.find(sql, key))
    by_name = {connection.name: connection for connection in config.connections}
    explanations = []
    for name, known in found:
        with ConnectionState(state, name).reading() as transaction:
            as_of = connections.standing(transaction).as_of
        if name not in by_name or as_of is None:
            continue
        judgement = judge(engine, Mapper(by_name[name]), [known], as_of, segments=True)
        remarks = [*judgement.invalid.values(), *(text for _, text in judgement.warnings)]
        remarks += [f'nothing maps "{value}" of {name}: not judged' for name, value in judgement.unmapped.get(0, ())]
        explanations.append(Explained(judgement.tickets[0], judgement.results[0], remarks))
    return explanations
