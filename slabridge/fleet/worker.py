"""A worker: takes customers from the queue, and runs each in a process that is kept for the next.

The processes end with the worker: when it is told to end they are asked to end their runs in order, and when it dies
they are killed. What a run did until then is safe, and the customer is taken again in the next round.
"""

import gc
import logging
import os
import re
import signal
import threading
from collections.abc import Callable
from importlib import import_module
from time import monotonic
from typing import Any

import structlog
from celery import Celery, Task, signals
from celery.apps.worker import Worker
from celery.exceptions import TimeLimitExceeded
from celery.worker import state as asked
from celery.worker.request import Request
from kombu.exceptions import OperationalError
from pydantic import SecretStr

from connectors import TOOLS
from slabridge.app.connect import HostLimits
from slabridge.exit import Exit
from slabridge.fleet.limits import Shared
from slabridge.fleet.queue import RUN
from slabridge.fleet.timing import Timing
from slabridge.run.halt import Halt
from slabridge.state import Newer

log = structlog.get_logger("slabridge")

PUT_BACK = 3
"""How often a message goes back to the queue because its state is newer than its worker, before it waits for the next
round."""

Step = Callable[[str, Halt, HostLimits], int]
"""Runs a customer, and returns the exit code; what it raises of `PASSING` says that another worker must."""

PASSING = (Newer,)


def work(  # noqa: PLR0913 - all that a worker is given
    app: Celery, *, limits: SecretStr, timing: Timing, processes: int, step: Step, ready: Callable[[], None]
) -> int:
    """Take customers from the queue until somebody asks to stop; return the exit code."""
    seen, kept = os.pipe()
    process = _Process(limits, timing, step, seen, kept)
    _only(app, process.task)
    for when, what in (
        (signals.worker_process_init, process.begin),
        (signals.task_failure, _lost),
        (signals.worker_ready, lambda **_: ready()),
        (signals.setup_logging, _logged),  # that somebody listens keeps Celery from doing it
    ):
        when.connect(what, weak=False)
    for tool in TOOLS.values():
        import_module(tool.connector.partition(":")[0])
    gc.freeze()  # what all processes have loaded none of them need look at
    worker = _Worker(
        app=app,
        pool_cls="prefork",
        concurrency=processes,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.stop_runs = lambda: os.close(kept)
    worker.start()
    return int(worker.exitcode or Exit.COMPLETE)


class _Worker(Worker):  # type: ignore[misc] # Celery has no types
    """Celery's, which is told to end by a signal as every command here: first in order, the second time at once."""

    stop_runs: Callable[[], None]

    def install_platform_tweaks(self, _worker: object) -> None:
        def end(_number: int, _frame: object) -> None:
            if asked.should_stop is None:
                asked.should_stop = Exit.COMPLETE
                self.stop_runs()
            else:
                asked.should_terminate = Exit.DEFERRED

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)


class _Request(Request):  # type: ignore[misc] # as above
    """Celery's, which lets the worker connect anew where the broker is not told that a message is done with.

    Celery logs it and goes on; but it takes no further message then, as by its count this one is still under way.
    """

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - Celery's own
        super().__init__(*given, **{**named, "connection_errors": ()})


class _Process:
    """One of the processes in which customers are run, one after the other."""

    def __init__(self, limits: SecretStr, timing: Timing, step: Step, seen: int, kept: int) -> None:
        self._address, self._timing, self._step = limits, timing, step
        self._seen, self._kept = seen, kept
        self._whole = Halt()
        self._shared: Shared | None = None

    def begin(self, **_: object) -> None:
        """Begin after the fork: who holds the other end of the pipe lets go when the worker is to end."""
        os.close(self._kept)
        threading.Thread(target=self._wait, name="end", daemon=True).start()
        self._shared = Shared(self._address).__enter__()

    def _wait(self) -> None:
        os.read(self._seen, 1)
        self._whole.stop()

    def task(self, task: Task, customer: object) -> None:
        """Run a customer; one whose state is newer than this worker goes back into the queue, for one that is, too."""
        if self._shared is None:
            raise AssertionError("a process runs nothing before it has begun")
        name, began = str(customer), monotonic()
        try:
            code = self._step(name, Halt(self._timing.most, self._whole), self._shared.of_host)
        except Newer as error:
            self._put_back(task, name, error)
            return
        about: dict[str, Any] = {"customer": name, "exit_code": int(code), "seconds": round(monotonic() - began, 1)}
        if code in (Exit.COMPLETE, Exit.BUSY):
            log.info("run ended", **about)
        else:
            log.warning("run ended", **about)

    def _put_back(self, task: Task, name: str, error: Newer) -> None:
        if task.request.retries < PUT_BACK:
            log.info("put back", customer=name, reason=str(error))
            try:
                raise task.retry(countdown=0, max_retries=PUT_BACK, throw=False)
            except OperationalError as away:
                log.warning("not put back", customer=name, reason=type(away).__name__)
        else:
            log.warning("left to a newer worker", customer=name, reason=str(error))


def _only(app: Celery, run: Callable[[Task, object], None]) -> None:
    """Let the app know one task, and none of those that Celery brings."""

    def task(self: Task, customer: object) -> None:
        run(self, customer)

    app.task(name=RUN, bind=True, Request=_Request)(task)
    app.finalize()
    for name in [name for name in app.tasks if name != RUN]:
        del app.tasks[name]


def _lost(exception: BaseException, args: Any = (), **_: object) -> None:  # noqa: ANN401 - what a message holds
    """Say that the process of a run was killed, by the system for want of memory, or by us as the run did not end."""
    name = str(args[0]) if args else ""
    number = re.search(r"signal (\d+)", str(exception))
    killed = 128 + (int(number[1]) if number else signal.SIGKILL)
    code = killed if number or isinstance(exception, TimeLimitExceeded) else Exit.BUG
    log.error("run lost", customer=name, exit_code=int(code), reason=f"{type(exception).__name__}: {exception}")


class _Logs(logging.Handler):
    """What Celery has to say, as a line of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log it without a traceback, which may hold anything."""
        if record.levelno >= logging.ERROR:
            log.error("celery", reason=record.getMessage())
        else:
            log.warning("celery", reason=record.getMessage())


def _logged(**_: object) -> None:
    for name in ("celery", "kombu"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.handlers = [_Logs()]
