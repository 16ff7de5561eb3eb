"""Counts that only grow, over all runs of a state: what metrics are made of (docs/metrics.md)."""

import json
from collections.abc import Mapping

import sqlalchemy as sa

from slabridge.state.database import inserting
from slabridge.state.schema import counter

Count = tuple[str, tuple[tuple[str, str], ...]]
"""The name of a metric, and its labels in the order of their names."""


def add(transaction: sa.Connection, counts: Mapping[Count, float]) -> None:
    """Add to what was counted before."""
    statement = inserting(transaction, counter)
    added = statement.on_conflict_do_update(
        index_elements=["name", "labels"], set_={"value": counter.c.value + statement.excluded.value}
    )
    _put(transaction, added, counts)


def note(transaction: sa.Connection, instants: Mapping[Count, float]) -> None:
    """Keep when something happened last."""
    statement = inserting(transaction, counter)
    noted = statement.on_conflict_do_update(index_elements=["name", "labels"], set_={"value": statement.excluded.value})
    _put(transaction, noted, instants)


def every(transaction: sa.Connection) -> dict[Count, float]:
    """Return all that was counted."""
    rows = transaction.execute(sa.select(counter.c.name, counter.c.labels, counter.c.value))
    return {(name, tuple(sorted(json.loads(labels).items()))): value for name, labels, value in rows}


def _put(transaction: sa.Connection, statement: sa.Executable, counts: Mapping[Count, float]) -> None:
    rows = [
        {"name": name, "labels": json.dumps(dict(sorted(labels)), sort_keys=True), "value": value}
        for (name, labels), value in counts.items()
    ]
    if rows:
        transaction.execute(statement, rows)
