"""The tickets that state knows: native, with what they came to and what they were told."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from connectors.interface import NativeTicket, Page
from slabridge.state import codec
from slabridge.state.database import upsert
from slabridge.state.schema import connection as connection_table
from slabridge.state.schema import outbox, ticket
from slabridge.ticket.observed import observed

_IDS_AT_ONCE = 500

AT_ONCE = 5_000
"""Tickets to be read that are named at a time: of a million, not all ids are in memory."""

_KNOWN = (ticket.c.payload, ticket.c.told, ticket.c.pulled_in, ticket.c.results, ticket.c.read_at)


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket of the state: `told` is what we last wrote into its fields.

    The run `pulled_in` read it last; the tool's clock then said `read_at`. `results` are those of its last evaluation,
    as `slabridge.ticket.kept.row_of` gave them.
    """

    native: NativeTicket
    told: Mapping[str, str | None]
    pulled_in: int
    results: Sequence[Mapping[str, Any]] = ()
    read_at: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an evaluation came to: whether a cycle is open, when time alone changes something, and the results."""

    id: str
    is_open: bool
    next_change_at: int | None
    results: Sequence[Mapping[str, Any]]


class Due(NamedTuple):
    """A ticket, and the instant, ms UTC, at which time alone changes its status."""

    at: int
    id: str


FIRST = Due(0, "")
"""Before all tickets."""


def save(transaction: sa.Connection, connection: str, page: Page, run: int, as_of: int) -> int:
    """Keep a page of tickets, read by a run that began at `as_of`; return how many are new or differ from before.

    What is gone is for `lose`.
    """
    encoded = {native.id: (native, *codec.encode(native)) for native in page.tickets}
    same: set[str] = set()
    for row in _stored(transaction, connection, encoded):
        native, _, digest = encoded[row.id]
        if row.digest != digest:
            before = codec.decode(row.payload)
            native = observed(before, native, row.read_at or 0, as_of)
            encoded[row.id] = (native, *codec.encode(native))
        if row.digest == encoded[row.id][2] and not row.gone:
            same.add(row.id)
    rows = [
        {
            "connection": connection,
            "id": identity,
            "key": native.key,
            "payload": payload,
            "digest": digest,
            "pulled_in": run,
            "read_at": as_of,
            "gone": False,
            "pending": True,
        }
        for identity, (native, payload, digest) in encoded.items()
        if identity not in same
    ]
    # A ticket that is pending stays so: the same content may come twice before it is evaluated.
    upsert(transaction, ticket, rows)
    _update(transaction, connection, same, {"pulled_in": run, "read_at": as_of, "gone": False})
    return len(rows)


def lose(transaction: sa.Connection, connection: str, ids: Collection[str]) -> int:
    """Leave tickets alone that the tool has no more, or hides from us; return how many of them were there before."""
    there = sum(len(_ids(transaction, connection, ticket.c.id.in_(part))) for part in _parts(ids))
    _update(transaction, connection, ids, {"gone": True, "pending": False, "next_change_at": None})
    return there


def open_ids(transaction: sa.Connection, connection: str, after: str = "", limit: int | None = None) -> list[str]:
    """Return the next ids of tickets with an open cycle, in order."""
    return _ids(transaction, connection, ticket.c.is_open, ticket.c.id > after, limit=limit)


def unread(
    transaction: sa.Connection, connection: str, run: int, after: str = "", limit: int | None = None
) -> list[str]:
    """Return the next ids of tickets with an open cycle that this run has not read, in order, lost ones too."""
    statement = sa.select(ticket.c.id).where(
        ticket.c.connection == connection, ticket.c.is_open, ticket.c.pulled_in != run, ticket.c.id > after
    )
    return list(transaction.scalars(statement.order_by(ticket.c.id).limit(limit)))


def to_reread(transaction: sa.Connection, connection: str, as_of: int, run: int, after: Due = FIRST) -> list[Due]:
    """Return the next tickets whose status time alone has changed by `as_of`, and that this run has not read."""
    place = (ticket.c.next_change_at, ticket.c.id)
    statement = sa.select(*place).where(
        ticket.c.connection == connection,
        ~ticket.c.gone,
        ticket.c.next_change_at <= as_of,
        sa.tuple_(*place) > after,
        ticket.c.pulled_in != run,
    )
    return [Due(*row) for row in transaction.execute(statement.order_by(*place).limit(AT_ONCE))]


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
        sa.select(*_KNOWN)
        .where(ticket.c.connection == connection, ticket.c.pending, ticket.c.id > after)
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return [_known(row) for row in rows]


def load(transaction: sa.Connection, connection: str, ids: Collection[str]) -> list[Known]:
    """Return those of these tickets that the tool still has, ordered by id."""
    return [
        _known(row)
        for part in _parts(sorted(ids))
        for row in transaction.execute(
            sa.select(*_KNOWN)
            .where(ticket.c.connection == connection, ticket.c.id.in_(part), ~ticket.c.gone)
            .order_by(ticket.c.id)
        )
    ]


def judged_before(transaction: sa.Connection, connection: str, after: str, limit: int) -> list[Known]:
    """Return the next tickets that were evaluated before, ordered by id."""
    rows = transaction.execute(
        sa.select(*_KNOWN)
        .where(ticket.c.connection == connection, ticket.c.results.is_not(None), ticket.c.id > after)
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return [_known(row) for row in rows]


def find(transaction: sa.Connection, key: str) -> Iterator[tuple[str, Known]]:
    """Yield (connection, ticket) for a key or id, in all connections."""
    statement = sa.select(ticket.c.connection, ticket.c.id, *_KNOWN)
    by_id = (ticket.c.id == key, ticket.c.connection.in_(sa.select(connection_table.c.name)))
    found = {}
    for conditions in ((ticket.c.key == key,), by_id):  # each by its index
        for row in transaction.execute(statement.where(*conditions)):
            found[row.connection, row.id] = _known(row)
    for (connection, _), known in sorted(found.items()):
        yield connection, known


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


def adopt(transaction: sa.Connection, connection: str, known: Known, fields: Mapping[str, str | None]) -> None:
    """Record that these fields of a ticket hold what we told, whoever wrote it."""
    told = json.dumps({**known.told, **fields}, sort_keys=True)
    _update(transaction, connection, [known.native.id], {"told": told})


def wrote(transaction: sa.Connection, connection: str, known: Known, fields: Mapping[str, str | None]) -> None:
    """Record that we set these fields of a ticket, in what we told and in what the tool now holds."""
    native = known.native
    payload, digest = codec.encode(replace(native, written={**native.written, **fields}))
    told = json.dumps({**known.told, **fields}, sort_keys=True)
    _update(transaction, connection, [native.id], {"payload": payload, "digest": digest, "told": told})


def _known(row: sa.Row[*tuple[Any, ...]]) -> Known:
    results = () if row.results is None else codec.unpack(row.results)
    return Known(codec.decode(row.payload), json.loads(row.told), row.pulled_in, results, row.read_at or 0)


def _ids(
    transaction: sa.Connection, connection: str, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> list[str]:
    statement = sa.select(ticket.c.id).where(ticket.c.connection == connection, ~ticket.c.gone, *conditions)
    return list(transaction.scalars(statement.order_by(ticket.c.id).limit(limit)))


def _stored(transaction: sa.Connection, connection: str, ids: Collection[str]) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    columns = (ticket.c.id, ticket.c.digest, ticket.c.payload, ticket.c.read_at, ticket.c.gone)
    for part in _parts(ids):
        statement = sa.select(*columns).where(ticket.c.connection == connection, ticket.c.id.in_(part))
        yield from transaction.execute(statement).all()


def _update(transaction: sa.Connection, connection: str, ids: Collection[str], values: Mapping[str, Any]) -> None:
    for part in _parts(ids):
        statement = sa.update(ticket).where(ticket.c.connection == connection, ticket.c.id.in_(part))
        transaction.execute(statement.values(**values))


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = list(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
