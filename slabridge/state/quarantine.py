"""The quarantine: tickets that could not be read, judged or written, each with its reason.

One is tried again when it changes, and when somebody asks for it (`slabridge retry`). One that went through begins anew
if it comes back.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from slabridge.state import outbox
from slabridge.state.database import upsert
from slabridge.state.schema import outbox as comments
from slabridge.state.schema import quarantine, ticket
from slabridge.state.transaction import Transaction

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A ticket that could not be read, mapped, evaluated or written."""

    id: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A ticket in quarantine. `first_at` and `last_at` are ms UTC, by the tool's clock.

    `digest` is that of the payload that was quarantined, None where it could not even be read; `asked` is whether the
    next run tries it again although it has not changed.
    """

    connection: str
    id: str
    key: str
    reason: str
    first_at: int
    last_at: int
    digest: str | None
    asked: bool


def put(transaction: Transaction, tickets: Collection[Quarantined], now: int) -> None:
    """Put tickets into quarantine; the first time of one that is there already stays."""
    ids = [item.id for item in tickets]
    first = _values(transaction, (quarantine.c.ticket, quarantine.c.first_at), ids)
    digests = _values(transaction, (ticket.c.id, ticket.c.digest), ids)
    rows = [
        {
            "connection": transaction.connection,
            "ticket": item.id,
            "key": item.key,
            "reason": item.reason,
            "first_at": first.get(item.id, now),
            "last_at": now,
            "digest": digests.get(item.id),
            "asked": False,
        }
        for item in tickets
    ]
    upsert(transaction.sql, quarantine, rows)


def release(transaction: Transaction, tickets: Collection[str]) -> None:
    """Take tickets out again: they went through, or the tool has them no more."""
    if not transaction.sql.scalar(sa.select(sa.exists().where(transaction.owns(quarantine)))):
        return  # as almost ever: whoever lets many go names none of them
    for part in _parts(tickets):
        transaction.sql.execute(
            sa.delete(quarantine).where(transaction.owns(quarantine), quarantine.c.ticket.in_(part))
        )


def ask(transaction: sa.Connection, key: str | None = None) -> int:
    """Let the next run try tickets again (of a key or id; None: all), and return how many that are.

    It reads them anew, evaluates them, and posts also the comments that the tool refused, if they are still due.
    """
    chosen: sa.ColumnElement[bool] = sa.true()
    if key is not None:
        called = sa.select(ticket.c.connection, ticket.c.id).where(ticket.c.key == key)
        known_so = sa.tuple_(quarantine.c.connection, quarantine.c.ticket).in_(called)
        chosen = (quarantine.c.key == key) | (quarantine.c.ticket == key) | known_so
    number = transaction.execute(sa.update(quarantine).where(chosen).values(asked=True)).rowcount
    those = sa.select(quarantine.c.ticket).where(chosen)
    known = those.where(quarantine.c.connection == ticket.c.connection, quarantine.c.ticket == ticket.c.id)
    transaction.execute(sa.update(ticket).where(known.exists(), ~ticket.c.gone).values(pending=True))
    commented = those.where(quarantine.c.connection == comments.c.connection, quarantine.c.ticket == comments.c.ticket)
    refused = sa.update(comments).where(commented.exists(), comments.c.state == outbox.REFUSED)
    transaction.execute(refused.values(state=outbox.LOST))
    return number


def asked(transaction: Transaction) -> list[str]:
    """Return the ids of tickets that are to be read anew."""
    statement = sa.select(quarantine.c.ticket).where(transaction.owns(quarantine), quarantine.c.asked)
    return list(transaction.sql.scalars(statement.order_by(quarantine.c.ticket)))


def count(transaction: sa.Connection) -> dict[str, int]:
    """Return how many are in quarantine, by connection."""
    statement = sa.select(quarantine.c.connection, sa.func.count()).group_by(quarantine.c.connection)
    return dict(transaction.execute(statement).all())


def oldest(transaction: sa.Connection) -> dict[str, int]:
    """Return since when the one that is there longest is, by connection."""
    since = sa.func.min(quarantine.c.first_at)
    statement = sa.select(quarantine.c.connection, since).group_by(quarantine.c.connection)
    return dict(transaction.execute(statement).all())


def of(transaction: sa.Connection, connection: str, id_: str) -> QuarantineEntry | None:
    """Return what is in quarantine of a ticket, None where it is not."""
    its = (quarantine.c.connection == connection, quarantine.c.ticket == id_)
    return next(iter(_entries(transaction, sa.select(*_columns()).where(*its))), None)


def listed(transaction: sa.Connection, limit: int | None = None) -> list[QuarantineEntry]:
    """Return what is in quarantine, the latest first."""
    order = (quarantine.c.last_at.desc(), quarantine.c.connection, quarantine.c.key, quarantine.c.ticket)
    return _entries(transaction, sa.select(*_columns()).order_by(*order).limit(limit))


def _columns() -> list[sa.ColumnElement[Any]]:
    """Return the columns of an entry; its key is the one that is known, where any is."""
    others = [column for column in quarantine.c if column.name not in ("ticket", "key")]
    known = sa.select(ticket.c.key).where(
        ticket.c.connection == quarantine.c.connection, ticket.c.id == quarantine.c.ticket
    )
    key = sa.func.coalesce(known.scalar_subquery(), quarantine.c.key).label("key")
    return [quarantine.c.ticket.label("id"), key, *others]


def _entries(transaction: sa.Connection, statement: sa.Select[Any]) -> list[QuarantineEntry]:
    return [QuarantineEntry(**row) for row in transaction.execute(statement).mappings()]


def _values(
    transaction: Transaction, wanted: tuple[sa.Column[str], sa.Column[Any]], ids: Collection[str]
) -> dict[str, Any]:
    """Return one column of a connection's rows by another."""
    found: dict[str, Any] = {}
    for part in _parts(ids):
        statement = sa.select(*wanted).where(transaction.owns(wanted[0].table), wanted[0].in_(part))
        found.update(transaction.sql.execute(statement).all())
    return found


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
