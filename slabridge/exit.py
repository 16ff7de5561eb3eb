"""How the program ends (docs/operations.md, "Exit codes")."""

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
