"""Jobs for workers in other processes, which import them from here."""

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
    """Never comes to an end; its worker writes a byte to a pipe as it begins, which is open as long as it lives."""

    pipe: Path

    def of(self, state: State, part: Range) -> None:
        del state, part
        with self.pipe.open("wb", buffering=0) as file:
            file.write(b".")
            signal.pause()


@dataclass(frozen=True, slots=True)
class Whose:
    """Says which process did it."""

    def of(self, state: State, part: Range) -> int:
        del state, part
        return os.getpid()
