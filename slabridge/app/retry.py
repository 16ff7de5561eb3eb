"""Letting the next run try quarantined tickets again; no tool is called."""

from collections.abc import Sequence
from dataclasses import dataclass

from slabridge.config import Config
from slabridge.state import State, quarantine


@dataclass(frozen=True, slots=True)
class Asked:
    """How many tickets the next run tries again, and the keys that are not in quarantine."""

    tickets: int
    unknown: Sequence[str]


def retry(config: Config, keys: Sequence[str]) -> Asked:
    """Ask for tickets by key or id; without keys for all in quarantine.

    Raises:
        StateError, Busy: the state cannot be used.
    """
    state = State.of(config.state, create=False)
    try:
        with state.begin() as sql:
            if not keys:
                return Asked(quarantine.ask(sql), ())
            found = {key: quarantine.ask(sql, key) for key in keys}
    finally:
        state.close()
    return Asked(sum(found.values()), [key for key, number in found.items() if number == 0])
