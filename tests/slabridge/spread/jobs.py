"""Jobs for workers in other processes, which import them from here."""

import fcntl
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slabridge.app.reevaluate import Rejudged
from slabridge.state import State
from slabridge.state.ranges import Range


def plain(change: Rejudged) -> dict[str, Any]:
    return change.as_json()


@dataclass(frozen=True, slots=True)
class Dying:
    """Kills its worker at the first range, so many times."""

    folder: Path
    times: int

    def of(self, state: State, part: Range) -> Range:
        del state
        died = len([*self.folder.iterdir()])
        if not part.after and died < self.times:
            (self.folder / str(died)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return part


@dataclass(frozen=True, slots=True)
class Lasting:
    """Never comes to an end; while it lasts, its worker holds a lock on a file of its own."""

    folder: Path

    def of(self, state: State, part: Range) -> None:
        del state
        path = self.folder / f"{part.connection}{part.after}"
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            path.with_suffix(".begun").touch()
            signal.pause()
