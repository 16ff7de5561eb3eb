"""A run, and one connection within it: what all steps need."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from connectors.interface import Connector
from sla_engine import Engine
from slabridge.config import Config, Connection
from slabridge.run.halt import Halt
from slabridge.run.tally import Tally
from slabridge.state import State

Notice = Callable[[Tally], None]
"""Told after every page and batch, to show progress."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run; `run` is its number, 0 in a rehearsal."""

    config: Config
    state: State
    run: int
    engine: Engine
    notice: Notice
    halt: Halt


@dataclass(frozen=True, slots=True)
class Site:
    """A connection within a run.

    `as_of` is the tool's clock, ms UTC, when this part of the run began; `aside` are the tickets that it set aside.
    """

    job: Job
    connection: Connection
    connector: Connector
    tally: Tally
    as_of: int
    aside: set[str] = field(default_factory=set)
    began: float = field(default_factory=lambda: monotonic())  # noqa: PLW0108 - looked up when it is called

    @property
    def name(self) -> str:
        """The connection's name in the configuration."""
        return self.connection.name

    @property
    def now(self) -> int:
        """The tool's clock now: what has passed since `as_of` is measured by ours."""
        return self.as_of + round((monotonic() - self.began) * 1000)

    def allowed(self, wanted: int) -> int:
        """Return how many of so many writes this run may still make, and count them as made."""
        cap = self.connection.writes_per_run
        number = wanted if cap is None else max(0, min(wanted, cap - self.tally.sent))
        self.tally.sent += number
        return number

    def proceed(self) -> None:
        """Show how far the run is, and go on if it may.

        Raises:
            Unavailable: its time is over, or it was asked to stop.
        """
        self.job.notice(self.tally)
        self.job.halt.check()
