"""Work in a process of its own, forked from this one: warm, and free to die."""

import asyncio
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slabridge_sandbox.options import Endpoints, SandboxOptions
from slabridge_sandbox.server import Built, answer, listening

TROUBLE = 70
"""How a process ends whose work raised; what it was stands on stderr."""


def fork(work: Callable[[], None]) -> int:
    """Do work in a forked process; return its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = TROUBLE
    try:
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it must not run on as if it were the parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def wait(pid: int) -> int:
    """Return how a forked process ended: 0, TROUBLE, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def served(found: Built, work: Callable[[Endpoints], None]) -> int:
    """Answer requests here while a forked process works; return how that ended."""
    return asyncio.run(_served(found, work))


async def _served(found: Built, work: Callable[[Endpoints], None]) -> int:
    stop = asyncio.Event()
    pids: list[int] = []

    def ready(endpoints: Endpoints) -> None:
        pids.append(fork(lambda: work(endpoints)))
        descriptor = os.pidfd_open(pids[0])

        def ended() -> None:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)
            stop.set()

        asyncio.get_running_loop().add_reader(descriptor, ended)

    with listening(SandboxOptions()) as sockets:
        await answer(found, sockets, ready, stop)
    return wait(pids[0])


def keep(path: Path, value: object) -> None:
    """Leave a value for the process that waits."""
    path.write_bytes(pickle.dumps(value))


def kept(path: Path) -> Any:  # noqa: ANN401 - whatever was left
    """Return what a forked process left."""
    return pickle.loads(path.read_bytes())  # noqa: S301 - our own process wrote it
