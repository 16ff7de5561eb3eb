"""The runs: when each began and ended, what it did, and with which versions of holidays and time zones."""

import json
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa

from slabridge.state.schema import run


def begin(transaction: sa.Connection) -> int:
    """Record that a run begins; return its number."""
    versions = {name: version(name) for name in ("slabridge", "holidays", "tzdata")}
    result = transaction.execute(
        sa.insert(run).values(started_at=_now(), summary=json.dumps({"versions": versions}, sort_keys=True))
    )
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave the run no number")
    return int(key[0])


def finish(transaction: sa.Connection, number: int, exit_code: int, summary: Mapping[str, Any]) -> None:
    """Record how a run ended."""
    known = transaction.execute(sa.select(run.c.summary).where(run.c.id == number)).scalar_one()
    text = json.dumps({**json.loads(known), **summary}, sort_keys=True)
    transaction.execute(
        sa.update(run).where(run.c.id == number).values(finished_at=_now(), exit_code=exit_code, summary=text)
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
