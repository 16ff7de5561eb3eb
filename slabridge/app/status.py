"""How far each connection is, what waits, what is in quarantine, and how the last runs went."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors import TOOLS
from slabridge.config import Config
from slabridge.foresight.learned import Learned, unpacked
from slabridge.state import State, forecasts, retention
from slabridge.state.overview import Overview, overview

FEW = 10
"""Runs, and tickets in quarantine unless all are wanted."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where the state is, what it says, and to which instant (ms UTC) each connection's changes were read.

    `foresees` is whether runs say what is likely to break, `learned` by what (None: nothing was learned yet).
    """

    place: str
    seen: Overview
    read_to: Mapping[str, int | None]
    waiting: Mapping[str, int] = field(default_factory=dict)
    """tickets that would be kept no longer, by the report that they wait for"""
    foresees: bool = False
    learned: Learned | None = None


def status(config: Config, *, whole_quarantine: bool = False) -> Status:
    """Return what the state says; nothing waits for a run.

    Raises:
        StateError, Busy: it cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return status_of(config, state, whole_quarantine=whole_quarantine)
    finally:
        state.close()


def status_of(config: Config, state: State, *, whole_quarantine: bool = False) -> Status:
    """Do the same over an open state."""
    privacy = config.privacy
    tools = {connection.name: TOOLS[connection.type] for connection in config.connections}
    with state.reading() as sql:
        seen = overview(sql, tools, entries=None if whole_quarantine else FEW, past=FEW)
        keep = None if privacy.waived else privacy.keep
        before = {one.connection: one.as_of - keep for one in seen.progress if keep and one.as_of is not None}
        waiting = retention.waiting(sql, before, config.zones)
        document = forecasts.learned(sql) if config.foresight.in_runs else None
    cursors = {one.connection: one.cursor for one in seen.progress}
    read_to = {
        name: None if cursor is None or name not in tools else tools[name].read_to(cursor)
        for name, cursor in cursors.items()
    }
    learned = None if document is None else unpacked(document)
    place = state.shown or f"{config.state} (not there yet)"
    return Status(place, seen, read_to, waiting, config.foresight.in_runs, learned)
