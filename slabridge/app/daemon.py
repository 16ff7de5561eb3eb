"""Round after round, until somebody asks to stop: when the next one begins, and what is done in between.

Only the time that passes counts (`time.monotonic`): a wall clock that jumps, here or in the tool, changes nothing.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic

from slabridge.run.halt import Halt

SPACING = 20.0
"""Seconds at least between the beginnings of two rounds."""


class Told:
    """What the daemon is told by signals while it waits: to end, or (SIGHUP) to read its configuration anew."""

    def __init__(self, halt: Halt) -> None:
        self.halt = halt
        self._signals: SimpleQueue[int] = SimpleQueue()  # the one queue that a signal may interrupt anywhere

    @contextmanager
    def by_signals(self) -> Iterator[None]:
        """Listen while the block lasts; in a round, `halt` itself takes what ends it."""

        def end(number: int, _frame: object) -> None:
            self.halt.asked()
            self._signals.put(number)

        def reload(number: int, _frame: object) -> None:
            self._signals.put(number)

        taken = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: reload}
        before = {number: signal.signal(number, taker) for number, taker in taken.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until a signal comes; return whether it asks to read the configuration anew."""
        try:
            return self._signals.get(timeout=max(0.0, seconds)) == signal.SIGHUP
        except Empty:
            return False


def next_round(began: float, every: float, due: float | None) -> float:
    """Return when the round after one that `began` then begins: when time alone changes something, if that is sooner.

    All are seconds of `time.monotonic`.
    """
    return max(began + SPACING, min(began + every, inf if due is None else due))


def keep_on(  # noqa: PLR0913 - what a daemon does, and by which clock
    every: float,
    *,
    run: Callable[[], int],
    due: Callable[[], float | None],
    reload: Callable[[], None],
    stopping: Callable[[], bool],
    wait: Callable[[float], bool],
    clock: Callable[[], float] = monotonic,
) -> int:
    """Run at once and again, until somebody asks to stop; return 0, or what a round came to that was asked to end.

    `run` is a round, `due` says when time alone changes something next (seconds of the clock), `wait` waits so many
    seconds at most, and says whether to `reload`; the round after that begins as soon as it may.
    """
    while True:
        began = clock()
        code = run()
        if stopping():
            return code
        start, waited = next_round(began, every, due()), False
        while not waited or start > clock():  # a signal is heard also where rounds take longer than the interval
            waited = True
            if wait(max(0.0, start - clock())):
                reload()
                start = began + SPACING
            if stopping():
                return 0
