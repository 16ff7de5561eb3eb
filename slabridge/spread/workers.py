"""Who works: processes on this machine, or the workers of a Dask scheduler."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import NamedTuple

from slabridge.spread.trouble import NoWorkers, Unfit

_PATIENCE = "10s"
"""How long a scheduler is waited for."""


class Workers(NamedTuple):
    """So many workers, and how to have them work."""

    number: int
    executor: Executor


Engaged = Callable[[], AbstractContextManager[Workers]]


def engaged(scheduler: str | None, processes: int) -> Engaged:
    """Return how workers are had: those of a scheduler, or (None) so many processes on this machine."""
    return partial(_of_processes, processes) if scheduler is None else partial(_of_scheduler, scheduler)


@contextmanager
def _of_processes(number: int) -> Iterator[Workers]:
    """Start processes, which end with this one, however it ends; they speak through pipes, and no port is opened."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    with ours, theirs:
        executor = ProcessPoolExecutor(number, spawn, _begin, (theirs,))
        try:
            yield Workers(number, executor)
        finally:
            ours.close()  # all of it is here, or of no use any more: they end at once, without taking themselves apart
            executor.shutdown(cancel_futures=True)


def _begin(line: Connection) -> None:
    """Let a worker end when whoever started it does; Ctrl-C is for that one to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(line,), daemon=True).start()


def _end_with(line: Connection) -> None:
    try:
        line.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


@contextmanager
def _of_scheduler(address: str) -> Iterator[Workers]:
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unfit('Dask is not installed; for the fleet: pip install "slabridge[fleet]"') from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # we say what goes wrong
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoWorkers(f"the scheduler {address} cannot be reached ({error}); is `dask scheduler` running?") from None
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise NoWorkers(f"the scheduler {address} has no worker; start some: dask worker {address}")
        try:
            yield Workers(count, client.get_executor(pure=False))
        except KilledWorker as error:
            raise NoWorkers(f"{error}; was there too little memory?") from None
        except CancelledError:
            raise NoWorkers(f"the scheduler {address} went away; what is not done yet, the same again does") from None
