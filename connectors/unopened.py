"""A connection that could not be opened: whoever asks it is told why, and the others go on."""

from connectors.interface import Identity, Traffic


class Unopened:
    """Stands for a connector, of which `check` is always asked first."""

    calls = 0

    def __init__(self, name: str, error: Exception) -> None:
        self.name = name
        self._error = error
        self.traffic = Traffic()

    def check(self) -> Identity:
        """Raise what opening it raised."""
        raise self._error

    def close(self) -> None:
        """There is nothing to close."""
