"""When a call may be sent: its host's limits have room, the tool wants to be asked, and the run goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors.errors import Halted
from connectors.http.call import Call
from connectors.http.limits import Limits, Unknown
from connectors.http.meter import Meter

_STEP = 0.5
"""The most seconds for which nobody looks whether to stop."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What every attempt passes.

    `patience` is the most seconds that a call waits for the tool, `sleep` waits; `left` says how many seconds the run
    still has, `stopping` whether it was asked to end (None: nobody asks). `meter` counts what is waited for limits.
    """

    limits: Limits
    patience: float
    sleep: Callable[[float], None]
    left: Callable[[], float]
    stopping: Callable[[], bool] | None
    meter: Meter

    @contextmanager
    def place(self, call: Call) -> Iterator[None]:
        """Give the call a place among those under way, once the host's limits have one for it.

        Raises:
            Failure: the tool wants to be left alone for longer than we wait, this hour's calls are made, or nobody
                can say what they are.
            Halted, Unclear: see `require_run`.
        """
        try:
            self._enter(call)
        except Unknown as error:
            raise call.fail(f"is asked no more: {error}", again=False) from error
        try:
            yield
        finally:
            self.limits.leave()

    def _enter(self, call: Call) -> None:
        """Take a place and spend a call, when both may be; where it raises, it has no place."""
        due = self.limits.due_in(call.endpoint)
        if due > min(self.patience, self.left()):
            raise call.fail(f"asked to be left alone for {due:.0f} seconds more", asked=due, again=False)
        call.limited = due > 0
        self.pause(call, due)
        self.require_run(call)
        while not self.limits.enter(_STEP):
            self.require_run(call)
        try:
            wait = self.limits.spend()
        except Unknown:
            self.limits.leave()
            raise
        if wait:
            self.limits.leave()
            reason = f"is asked no more: all {self.limits.per_hour} calls of this hour (calls_per_hour) are made"
            raise call.fail(reason, asked=wait, again=False)
        call.limited = False

    def pause(self, call: Call, seconds: float) -> None:
        """Wait, in steps where somebody may ask us to stop; raises as `require_run` does."""
        step = seconds if self.stopping is None else _STEP
        while seconds > 0:
            self.require_run(call)
            self.sleep(min(step, seconds))
            if call.limited:
                self.meter.waited(call.host, min(step, seconds))
            seconds -= step

    def require_run(self, call: Call) -> None:
        """Return if the run goes on.

        Raises:
            Halted: it is to end.
            Unclear: it is to end, and an earlier attempt of the call may have been applied.
        """
        if self.stopping is not None and self.stopping():
            why = "the run was asked to stop"
        elif self.left() <= 0:
            why = "the run's time is up"
        else:
            return
        raise call.certain(Halted(f"{call.who} is asked no more, as {why}: {call.method} {call.path}"))
