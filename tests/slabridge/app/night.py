"""A daemon in simulated time: where it waits, the sandbox's clock goes on instead, and things happen."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import sync
from slabridge.app.daemon import keep_on
from slabridge.app.failure import exit_of
from slabridge.app.run import run
from slabridge.app.watch import Watch
from slabridge.run.halt import Halt
from slabridge.run.tally import Report, Tally
from tests.slabridge.run.job import Job

Event = tuple[int, Callable[[], object]]
"""An instant by the sandbox's clock, and what happens then."""


@dataclass
class Night:
    """A daemon on the job's state; `rounds` are the sandbox's instants at which rounds began, `codes` what they came to."""

    job: Job
    monkeypatch: pytest.MonkeyPatch
    watch: Watch
    every: float = 300.0
    seconds: float = 1000.0
    """What `time.monotonic` says."""
    rounds: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    wrote: dict[int, dict[str, int]] = field(default_factory=dict)
    """What was written, by the instant of the round."""
    on_progress: Callable[[Tally], None] = lambda _: None
    after: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.config = self.job.config()
        self.watch.clock = lambda: self.seconds
        for module in ("part", "context"):
            self.monkeypatch.setattr(f"slabridge.run.{module}.monotonic", lambda: self.seconds)

    def moves_to(self, place: str) -> None:
        """Let its state be elsewhere."""
        self.job.replace('state = "slabridge.db"', f'state = "{place}"')
        self.job.place, self.config = place, self.job.config()

    def goes_on(self, until: int, *events: Event) -> int:
        """Let it run until the first round at or after an instant; return the exit code."""
        waiting = sorted(events, key=lambda event: event[0])
        sandbox = self.job.sandbox
        now, over = sandbox.now, False

        def wait(seconds: float) -> bool:
            nonlocal now
            end = now + round(seconds * 1000)
            while waiting and waiting[0][0] <= end:
                at, happens = waiting.pop(0)
                sandbox.move_to(at)
                happens()
            sandbox.move_to(end)
            now, self.seconds = end, self.seconds + seconds
            return False

        def begin() -> int:
            nonlocal over
            self.rounds.append(now)
            self.codes.append(self.begin())
            if wrote := self.job.writes():
                self.wrote[now] = wrote
            self.after()
            over = now >= until
            return self.codes[-1]

        return keep_on(
            self.every,
            run=begin,
            due=self.watch.due,
            reload=lambda: None,
            stopping=lambda: over,
            wait=wait,
            clock=lambda: self.seconds,
        )

    def begin(self) -> int:
        """Do one round."""
        report: Report | None = None
        try:
            report = run(self.config, sync, self.on_progress, Halt(), watch=self.watch)
        except Exception as error:
            code = exit_of(error)
            if code is None:
                raise
            return code
        return report.exit_code
