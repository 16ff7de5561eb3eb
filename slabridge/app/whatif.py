"""The same histories judged by two files, of the state or of a file, without writing anything (docs/whatif.md)."""

import gc
from pathlib import Path

from sla_engine import Engine
from slabridge.app.stored import stored
from slabridge.config import Config, Connection, read_definitions
from slabridge.state import State
from slabridge.ticket.file import read_batches
from slabridge.ticket.mapping import Mapper
from slabridge.whatif.columns import Period
from slabridge.whatif.sums import Sums


def of_state(before: Config, after: Config, period: Period) -> Sums:
    """Judge the stored tickets of all connections that both files have, each as of its last run.

    Raises:
        StateError: the state of the file before cannot be read.
    """
    sums = Sums(Engine(before.definitions), Engine(after.definitions), period)
    others = {connection.name: connection for connection in after.connections}
    state = State.of(before.state, create=False, migrate=False)
    try:
        for connection in before.connections:
            if connection.name in others:
                _connection(sums, state, connection, others[connection.name])
    finally:
        state.close()
    return sums


def _connection(sums: Sums, state: State, before: Connection, after: Connection) -> None:
    mapper = Mapper(before)
    other = mapper if _maps_alike(before, after) else Mapper(after)
    for natives, as_of in stored(state, before.name):
        mapped = [mapper.ticket(native) for native in natives]
        sums.add(mapped, mapped if other is mapper else [other.ticket(native) for native in natives], as_of)


def _maps_alike(before: Connection, after: Connection) -> bool:
    return (before.fields, before.values) == (after.fields, after.values)


def of_file(before: Path, after: Path, path: Path, as_of: int, period: Period) -> tuple[Sums, list[tuple[int, str]]]:
    """Judge the tickets of a file as at `as_of` (ms UTC); return also the lines that are no tickets.

    Raises:
        ConfigError: a configuration has problems.
        UnreadableFile: the file of tickets cannot be read on.
    """
    sums = Sums(Engine(read_definitions(before)), Engine(read_definitions(after)), period)
    invalid: list[tuple[int, str]] = []
    gc.disable()  # nothing here forms cycles, and the collector would walk millions of values again and again
    for batch in read_batches(path):
        sums.add(batch.tickets, batch.tickets, as_of)
        invalid += batch.invalid
    return sums, invalid
