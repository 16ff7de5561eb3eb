"""Where each connection stands: its cursors, and what its tickets were read and judged with."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.interface import Cursor
from slabridge.state.database import upsert
from slabridge.state.schema import connection


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


def standing(transaction: sa.Connection, name: str) -> Standing:
    """Return where a connection stands."""
    row = transaction.execute(sa.select(connection).where(connection.c.name == name)).one_or_none()
    if row is None:
        return Standing()
    return Standing(
        None if row.changed is None else json.loads(row.changed),
        None if row.touched is None else json.loads(row.touched),
        None if row.fields is None else frozenset(json.loads(row.fields)),
        row.judged_by,
        row.as_of,
        row.census_at,
        None if row.gaps is None else json.loads(row.gaps),
    )


def set_changed(transaction: sa.Connection, name: str, cursor: Cursor) -> None:
    """Keep the cursor of changed tickets."""
    upsert(transaction, connection, [{"name": name, "changed": json.dumps(cursor, sort_keys=True)}])


def set_touched(transaction: sa.Connection, name: str, cursor: Cursor) -> None:
    """Keep the cursor of ids outside the filter."""
    upsert(transaction, connection, [{"name": name, "touched": json.dumps(cursor, sort_keys=True)}])


def set_fields(transaction: sa.Connection, name: str, fields: Collection[str]) -> None:
    """Keep which native fields all open tickets here were read with."""
    upsert(transaction, connection, [{"name": name, "fields": json.dumps(sorted(fields))}])


def set_judged_by(transaction: sa.Connection, name: str, identity: str) -> None:
    """Keep what tickets here were judged by."""
    upsert(transaction, connection, [{"name": name, "judged_by": identity}])


def set_as_of(transaction: sa.Connection, name: str, as_of: int) -> None:
    """Keep the tool's clock of the last complete pull."""
    upsert(transaction, connection, [{"name": name, "as_of": as_of}])


def set_census_at(transaction: sa.Connection, name: str, census_at: int) -> None:
    """Keep the tool's clock of the last census of open tickets."""
    upsert(transaction, connection, [{"name": name, "census_at": census_at}])


def set_gaps(transaction: sa.Connection, name: str, gaps: Mapping[str, str]) -> None:
    """Keep what was last reported to have no history at its source."""
    upsert(transaction, connection, [{"name": name, "gaps": json.dumps(dict(gaps), sort_keys=True)}])
