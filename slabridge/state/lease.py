"""The lease: one run per state. A second ends at once, a dead one's lease frees itself.

A daemon has a lease of its own from round to round, so that a second one stands by.

Whether an owner on this machine lives, its process tells, whatever the clocks say. Of one elsewhere only time tells:
its lease counts for 15 minutes after it was renewed, by the database server's clock (for SQLite the machine's). A lease
that expires later than a new one would was given before the clock was set back, and counts no more. Whoever loses the
lease all the same finds out when renewing it, and what was to be committed together with that is not.
"""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.state import process
from slabridge.state.database import State, inserting
from slabridge.state.schema import lease
from slabridge.state.trouble import Busy

_NAME, _DAEMON = "run", "daemon"
_DURATION = 15 * 60 * 1000
_LONGEST = 25 * 60 * 60 * 1000
"""How long a daemon's lease may still have: others go by another interval than we do."""

_held: dict[sa.Engine, str] = {}
"""The owners that are runs of this process, by the database that they run on."""

_standing: set[str] = set()
"""The owners that are daemons of this process."""


class Lost(Busy):
    """Our lease was taken by another run while we held it: we came to a halt, or a clock jumped."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease. `name` is host:process; `lives` is None where only time tells. Instants are ms UTC."""

    name: str
    renewed_at: int
    expires_at: int
    lives: bool | None
    now: int
    longest: int = _DURATION

    @property
    def counts(self) -> bool:
        """Return whether the lease keeps others out."""
        if self.lives is not None:
            return self.lives
        return self.now < self.expires_at <= self.now + self.longest


@contextmanager
def held(state: State) -> Iterator[None]:
    """Hold the lease until the end.

    Raises:
        Busy: another run that is alive holds it.
    """
    owner = _new_owner()
    with state.begin() as transaction:
        engine = transaction.engine
        _take(transaction, owner)
        _held[engine] = owner
    try:
        yield
    finally:
        del _held[engine]
        with state.begin() as transaction:
            transaction.execute(sa.delete(lease).where(lease.c.name == _NAME, lease.c.owner == owner))


@contextmanager
def daemon() -> Iterator[str]:
    """Give the name under which a daemon takes its leases; to other threads it lives as long as the block."""
    owner = _new_owner()
    _standing.add(owner)
    try:
        yield owner
    finally:
        _standing.remove(owner)


def stand(transaction: sa.Connection, owner: str, ms: int) -> None:
    """Take a daemon's lease on this state, or prolong it: elsewhere it counts for so long beyond that of a run.

    Raises:
        Busy: another daemon that is alive has it.
    """
    seen = _seen(transaction, _DAEMON)
    if seen is not None and seen.owner == owner:
        own = (lease.c.name == _DAEMON, lease.c.owner == owner)
        expires_at = clock(transaction) + _DURATION + ms
        transaction.execute(sa.update(lease).where(*own).values(expires_at=expires_at))
    else:
        _take(transaction, owner, _DAEMON, _DURATION + ms)


def leave(transaction: sa.Connection, owner: str) -> None:
    """Give a daemon's lease back."""
    transaction.execute(sa.delete(lease).where(lease.c.name == _DAEMON, lease.c.owner == owner))


def renew(transaction: sa.Connection) -> None:
    """Prolong our lease within a transaction that the run commits anyway.

    Raises:
        Lost: it is ours no more; nothing of the transaction must be kept.
    """
    owner = _held[transaction.engine]
    changed = transaction.execute(
        sa.update(lease)
        .where(lease.c.name == _NAME, lease.c.owner == owner)
        .values(expires_at=clock(transaction) + _DURATION)
    )
    if changed.rowcount != 1:
        other = holder(transaction)
        name = "has ended since" if other is None else other.name
        raise Lost(
            f"another run took over the state while this one stood still ({name}); this one ends, and the state is safe"
        )


def holder(transaction: sa.Connection) -> Holder | None:
    """Return who holds the lease, also if it counts no more."""
    seen = _seen(transaction, _NAME)
    return None if seen is None else _holder(seen)


def require_none(transaction: sa.Connection) -> None:
    """Return if no run that is alive goes by this state, so that its schema may change.

    Raises:
        Busy: one does.
    """
    other = holder(transaction)
    if other is not None and other.counts:
        raise Busy(f"a run of an older slabridge is under way ({other.name}); the next one brings the state up to date")


def _new_owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()} {process.identity(os.getpid()) or '-'} {secrets.token_hex(8)}"


def _take(transaction: sa.Connection, owner: str, name: str = _NAME, duration: int = _DURATION) -> None:
    seen = _seen(transaction, name)
    expires_at = clock(transaction) + duration
    if seen is None:
        values = {"name": name, "owner": owner, "expires_at": expires_at}
        insertion = inserting(transaction, lease).values(values).on_conflict_do_nothing()
        taken = transaction.execute(insertion, execution_options={"preserve_rowcount": True})
    else:
        other = _holder(seen, duration)
        if other.counts:
            heard = max(0, other.now - other.renewed_at) // 1000
            whose = f"({other.name}, heard of {heard} s ago)"
            if name == _DAEMON:
                raise Busy(f"another daemon works on this state {whose}; this one stands by")
            raise Busy(f"another run is under way {whose}; this one ends without doing anything")
        same = (lease.c.name == name, lease.c.owner == seen.owner, lease.c.expires_at == seen.expires_at)
        taken = transaction.execute(sa.update(lease).where(*same).values(owner=owner, expires_at=expires_at))
    if taken.rowcount != 1:
        raise Busy("another run is under way, it began at the same time; this one ends without doing anything")


def _seen(transaction: sa.Connection, name: str) -> sa.Row[tuple[str, int, int]] | None:
    now = clock(transaction).label("now")
    return transaction.execute(
        sa.select(lease.c.owner, lease.c.expires_at, now).where(lease.c.name == name)
    ).one_or_none()


def _holder(row: sa.Row[tuple[str, int, int]], duration: int = _DURATION) -> Holder:
    name, _, rest = row.owner.partition(" ")
    identity = rest.partition(" ")[0]
    ours = identity == process.identity(os.getpid())
    lives = row.owner in {*_held.values(), *_standing} if ours else process.lives(identity)
    longest = _DURATION if duration == _DURATION else max(duration, _LONGEST)
    return Holder(name, row.expires_at - duration, row.expires_at, lives, row.now, longest)


def clock(transaction: sa.Connection) -> sa.ColumnElement[int]:
    """Return the clock that all who use this database share: the server's, or of a file the machine's."""
    if transaction.dialect.name == "postgresql":
        return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1000, sa.BigInteger)
    return sa.literal(time.time_ns() // 1_000_000, sa.BigInteger)
