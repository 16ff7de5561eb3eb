"""The state of a configuration, kept open for many who read it while runs write it."""

import threading
from pathlib import Path

from slabridge.config import Config
from slabridge.state import Busy, State, StateError

__all__ = ["Busy", "Readable", "StateError"]


class Readable:
    """Gives the state, opened once: anew where another file stands in its place."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._opened: tuple[State, tuple[int, int] | None] | None = None
        self._opening = threading.Lock()

    def state(self) -> State:
        """Return the state.

        Raises:
            StateError: it is not there yet, or not of this version's schema; the message says what to do.
            Busy: somebody keeps it locked.
        """
        file = self._file()
        with self._opening:
            if self._opened is not None and self._opened[1] == file:
                return self._opened[0]
            self._close()
            state = State.of(self.config.state, create=False, migrate=False, as_is=True)
            self._opened = state, file
            return state

    def close(self) -> None:
        """Give its connections back; it is opened anew when it is asked for."""
        with self._opening:
            self._close()

    def _close(self) -> None:
        if self._opened is not None:
            self._opened[0].close()
            self._opened = None

    def _file(self) -> tuple[int, int] | None:
        """Return which file it is; None where it is no file."""
        if "://" in self.config.state:
            return None
        try:
            found = Path(self.config.state).stat()
        except OSError as error:
            message = "the first `slabridge run` makes it" if isinstance(error, FileNotFoundError) else error.strerror
            raise StateError(f"state {self.config.state} is not there yet: {message}") from None
        return found.st_dev, found.st_ino
