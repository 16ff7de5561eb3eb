"""One run, or its rehearsal, from the configuration alone: the state is opened and the tools are connected."""

import gc

from slabridge.app.connect import connected_within_budget
from slabridge.app.job import Job
from slabridge.app.messenger import messenger_of
from slabridge.config import Config
from slabridge.run.context import OnProgress
from slabridge.run.halt import Halt
from slabridge.run.tally import Report
from slabridge.state import State


def run(config: Config, job: Job, on_progress: OnProgress, halt: Halt, *, accept: bool = False) -> Report:
    """Run once; SIGTERM ends it in order. `accept` goes on with what the guard held back.

    Raises:
        ConfigError, StateError, Busy: it cannot begin.
    """
    # A first load makes millions of values and no cycles: the collector would walk them again and again.
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    send = messenger_of(config)
    state = State.of(config.state)
    try:
        with halt.on_signals(), connected_within_budget(config, state, halt) as connectors:
            return job.run(config, connectors, state, on_progress, halt, accept=accept, send=send)
    finally:
        state.close()


def plan(config: Config, job: Job, on_progress: OnProgress) -> Report:
    """Return what `run` would write now, as the report's actions; nothing is written, here or there.

    Raises:
        ConfigError, StateError, Busy: it cannot begin.
    """
    halt = Halt()
    state = State.of(config.state, create=False, migrate=False)
    try:
        with connected_within_budget(config, state, halt) as connectors:
            return job.rehearse(config, connectors, state, on_progress, halt)
    finally:
        state.close()
