"""The lease: one run per state. A second ends at once, a dead one's lease frees itself."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from slabridge.state.database import Busy, State, upsert
from slabridge.state.schema import lease

_NAME = "run"
_SECONDS = 900


@contextmanager
def held(state: State) -> Iterator[None]:
    """Hold the lease until the end.

    Raises:
        Busy: another run that is alive holds it.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}"
    with state.begin() as transaction:
        row = transaction.execute(sa.select(lease).where(lease.c.name == _NAME)).one_or_none()
        if row is not None and row.owner != owner and row.expires_at > _now() and _may_live(row.owner):
            raise Busy(f"another run is under way ({row.owner}); this one ends without doing anything")
        _write(transaction, owner)
    try:
        yield
    finally:
        with state.begin() as transaction:
            transaction.execute(sa.delete(lease).where(lease.c.name == _NAME, lease.c.owner == owner))


def renew(transaction: sa.Connection) -> None:
    """Prolong our lease within a transaction that the run commits anyway."""
    _write(transaction, f"{socket.gethostname()}:{os.getpid()}")


def _write(transaction: sa.Connection, owner: str) -> None:
    upsert(transaction, lease, [{"name": _NAME, "owner": owner, "expires_at": _now() + 1000 * _SECONDS}])


def _may_live(owner: str) -> bool:
    """Return whether the owner may be alive: of another host we cannot know, so its lease must expire."""
    host, _, process = owner.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _now() -> int:
    return time.time_ns() // 1_000_000
