"""How far each connection is, what waits, what is in quarantine, and how the last runs went."""

from slabridge.config import Config
from slabridge.state import State
from slabridge.state.overview import Overview, overview

FEW = 10
"""Runs, and tickets in quarantine unless all are wanted."""


def status(config: Config, *, whole_quarantine: bool = False) -> tuple[str, Overview]:
    """Return where the state is, and what it says; nothing waits for a run.

    Raises:
        StateError, Busy: it cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    place = state.shown or f"{config.state} (not there yet)"
    names = [connection.name for connection in config.connections]
    try:
        with state.reading() as sql:
            return place, overview(sql, names, entries=None if whole_quarantine else FEW, past=FEW)
    finally:
        state.close()
