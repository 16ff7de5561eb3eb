"""Telling one process from every other, also from a later one that has its number."""

import os
from hashlib import blake2b
from pathlib import Path

_PROC = Path("/proc")


def identity(number: int) -> str | None:
    """Return what no other process ever has: its number and beginning, on which boot, in which container.

    None where there is no such process, it has ended, or the system does not say (it is no Linux).
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        container = (_PROC / "self/ns/pid").readlink()
        # The name, in parentheses, may hold anything; after it come the state and, as the 20th, the beginning.
        after_name = (_PROC / str(number) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    if after_name[0] in "ZX":
        return None
    place = blake2b(f"{boot} {container}".encode(), digest_size=8).hexdigest()
    return f"{place}.{number}.{after_name[19]}"


def lives(known: str) -> bool | None:
    """Return whether the process of an identity still lives; None where we cannot know."""
    ours = identity(os.getpid())
    if ours is None or known.partition(".")[0] != ours.partition(".")[0]:
        return None
    number = int(known.split(".")[1])
    found = identity(number)
    if found is not None:
        return found == known
    if (_PROC / str(number)).exists():
        return False  # it has ended, and waits for its parent
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return None  # a system that hides processes of other users
    return None
