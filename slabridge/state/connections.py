"""Where each connection stands: its cursors, and what its tickets were read and judged with."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.interface import Cursor
from slabridge.state.database import upsert
from slabridge.state.schema import connection
from slabridge.state.transaction import Transaction
from slabridge.state.trouble import StateError


@dataclass(frozen=True, slots=True)
class Standing:
    """None is "never": no cursor, no pull, no evaluation."""

    changed: Cursor | None = None
    touched: Cursor | None = None
    fields: frozenset[str] | None = None
    judged_by: str | None = None
    as_of: int | None = None
    census_at: int | None = None
    gaps: Mapping[str, str] | None = None
    posts_from: int | None = None
    linked_by: str | None = None
    accepted_by: str | None = None
    held_since: int | None = None
    reverted: int | None = None
    reverted_by: str | None = None


def as_ofs(sql: sa.Connection) -> dict[str, int | None]:
    """Return the as_of of each connection's last complete run, ms UTC; None where there was none."""
    return dict(sql.execute(sa.select(connection.c.name, connection.c.as_of)).all())


def standing(transaction: Transaction) -> Standing:
    """Return where a connection stands.

    Raises:
        StateError: what the state says of it is damaged.
    """
    row = transaction.sql.execute(
        sa.select(connection).where(connection.c.name == transaction.connection)
    ).one_or_none()
    if row is None:
        return Standing()
    try:
        return Standing(
            None if row.changed is None else json.loads(row.changed),
            None if row.touched is None else json.loads(row.touched),
            None if row.fields is None else frozenset(json.loads(row.fields)),
            row.judged_by,
            row.as_of,
            row.census_at,
            None if row.gaps is None else json.loads(row.gaps),
            row.posts_from,
            row.linked_by,
            row.accepted_by,
            row.held_since,
            row.reverted,
            row.reverted_by,
        )
    except ValueError as error:
        raise StateError(
            f"where connection {transaction.connection!r} stands is damaged in the state ({error}); put a backup in "
            "its place, or begin with a new state: the next run rebuilds it and posts nothing twice"
        ) from error


def set_changed(transaction: Transaction, cursor: Cursor) -> None:
    """Keep the cursor of changed tickets."""
    _set(transaction, {"changed": json.dumps(cursor, sort_keys=True)})


def set_touched(transaction: Transaction, cursor: Cursor) -> None:
    """Keep the cursor of ids outside the filter."""
    _set(transaction, {"touched": json.dumps(cursor, sort_keys=True)})


def set_fields(transaction: Transaction, fields: Collection[str]) -> None:
    """Keep which native fields all open tickets here were read with."""
    _set(transaction, {"fields": json.dumps(sorted(fields))})


def set_judged_by(transaction: Transaction, identity: str) -> None:
    """Keep what tickets here were judged by."""
    _set(transaction, {"judged_by": identity})


def set_as_of(transaction: Transaction, as_of: int) -> None:
    """Keep the tool's clock of the last complete run, by which all was written."""
    accepted = {"accepted_by": standing(transaction).judged_by, "held_since": None}
    _set(transaction, {"as_of": as_of, **accepted, "reverted": None, "reverted_by": None})


def set_reverted(transaction: Transaction, run: int | None) -> None:
    """Keep that a run was taken back, and what it judged by: that of today (None: no run is, any more)."""
    by = None if run is None else standing(transaction).judged_by
    _set(transaction, {"reverted": run, "reverted_by": by})


def hold(transaction: Transaction, as_of: int) -> None:
    """Keep since when nothing is written."""
    if standing(transaction).held_since is None:
        _set(transaction, {"held_since": as_of})


def set_census_at(transaction: Transaction, census_at: int) -> None:
    """Keep the tool's clock of the last census of open tickets."""
    _set(transaction, {"census_at": census_at})


def set_posts_from(transaction: Transaction, posts_from: int) -> None:
    """Keep from when on transitions are posted, by the tool's clock."""
    _set(transaction, {"posts_from": posts_from})


def set_linked_by(transaction: Transaction, identity: str | None) -> None:
    """Keep by which rules the links of all tickets here were found (None: there are none)."""
    _set(transaction, {"linked_by": identity})


def set_gaps(transaction: Transaction, gaps: Mapping[str, str]) -> None:
    """Keep what was last reported to have no history at its source."""
    _set(transaction, {"gaps": json.dumps(dict(gaps), sort_keys=True)})


def _set(transaction: Transaction, values: Mapping[str, Any]) -> None:
    upsert(transaction.sql, connection, [{"name": transaction.connection, **values}])
