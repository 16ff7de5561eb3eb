"""Finding tickets by their keys in all tools."""

from collections.abc import Sequence
from dataclasses import dataclass

from slabridge.state import State, cycles, naming, overview
from slabridge.state.naming import Named
from slabridge.ticket.viewer import Viewer

COUNTS = overview.COUNTS
MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets of a key (`is_exact`), or those whose keys begin so: the first of them, where there are `more`."""

    tickets: Sequence[Named]
    is_exact: bool
    more: bool = False


def search(state: State, connections: Sequence[str], viewer: Viewer, key: str) -> Found:
    """Return what a viewer sees of the tickets of a key, id or former key, else of those whose key begins so.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    seen = cycles.seen_by(viewer)
    with state.reading() as sql:
        for is_exact in (True, False):
            found = naming.named(sql, connections, key, MOST + 1, seen, whole=is_exact)
            if found:
                return Found(found[:MOST], is_exact, len(found) > MOST)
    return Found((), is_exact=False)


def behind(state: State, connection: str, count: str, offset: int, limit: int) -> list[Named]:
    """Return a part of the tickets that a count of the status is of (`COUNTS`).

    Raises:
        StateError, Busy: the state cannot be read.
    """
    with state.reading() as sql:
        return overview.behind(sql, connection, count, offset, limit)
