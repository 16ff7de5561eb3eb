"""What is done with a range of stored tickets, and how a worker in another process comes to do it."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from slabridge import __version__
from slabridge.spread.packed import packed, unpacked
from slabridge.spread.trouble import Unfit
from slabridge.spread.uncollected import uncollected
from slabridge.state import State, StateError
from slabridge.state.ranges import Range

R_co = TypeVar("R_co", covariant=True)


class Job(Protocol[R_co]):
    """What is done with each range. It is sent to workers: it holds what is judged by, and no secret."""

    def of(self, state: State, part: Range) -> R_co:
        """Return what a range of the tickets of a state comes to; nothing is written."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a state is, for others to open: its address (PostgreSQL's has no password: each has its own), or its file.

    `file` tells a file from another of the same name; None of a PostgreSQL.
    """

    url: str
    file: tuple[int, int] | None

    @classmethod
    def of(cls, state: State) -> Self:
        """Return where an open state is."""
        if state.url.get_backend_name() == "postgresql":
            url = state.url._replace(password=None).difference_update_query(["password"])
            return cls(url.render_as_string(), None)
        path = Path(state.url.database or "").absolute()
        return cls(str(path), _identity(path))

    def opened(self) -> State:
        """Open the state.

        Raises:
            StateError: it is not to be seen from here, or cannot be read.
        """
        if self.file is not None and _identity(Path(self.url)) != self.file:
            raise StateError(
                f"state {self.url}: the worker on {socket.gethostname()} does not see this file; workers run where it "
                "is, or the state is a PostgreSQL"
            )
        return State.of(self.url, create=False, as_is=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@dataclass(frozen=True, slots=True)
class Task:
    """A job as it is sent: packed, so that a worker of another version does not read it."""

    version: str
    work: bytes

    @classmethod
    def of(cls, job: Job[Any], state: State) -> Self:
        """Pack a job over a state."""
        return cls(__version__, packed((job, Place.of(state))))

    def __call__(self, part: Range) -> bytes:
        """Do it for a range, and return what comes of it, packed.

        Raises:
            Unfit: this worker has another slabridge.
            StateError: it cannot read the state.
        """
        if self.version != __version__:
            raise Unfit(
                f"the worker on {socket.gethostname()} has slabridge {__version__}, and this is {self.version}: "
                "install the same everywhere"
            )
        job, place = unpacked(self.work)
        state = place.opened()
        try:
            with uncollected():
                return packed(job.of(state, part))
        finally:
            state.close()
