"""When a run has to end before it is done: its time is over, or it was asked to stop."""

import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import Halted
from slabridge.exit import Exit


class Halt:
    """Ends a run at the next place where its state is safe.

    `seconds` is how long the run may take (None: as long as it needs), counted from now. Who ends a `whole` (None: the
    run is all there is) ends each of its runs, and the other way round.
    """

    def __init__(self, seconds: float | None = None, whole: "Halt | None" = None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._asked: threading.Event = threading.Event() if whole is None else whole._asked  # noqa: SLF001 - one of us

    def stop(self) -> None:
        """Ask the run to end."""
        self._asked.set()

    def stopping(self) -> bool:
        """Return whether the run was asked to end."""
        return self._asked.is_set()

    def left(self) -> float:
        """Return the seconds that the run still has."""
        return self._end - time.monotonic()

    def check(self) -> None:
        """Return if the run may go on.

        Raises:
            Halted: it may not; what is left is for the next run.
        """
        if self.stopping():
            raise Halted("the run was asked to stop; the next one goes on from here")
        if self.left() <= 0:
            raise Halted("the run's time is over (--max-seconds); the next one goes on from here")

    def asked(self, *_: object) -> None:
        """Take a signal to end: in order, or where it was asked before, at once."""
        if self.stopping():
            os.write(2, b"interrupted; what was committed is safe, and the next run goes on from there\n")
            os._exit(Exit.DEFERRED)  # threads may wait for an answer that never comes
        self.stop()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGTERM and Ctrl-C end the run in order while the block lasts; a second one ends the process at once.

        systemd and Kubernetes stop it by SIGTERM.
        """
        before = {number: signal.signal(number, self.asked) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
