"""The runs: when each began and ended, what it did, and with which versions of holidays and time zones."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa

from slabridge.state.schema import replaced, run

_AT_ONCE = 500
_KEPT = 90 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of the past, or of now: one that has no end is under way, or was killed. Instants are ms UTC.

    `reverts` is the run whose values it put back (`slabridge revert`), None of any other.
    """

    number: int
    started_at: int
    finished_at: int | None
    exit_code: int | None
    connections: Sequence[Mapping[str, Any]]
    reverts: int | None = None


def begin(transaction: sa.Connection, reverts: int | None = None) -> int:
    """Record that a run begins, and forget those of more than 90 days ago; return its number.

    It may be one that takes back what another run wrote.
    """
    versions = {name: version(name) for name in ("slabridge", "holidays", "tzdata")}
    result = transaction.execute(
        sa.insert(run).values(
            started_at=_now(), summary=json.dumps({"versions": versions}, sort_keys=True), reverts=reverts
        )
    )
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave the run no number")
    # Only now that there is a newer one: SQLite gives the highest number again once its row is deleted.
    transaction.execute(sa.delete(run).where(run.c.started_at < _now() - _KEPT))
    oldest = sa.select(sa.func.min(run.c.id)).scalar_subquery()
    transaction.execute(sa.delete(replaced).where(replaced.c.run < oldest))
    return int(key[0])


def finish(transaction: sa.Connection, number: int, exit_code: int, summary: Mapping[str, Any]) -> None:
    """Record how a run ended."""
    known = transaction.execute(sa.select(run.c.summary).where(run.c.id == number)).scalar_one()
    text = json.dumps({**json.loads(known), **summary}, sort_keys=True)
    transaction.execute(
        sa.update(run).where(run.c.id == number).values(finished_at=_now(), exit_code=exit_code, summary=text)
    )


def latest(transaction: sa.Connection, limit: int) -> list[PastRun]:
    """Return the latest runs, the last first."""
    return [_past(row) for row in transaction.execute(sa.select(run).order_by(run.c.id.desc()).limit(limit))]


def tool_clock(past: Sequence[PastRun], connection: str, now: int) -> int:
    """Return what a tool's clock says `now` (ms UTC by ours): by what it said to a run, and the time since; else ours.

    `past` are the latest runs, the last first.
    """
    for one in past:
        for tally in one.connections:
            if tally["connection"] == connection and tally.get("as_of") is not None:
                return int(tally["as_of"]) + max(0, now - one.started_at)
    return now


def reverting(transaction: sa.Connection) -> list[PastRun]:
    """Return the runs that took back what others wrote, the first one first."""
    wanted = sa.select(run).where(run.c.reverts.is_not(None)).order_by(run.c.id)
    return [_past(row) for row in transaction.execute(wanted)]


def is_known(transaction: sa.Connection, number: int) -> bool:
    """Return whether there was such a run within 90 days."""
    return transaction.scalar(sa.select(run.c.id).where(run.c.id == number)) is not None


def _past(row: sa.Row[*tuple[Any, ...]]) -> PastRun:
    done = json.loads(row.summary).get("connections", ())
    return PastRun(row.id, row.started_at, row.finished_at, row.exit_code, done, row.reverts)


def unreached(transaction: sa.Connection, connection: str, enough: int) -> int:
    """Return for how long, ms by our clock, no finished run has reached a connection's tool; 0 where the latest did.

    Runs that say nothing of it (killed, or over another file) count for neither. Nobody looks further back than where
    it is `enough`.
    """
    now = since = _now()
    after: int | None = None
    while now - since < enough:
        newest = sa.select(run.c.id, run.c.started_at, run.c.summary).order_by(run.c.id.desc()).limit(_AT_ONCE)
        rows = transaction.execute(newest if after is None else newest.where(run.c.id < after)).all()
        for row in rows:
            for tally in json.loads(row.summary).get("connections", ()):
                if tally["connection"] == connection:
                    if tally.get("as_of", 0) is not None:
                        return max(0, now - since)
                    since = row.started_at
        if not rows:
            break
        after = rows[-1].id
    return max(0, now - since)


def calls_within(transaction: sa.Connection, ms: int) -> dict[str, int]:
    """Return how many calls the runs that began within the last `ms` made, by connection.

    A run that began after now did so by a clock that was set back since: it counts for nothing, or it would for long.
    """
    calls: Counter[str] = Counter()
    now = _now()
    recent = sa.select(run.c.summary).where(run.c.started_at > now - ms, run.c.started_at <= now)
    for summary in transaction.scalars(recent):
        for tally in json.loads(summary).get("connections", ()):
            calls[tally["connection"]] += tally["calls"]
    return dict(calls)


def _now() -> int:
    return time.time_ns() // 1_000_000
