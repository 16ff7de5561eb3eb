"""The tickets that the state knows, in batches: of a million not all are in memory."""

from collections.abc import Iterator, Sequence

from connectors.interface import NativeTicket
from slabridge.state import ConnectionState, State, tickets
from slabridge.state.ranges import Range

_AT_ONCE = 4_000


def stirred(state: State, part: Range, since: int) -> Iterator[Sequence[NativeTicket]]:
    """Yield the tickets of a range to which anything happened since an instant (ms UTC), or that are open."""
    own, after = ConnectionState(state, part.connection), part.after
    while True:
        with own.reading() as transaction:
            found = tickets.not_quiet(transaction, after, _AT_ONCE, since, part.until)
        if not found:
            return
        after = found[-1].native.id
        yield [one.native for one in found if one.quiet_since is None or one.quiet_since >= since]


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
