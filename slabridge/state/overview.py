"""What the state knows, at a glance: how far each connection is, what waits, what is in quarantine, who works on it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from connectors.interface import Cursor
from slabridge.state import lease, naming, notifications, outbox, quarantine, runs
from slabridge.state.naming import Named
from slabridge.state.schema import connection, ticket
from slabridge.state.schema import outbox as comments

COUNTS = ("known", "open", "pending", "gone", "unclear")
"""Of a connection's progress, what counts tickets; unclear ones count their comments."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a connection is. Instants are ms UTC by the tool's clock, None is "never".

    `as_of` is when the last complete run on it began; `cursor` is where reading goes on. No
    transition before `posts_from` is posted. Since `held_since` the guard lets nothing be written. `comments_held` are
    transitions that wait to be posted.
    """

    connection: str
    as_of: int | None
    cursor: Cursor | None
    known: int
    open: int
    pending: int
    gone: int
    unclear: int
    quarantined: int
    quarantined_since: int | None
    posts_from: int | None
    held_since: int | None
    comments_held: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The state at one moment: `quarantined` are the latest tickets there, `runs` the latest, the last first.

    `now` is the clock that counts for leases, ms UTC. `messages` are those that wait, or that nobody knows of.
    """

    now: int
    schema: str
    lease: lease.Holder | None
    progress: Sequence[Progress]
    quarantined: Sequence[quarantine.QuarantineEntry]
    runs: Sequence[runs.PastRun]
    messages: Sequence[notifications.Trouble]


def overview(transaction: sa.Connection, names: Collection[str], entries: int | None, past: int) -> Overview:
    """Return an overview of these connections and all others of the state.

    `entries` is how many of the tickets in quarantine are wanted (None: all), `past` how many runs.
    """
    rows = {row.name: row for row in transaction.execute(sa.select(connection))}
    quarantined = quarantine.count(transaction)
    since = quarantine.oldest(transaction)
    found = []
    for name in [*names, *sorted(rows.keys() - set(names))]:
        row = rows.get(name)
        here = ticket.c.connection == name
        found.append(
            Progress(
                name,
                None if row is None else row.as_of,
                None if row is None or row.changed is None else json.loads(row.changed),
                _count(transaction, here),
                _count(transaction, here, ticket.c.is_open) - _gone_and_open(transaction, name),
                _count(transaction, here, ticket.c.pending, ~ticket.c.gone),
                _count(transaction, here, ticket.c.gone),
                _count(transaction, comments.c.connection == name, comments.c.state == outbox.SENDING),
                quarantined.get(name, 0),
                since.get(name),
                None if row is None else row.posts_from,
                None if row is None else row.held_since,
                _count(transaction, comments.c.connection == name, comments.c.state == outbox.HELD),
            )
        )
    now = transaction.scalar(sa.select(lease.clock(transaction))) or 0
    version = transaction.scalar(sa.text("SELECT version_num FROM alembic_version"))
    listed = quarantine.listed(transaction, entries)
    holder, messages = lease.holder(transaction), notifications.troubles(transaction)
    return Overview(now, str(version), holder, found, listed, runs.latest(transaction, past), messages)


class LeftOut(NamedTuple):
    """How many tickets of a connection are to be judged, and how many in quarantine."""

    pending: int
    quarantined: int


def left_out(sql: sa.Connection, names: Collection[str]) -> dict[str, LeftOut]:
    """Return what is left out of figures, by connection, where anything is."""
    aside = quarantine.count(sql)
    pending = {name: _count(sql, ticket.c.connection == name, ticket.c.pending, ~ticket.c.gone) for name in names}
    found = {name: LeftOut(pending[name], aside.get(name, 0)) for name in names}
    return {name: one for name, one in found.items() if any(one)}


def behind(sql: sa.Connection, name: str, count: str, offset: int, limit: int) -> list[Named]:
    """Return a part of the tickets that a count of a connection's progress is of, by their ids."""
    unclear = sa.select(comments.c.ticket).where(comments.c.connection == name, comments.c.state == outbox.SENDING)
    conditions = {
        "known": (),
        "open": (ticket.c.is_open, ~ticket.c.gone),
        "pending": (ticket.c.pending, ~ticket.c.gone),
        "gone": (ticket.c.gone,),
        "unclear": (ticket.c.id.in_(unclear),),
    }[count]
    statement = sa.select(*naming.COLUMNS).where(ticket.c.connection == name, *conditions).order_by(ticket.c.id)
    return [Named(*row) for row in sql.execute(statement.offset(offset).limit(limit))]


def _gone_and_open(transaction: sa.Connection, name: str) -> int:
    """Return how many tickets are gone with a cycle open: of all open ones this looks at no row but theirs."""
    open_ones = sa.func.sum(sa.case((ticket.c.is_open, 1), else_=0))
    statement = sa.select(open_ones).where(ticket.c.connection == name, ticket.c.gone)
    return transaction.scalar(statement) or 0


def _count(transaction: sa.Connection, first: sa.ColumnElement[bool], *others: sa.ColumnElement[bool]) -> int:
    return transaction.scalar(sa.select(sa.func.count()).where(first, *others)) or 0
