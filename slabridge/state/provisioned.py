"""What was made in a tool for results (docs/provision.md), so that it can be taken back."""

import json
import time
from collections.abc import Sequence

import sqlalchemy as sa

from connectors.interface import Thing
from slabridge.state.database import upsert
from slabridge.state.schema import provisioned
from slabridge.state.transaction import Transaction


def keep(transaction: Transaction, things: Sequence[Thing]) -> None:
    """Note that these things are there and ours."""
    rows = [
        {
            "connection": transaction.connection,
            "kind": thing.kind,
            "id": thing.id,
            "field": thing.field,
            "text": thing.text,
            "detail": json.dumps(thing.detail),
            "made_at": round(time.time() * 1000),
        }
        for thing in things
    ]
    upsert(transaction.sql, provisioned, rows)


def forget(transaction: Transaction, things: Sequence[Thing]) -> None:
    """Note that these things are gone."""
    for thing in things:
        of = (provisioned.c.kind == thing.kind, provisioned.c.id == thing.id)
        transaction.sql.execute(sa.delete(provisioned).where(provisioned.c.connection == transaction.connection, *of))


def listed(transaction: Transaction) -> list[Thing]:
    """Return what was made on a connection."""
    rows = transaction.sql.execute(
        sa.select(provisioned)
        .where(provisioned.c.connection == transaction.connection)
        .order_by(provisioned.c.made_at, provisioned.c.kind, provisioned.c.id)
    )
    return [Thing(row.kind, row.field, row.text, row.id, json.loads(row.detail)) for row in rows]
