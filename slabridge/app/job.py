"""The job, as commands, demo and daemon receive it from the entry point: nothing here or there imports sync."""

from collections.abc import Iterable
from typing import Protocol

from connectors.interface import Connector
from slabridge.config import Config, Connection
from slabridge.run.context import OnProgress
from slabridge.run.deliver import Send
from slabridge.run.halt import Halt
from slabridge.run.tally import Report
from slabridge.state import State

Connectors = Iterable[tuple[Connection, Connector]]


class Job(Protocol):
    """What `sync` offers."""

    def run(  # noqa: PLR0913 - all that a run is given
        self,
        config: Config,
        connectors: Connectors,
        state: State,
        on_progress: OnProgress = ...,
        halt: Halt | None = ...,
        *,
        accept: bool = ...,
        send: Send | None = ...,
    ) -> Report:
        """Run once over all connections."""
        ...

    def rehearse(
        self,
        config: Config,
        connectors: Connectors,
        state: State,
        on_progress: OnProgress = ...,
        halt: Halt | None = ...,
    ) -> Report:
        """Do what `run` would, but write nothing."""
        ...
