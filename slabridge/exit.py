"""How the program ends (docs/operations.md, "Exit codes")."""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; `DEFERRED` and `BUSY` pass by themselves."""

    COMPLETE = 0
    BUG = 1
    USAGE = 2
    PARTIAL = 3
    DEFERRED = 4
    BUSY = 5
    FOUND = 10


def gravest(codes: Iterable[int]) -> Exit:
    """Return the exit code of several: a bug before usage before partial before deferred before busy."""
    order = (Exit.BUG, Exit.USAGE, Exit.PARTIAL, Exit.DEFERRED, Exit.BUSY, Exit.FOUND)
    found = set(codes)
    return next((code for code in order if code in found), Exit.COMPLETE)
