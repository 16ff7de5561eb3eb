"""What the state says of a configuration: values that no known ticket holds or ever held."""

from slabridge.config import Config, Problem
from slabridge.run.unseen import never_seen_in
from slabridge.state import State


def unseen(config: Config) -> list[Problem]:
    """Return the places of such values; none where there is no state yet.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return never_seen_in(state, config)
    finally:
        state.close()
