"""Tickets as people name them: by a key, by how one begins, or by a key that a ticket had before."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa

from slabridge.state.schema import former_key, ticket


class Named(NamedTuple):
    """A ticket, as people name it."""

    connection: str
    id: str
    key: str
    is_open: bool
    gone: bool


COLUMNS: Final = (ticket.c.connection, ticket.c.id, ticket.c.key, ticket.c.is_open, ticket.c.gone)
"""What a `Named` has, in its order."""


def named(  # noqa: PLR0913 - what is looked for, and where
    sql: sa.Connection, connections: Sequence[str], key: str, most: int, seen: sa.ColumnElement[bool], *, whole: bool
) -> list[Named]:
    """Return the first tickets of a key, id or former key in these connections; not `whole`: whose key begins so.

    `seen` is what has to hold of them besides.
    """
    keys = [one for one in dict.fromkeys((key, key.upper())) if one]
    here = ticket.c.connection.in_(connections)
    # Not the column itself where the key is looked for: SQLite would go through all tickets of the connection.
    anywhere = ticket.c.connection.concat("").in_(connections)
    former = sa.select(former_key.c.connection, former_key.c.ticket).where(
        former_key.c.connection.in_(connections), former_key.c.key.in_(keys)
    )
    by_former = sa.tuple_(ticket.c.connection, ticket.c.id).in_(former)
    exact = [ticket.c.key.in_(keys) & anywhere, ticket.c.id.in_(keys) & here, by_former]
    found: dict[tuple[str, str], Named] = {}
    for condition in exact if whole else [_begins(sql, one) & anywhere for one in keys]:
        statement = sa.select(*COLUMNS).where(condition, seen).order_by(ticket.c.key, ticket.c.connection)
        for row in sql.execute(statement.limit(most)):
            found[row.connection, row.id] = Named(*row)
    return sorted(found.values(), key=lambda one: (one.key, one.connection))[:most]


def _begins(sql: sa.Connection, key: str) -> sa.ColumnElement[bool]:
    if sql.dialect.name == "sqlite":  # by the index, which LIKE does not use there
        return (ticket.c.key >= key) & (ticket.c.key < f"{key}\U0010fffd")
    return ticket.c.key.startswith(key, autoescape=True)
