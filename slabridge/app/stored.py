"""The tickets that the state knows of a connection, in batches: of a million not all are in memory."""

from collections.abc import Iterator, Sequence

from connectors.interface import NativeTicket
from slabridge.state import ConnectionState, State, connections, tickets


def stored(state: State, connection: str) -> Iterator[tuple[Sequence[NativeTicket], int]]:
    """Yield tickets as they were last read, with the as_of (ms UTC) of the last run; none before there was one."""
    own = ConnectionState(state, connection)
    with own.reading() as transaction:
        as_of = connections.standing(transaction).as_of
    last = ""
    while as_of is not None:
        with own.reading() as transaction:
            found = tickets.natives(transaction, last)
        if not found.last:
            return
        last = found.last
        yield found.natives, as_of
