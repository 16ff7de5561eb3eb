"""The tickets that state knows: native, with what they came to and what they were told."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.interface import NativeTicket, Page
from slabridge.state import codec
from slabridge.state.database import upsert
from slabridge.state.schema import outbox, ticket

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket of the state: `told` is what we last wrote into its fields."""

    native: NativeTicket
    told: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an evaluation came to: whether a cycle is open, when time alone changes something, and the results."""

    id: str
    is_open: bool
    next_change_at: int | None
    results: Sequence[Mapping[str, Any]]


def save(transaction: sa.Connection, connection: str, page: Page, run: int) -> int:
    """Keep a page of tickets; return how many are new or differ from what was known."""
    encoded = {native.id: (native, *codec.encode(native)) for native in page.tickets}
    known = dict(_digests(transaction, connection, encoded))
    rows, changed = [], 0
    for identity, (native, payload, digest) in encoded.items():
        fresh = known.get(identity) != digest
        changed += fresh
        row = {"connection": connection, "id": identity, "key": native.key, "payload": payload, "digest": digest}
        rows.append({**row, "pulled_in": run, "gone": False, "pending": fresh})
    # A ticket that is pending stays so: the same content may come twice before it is evaluated.
    upsert(transaction, ticket, [row for row in rows if row["pending"]])
    same = [identity for identity, (_, _, digest) in encoded.items() if known.get(identity) == digest]
    _update(transaction, connection, same, {"pulled_in": run, "gone": False})
    _update(transaction, connection, list(page.gone), {"gone": True, "pending": False, "next_change_at": None})
    return changed


def open_ids(transaction: sa.Connection, connection: str) -> list[str]:
    """Return the ids of tickets with an open cycle."""
    return _ids(transaction, connection, ticket.c.is_open)


def to_reread(transaction: sa.Connection, connection: str, as_of: int, run: int) -> list[str]:
    """Return the ids of tickets whose status time alone has changed by `as_of`, and that this run has not read."""
    return _ids(transaction, connection, ticket.c.next_change_at <= as_of, ticket.c.pulled_in != run)


def followed(transaction: sa.Connection, connection: str, ids: Collection[str], run: int) -> list[str]:
    """Return those of `ids` that are known with an open cycle, and that this run has not read."""
    return [
        identity
        for part in _parts(ids)
        for identity in _ids(
            transaction, connection, ticket.c.id.in_(part), ticket.c.is_open, ticket.c.pulled_in != run
        )
    ]


def mark_pending(transaction: sa.Connection, connection: str, ids: Collection[str] | None = None) -> None:
    """Let tickets (None: all of the connection) be evaluated anew."""
    if ids is None:
        statement = sa.update(ticket).where(ticket.c.connection == connection, ~ticket.c.gone)
        transaction.execute(statement.values(pending=True))
    else:
        _update(transaction, connection, ids, {"pending": True})


def mark_due(transaction: sa.Connection, connection: str, as_of: int) -> None:
    """Let tickets whose status time alone has changed by `as_of` be evaluated."""
    statement = sa.update(ticket).where(ticket.c.connection == connection, ticket.c.next_change_at <= as_of)
    transaction.execute(statement.values(pending=True))


def pending(transaction: sa.Connection, connection: str, after: str, limit: int) -> list[Known]:
    """Return the next tickets to evaluate, ordered by id."""
    rows = transaction.execute(
        sa.select(ticket.c.payload, ticket.c.told)
        .where(ticket.c.connection == connection, ticket.c.pending, ticket.c.id > after)
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return [_known(row.payload, row.told) for row in rows]


def find(transaction: sa.Connection, key: str) -> Iterator[tuple[str, Known]]:
    """Yield (connection, ticket) for a key or id, in all connections."""
    rows = transaction.execute(
        sa.select(ticket.c.connection, ticket.c.payload, ticket.c.told)
        .where((ticket.c.key == key) | (ticket.c.id == key))
        .order_by(ticket.c.connection)
    )
    for row in rows:
        yield row.connection, _known(row.payload, row.told)


def most_told(transaction: sa.Connection, connection: str) -> str:
    """Return the id of the ticket that was told most about.

    Raises:
        LookupError: nothing was told yet.
    """
    found = transaction.scalar(
        sa.select(outbox.c.ticket)
        .where(outbox.c.connection == connection)
        .group_by(outbox.c.ticket)
        .order_by(sa.func.count().desc(), outbox.c.ticket)
        .limit(1)
    )
    if found is None:
        raise LookupError(f"nothing was told through {connection!r} yet")
    return str(found)


def judged(transaction: sa.Connection, connection: str, as_of: int, judgements: Iterable[Judgement]) -> None:
    """Record evaluations; the tickets stay pending until they are settled."""
    statement = (
        sa.update(ticket)
        .where(ticket.c.connection == connection, ticket.c.id == sa.bindparam("the_id"))
        .values(
            is_open=sa.bindparam("open_now"),
            next_change_at=sa.bindparam("next_at"),
            results=sa.bindparam("packed"),
            as_of=as_of,
        )
    )
    rows = [
        {
            "the_id": j.id,
            "open_now": j.is_open,
            "next_at": j.next_change_at,
            "packed": codec.pack(j.results),
        }
        for j in judgements
    ]
    if rows:
        transaction.execute(statement, rows)


def settle(transaction: sa.Connection, connection: str, ids: Collection[str]) -> None:
    """Record that all was done for these tickets; they are no longer pending."""
    _update(transaction, connection, ids, {"pending": False})


def wrote(transaction: sa.Connection, connection: str, known: Known, fields: Mapping[str, str | None]) -> None:
    """Record that we set these fields of a ticket, in what we told and in what the tool now holds."""
    native = known.native
    payload, digest = codec.encode(
        NativeTicket(
            native.id,
            native.key,
            native.created,
            native.updated,
            native.fields,
            native.history,
            native.comments,
            {**native.written, **fields},
        )
    )
    told = json.dumps({**known.told, **fields}, sort_keys=True)
    _update(transaction, connection, [native.id], {"payload": payload, "digest": digest, "told": told})


def counts(transaction: sa.Connection) -> dict[str, tuple[int, int, int]]:
    """Return known, open and pending tickets per connection."""
    rows = transaction.execute(
        sa.select(
            ticket.c.connection,
            sa.func.count(),
            sa.func.sum(sa.case((ticket.c.is_open, 1), else_=0)),
            sa.func.sum(sa.case((ticket.c.pending, 1), else_=0)),
        ).group_by(ticket.c.connection)
    )
    return {name: (known, opened, waiting) for name, known, opened, waiting in rows}


def _known(payload: bytes, told: str) -> Known:
    return Known(codec.decode(payload), json.loads(told))


def _ids(transaction: sa.Connection, connection: str, *conditions: sa.ColumnElement[bool]) -> list[str]:
    statement = sa.select(ticket.c.id).where(ticket.c.connection == connection, ~ticket.c.gone, *conditions)
    return list(transaction.scalars(statement.order_by(ticket.c.id)))


def _digests(transaction: sa.Connection, connection: str, ids: Collection[str]) -> Iterator[tuple[str, str]]:
    for part in _parts(ids):
        statement = sa.select(ticket.c.id, ticket.c.digest).where(ticket.c.connection == connection)
        for row in transaction.execute(statement.where(ticket.c.id.in_(part))):
            yield row.id, row.digest


def _update(transaction: sa.Connection, connection: str, ids: Collection[str], values: Mapping[str, Any]) -> None:
    for part in _parts(ids):
        statement = sa.update(ticket).where(ticket.c.connection == connection, ticket.c.id.in_(part))
        transaction.execute(statement.values(**values))


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = list(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
