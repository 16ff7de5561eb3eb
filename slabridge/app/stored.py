"""The tickets that the state knows, in batches: of a million not all are in memory."""

from collections.abc import Iterator, Sequence

from connectors.interface import NativeTicket
from slabridge.state import ConnectionState, State, tickets
from slabridge.state.ranges import Range


def stored(state: State, part: Range) -> Iterator[Sequence[NativeTicket]]:
    """Yield the tickets of a range as they were last read."""
    own, after = ConnectionState(state, part.connection), part.after
    while True:
        with own.reading() as transaction:
            found = tickets.natives(transaction, after, part.until)
        if not found.last:
            return
        after = found.last
        yield found.natives
