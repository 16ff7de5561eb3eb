"""The tickets of a connection by ranges of their ids: each can be read by itself, and all of them are all tickets."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from slabridge.state.connections import as_ofs
from slabridge.state.database import State
from slabridge.state.schema import ticket
from slabridge.state.transaction import ConnectionState, Transaction


class Range(NamedTuple):
    """Tickets of a connection whose ids come after `after`, up to and with `until` (None: to the last).

    `as_of` is that of the last complete run, ms UTC, when the ranges were made; `tickets` how many there were then.
    """

    connection: str
    as_of: int
    after: str = ""
    until: str | None = None
    tickets: int = 0


def whole(state: State, names: Iterable[str]) -> list[Range]:
    """Return all tickets of each of these connections; nothing of one that no run has been through."""
    with state.reading() as sql:
        found = as_ofs(sql)
    return [Range(name, as_of) for name in names if (as_of := found.get(name)) is not None]


def ranges(state: State, names: Iterable[str], size: int) -> list[Range]:
    """Return the same in ranges of so many tickets each, in order; those that come to be later are in the last."""
    found: list[Range] = []
    for every in whole(state, names):
        with ConnectionState(state, every.connection).reading() as transaction:
            found += _split(transaction, every, size)
    return found


def _split(transaction: Transaction, every: Range, size: int) -> Iterator[Range]:
    mine = sa.select(ticket.c.id).where(transaction.owns(ticket))
    after = every.after
    while True:
        last = transaction.sql.scalar(mine.where(ticket.c.id > after).order_by(ticket.c.id).limit(1).offset(size - 1))
        if last is None:
            rest = sa.select(sa.func.count()).where(transaction.owns(ticket), ticket.c.id > after)
            yield every._replace(after=after, tickets=transaction.sql.scalar(rest) or 0)
            return
        yield every._replace(after=after, until=last, tickets=size)
        after = last
