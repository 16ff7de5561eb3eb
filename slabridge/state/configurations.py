"""The configurations that runs went by, and what came of each change (docs/operations.md, "Who changed what")."""

import json
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from slabridge.state.packed import unpacked
from slabridge.state.schema import configuration, configuration_effect, connection
from slabridge.state.transaction import Transaction
from slabridge.state.trouble import Damaged


@dataclass(frozen=True, slots=True)
class Seen:
    """A configuration: the run that first went by it, the files it stands in, and what it says."""

    run: int
    files: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of a change on a connection.

    So many tickets were `judged` anew and `moved`, so many `results` came out otherwise; so many `writes` followed, and
    so many tickets the guard `held` back at first. It `is_over` when all was written, or another change came after it.
    """

    connection: str
    judged: int
    moved: int
    results: int
    writes: int
    held: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration, when the run that first went by it began (ms UTC, our clock), and what came of it."""

    number: int
    seen_at: int
    seen: Seen
    effects: Sequence[Effect]


def latest(sql: sa.Connection) -> Mapping[str, Any] | None:
    """Return what the last configuration says; None where none is known, or it is damaged."""
    packed = sql.scalar(sa.select(configuration.c.document).order_by(configuration.c.number.desc()).limit(1))
    try:
        return None if packed is None else _unpacked(packed)
    except Damaged:
        return None


def last_seen_by(sql: sa.Connection) -> int:
    """Return the run that first went by the last configuration; 0 where none is known."""
    return sql.scalar(sa.select(configuration.c.run).order_by(configuration.c.number.desc()).limit(1)) or 0


def begin(sql: sa.Connection, seen: Seen, connections: Collection[str]) -> None:
    """Keep a configuration; what comes of it is counted on the connections whose tickets were judged by another."""
    row = {"run": seen.run, "seen_at": time.time_ns() // 1_000_000, "files": json.dumps(list(seen.files))}
    packed = zlib.compress(orjson.dumps(seen.document, option=orjson.OPT_SORT_KEYS), 6)
    key = sql.execute(sa.insert(configuration).values(**row, document=packed)).inserted_primary_key
    sql.execute(sa.update(configuration_effect).values(is_over=True))
    judged = sql.scalars(sa.select(connection.c.name).where(connection.c.fields.is_not(None))).all()
    nothing = {"judged": 0, "moved": 0, "results": 0, "writes": 0, "held": 0, "is_over": False}
    effects = [
        {"configuration": key[0] if key else 0, "connection": name, **nothing} for name in judged if name in connections
    ]
    if effects:
        sql.execute(sa.insert(configuration_effect), effects)


def add(transaction: Transaction, **counts: int) -> None:
    """Count what came of the last change on a connection, as long as it is not over there."""
    found = {name: configuration_effect.c[name] + count for name, count in counts.items() if count}
    if found:
        transaction.sql.execute(_under_way(transaction).values(found))


def moved(transaction: Transaction, tickets: int, results: int) -> None:
    """Count what the last change moved; where it let nothing be judged anew, something else did: a linked ticket."""
    statement = _under_way(transaction).where(configuration_effect.c.judged > 0)
    if results:
        counted = {"moved": configuration_effect.c.moved + tickets, "results": configuration_effect.c.results + results}
        transaction.sql.execute(statement.values(counted))


def hold(transaction: Transaction, tickets: int) -> None:
    """Keep on how many tickets the guard lets nothing be written."""
    transaction.sql.execute(_under_way(transaction).values(held=tickets))


def finish(transaction: Transaction) -> None:
    """Record that all of the last change was written on a connection."""
    transaction.sql.execute(_under_way(transaction).values(is_over=True))


def listed(sql: sa.Connection) -> list[Configuration]:
    """Return all configurations, the first one first.

    Raises:
        Damaged: what one says cannot be read.
    """
    effects: dict[int, list[Effect]] = {}
    ordered = sa.select(configuration_effect).order_by(configuration_effect.c.connection)
    for row in sql.execute(ordered):
        effects.setdefault(row.configuration, []).append(Effect(*row[1:]))
    return [
        Configuration(
            row.number,
            row.seen_at,
            Seen(row.run, json.loads(row.files), _unpacked(row.document)),
            effects.get(row.number, []),
        )
        for row in sql.execute(sa.select(configuration).order_by(configuration.c.number))
    ]


def _under_way(transaction: Transaction) -> sa.Update:
    mine = transaction.owns(configuration_effect)
    return sa.update(configuration_effect).where(mine, ~configuration_effect.c.is_over)


def _unpacked(packed: bytes) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = orjson.loads(unpacked(packed))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise Damaged(f"what an earlier configuration said is damaged ({error}); put a backup in its place") from error
    return found
