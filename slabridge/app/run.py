"""One run, or its rehearsal, from the configuration alone: the state is opened and the tools are connected."""

import gc

from connectors.span import span
from slabridge.app.connect import HostLimits, connected_within_budget, of_this_process
from slabridge.app.job import Job
from slabridge.app.messenger import messenger_of
from slabridge.app.watch import Watch
from slabridge.config import Config
from slabridge.run.context import OnProgress
from slabridge.run.halt import Halt
from slabridge.run.tally import Report
from slabridge.state import State, lease


def run(  # noqa: PLR0913 - all that a run is given
    config: Config,
    job: Job,
    on_progress: OnProgress,
    halt: Halt,
    *,
    accept: bool = False,
    watch: Watch | None = None,
    of_host: HostLimits = of_this_process,
) -> Report:
    """Run once; SIGTERM ends it in order. `accept` goes on with what the guard held back, `watch` looks on.

    `of_host` gives the limits of each tool's host.

    Raises:
        ConfigError, StateError, Busy: it cannot begin.
    """
    collect_rarely()
    watch, state = watch or Watch(), None
    try:
        send = messenger_of(config)
        state = State.of(config.state, upgrading=lease.require_none)
        watch.begin(config, state)
        connecting = connected_within_budget(config, state, halt, of_host)
        with halt.on_signals(), connecting as connectors, span("run", {"slabridge.customer": config.customer}) as note:
            report = job.run(config, connectors, state, on_progress, halt, accept=accept, send=send)
            note("slabridge.exit_code", int(report.exit_code))
        watch.ended(config, state, report)
    except Exception as error:
        watch.failed(config, error, state)
        raise
    else:
        return report
    finally:
        if state is not None:
            state.close()


def plan(config: Config, job: Job, on_progress: OnProgress) -> Report:
    """Return what `run` would write now, as the report's actions; nothing is written, here or there.

    Raises:
        ConfigError, StateError, Busy: it cannot begin.
    """
    collect_rarely()
    halt = Halt()
    state = State.of(config.state, create=False, migrate=False)
    try:
        with connected_within_budget(config, state, halt) as connectors:
            return job.rehearse(config, connectors, state, on_progress, halt)
    finally:
        state.close()


def collect_rarely() -> None:
    """Look rarely for garbage that refers to itself: a first load makes millions of values and no cycles."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
