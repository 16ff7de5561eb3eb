"""The clock of the sandbox, which stands still unless it is moved."""

import time


class Clock:
    """The time in the sandbox, as milliseconds UTC.

    It stands still until `now` is set; with `rate` it also runs, `rate` sandbox seconds to a real one.
    """

    def __init__(self, now: int, rate: float = 0.0) -> None:
        self.rate = rate
        self.now = now

    @property
    def now(self) -> int:
        """Return the instant that it is in the sandbox."""
        return self._set_to + int((time.monotonic() - self._set_at) * 1000 * self.rate)

    @now.setter
    def now(self, instant: int) -> None:
        self._set_to = instant
        self._set_at = time.monotonic()
