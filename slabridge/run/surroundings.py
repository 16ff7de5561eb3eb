"""The step that looks around tickets: who stands above and below them, and who has their time (docs/chain.md)."""

from collections.abc import Mapping, Sequence

import structlog

from sla_engine import Position
from slabridge.run.context import Context
from slabridge.state import Transaction, tickets
from slabridge.state.group import group_of
from slabridge.ticket.around import Around, Carrier, Neighbour
from slabridge.ticket.known import Known

_REMEMBERED = 1_000
"""Tickets whose links are counted: one of those with the most is among them."""

log = structlog.get_logger("slabridge.run")


def around(context: Context, batch: Sequence[Known]) -> Mapping[str, Around]:
    """Return what stands around these tickets, by id; nothing where nothing that is written asks for it."""
    if not context.connection.writeback.reads_chain or not batch:
        return {}
    here = {(context.name, known.id): known for known in batch}
    connections = context.run.config.connections
    names = [connection.name for connection in connections]
    with context.state.begin() as transaction:
        group = group_of(transaction.sql, here, names, context.run.config.chain_limit)
    if group.cut:
        context.crowded.update(id_ for _, id_ in group.cut)
        context.crowd.update(group.crowd)
        for name, _ in context.crowd.most_common()[_REMEMBERED:]:
            del context.crowd[name]
    every = {**here, **group.others}
    mapped = group.tickets(connections, every)
    positions = dict(zip(every, context.run.engine.positions(mapped, context.as_of), strict=True))
    carriers = {name: _carrier(position) for name, position in positions.items()}
    number = context.run.number

    def seen(names: Sequence[tuple[str, str, str]]) -> list[Neighbour]:
        found = [((source, id_), key) for source, id_, key in names]
        return [Neighbour(name, key, every[name].results, every[name].pulled_in == number) for name, key in found]

    return {
        known.id: Around(name, seen(positions[name].above), seen(positions[name].below), carriers)
        for name, known in here.items()
    }


def report_crowd(context: Context) -> None:
    """Say how many tickets were looked at alone because their group is too large, and which has the most links."""
    if not context.crowd:
        return
    source, id_ = max(context.crowd, key=lambda name: (context.crowd[name], name))
    with context.state.begin() as transaction:
        key = next((known.native.key for known in tickets.readable(Transaction(transaction.sql, source), [id_])), id_)
    count = len(context.crowded)
    log.warning("too many tickets are linked", connection=context.name, tickets=count, source=source, ticket=key)


def _carrier(position: Position) -> Carrier:
    ref = position.carrier
    return Carrier(position.holder, (ref.source, ref.id), ref.key)
