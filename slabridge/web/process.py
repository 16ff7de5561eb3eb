"""Running the process that makes a report's files (`slabridge.web.making`), one at a time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from slabridge.text.printed import line
from slabridge.text.said import Said, said
from slabridge.web.request import Request

COMMAND: Final = (sys.executable, "-m", "slabridge.web.making")


@dataclass(frozen=True, slots=True)
class Failed:
    """That it could not be made: when (ms UTC), with which exit code, and what there is to do about it."""

    at: int
    code: int
    text: str | Said


@dataclass(slots=True)
class Process:
    """The process: it takes no longer than `limit` seconds; once `end` is called there is none any more."""

    limit: float = 1800.0
    command: Sequence[str] = COMMAND
    _lock: Lock = field(default_factory=Lock, init=False)
    _running: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _ended: bool = field(default=False, init=False)

    def made(self, request: Request) -> Failed | None:
        """Let it make what is asked for, and wait for it; return why it did not.

        What it logs goes where ours goes: nothing of that is shown on a page.
        """
        with self._lock:
            if self._ended:
                return Failed(now(), 0, said("the pages are being shut down"))
            running = subprocess.Popen(  # noqa: S603 - our own program
                [*self.command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            self._running = running
        with running:
            return self._told(running, request)

    def end(self) -> None:
        """End it."""
        with self._lock:
            self._ended = True
            if self._running is not None:
                _kill(self._running)

    def _told(self, running: "subprocess.Popen[bytes]", request: Request) -> Failed | None:
        assert running.stdin is not None  # noqa: S101 - pipes
        assert running.stdout is not None  # noqa: S101
        late = False
        try:
            running.stdin.write(request.line())
            running.stdin.flush()  # and left open: where it ends, so does the process
            running.wait(self.limit)
        except BrokenPipeError:
            running.wait()
        except subprocess.TimeoutExpired:
            late = True
            _kill(running)
            running.wait()
        code = running.returncode
        if code == 0:
            return None
        if late:
            limit = f"{self.limit:g}"
            return Failed(now(), code, said("it took more than %(count)s s; ask for less", count=limit))
        words = running.stdout.read().decode(errors="replace").splitlines()
        if not words:
            return Failed(now(), code, said("its process ended with %(code)s; is there enough memory?", code=code))
        return Failed(now(), code, line(words[-1]))


def now() -> int:
    """Return this machine's clock, ms UTC."""
    return time.time_ns() // 1_000_000


def _kill(running: "subprocess.Popen[bytes]") -> None:
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
