"""The tickets that the state knows: as the tool has them, what they came to, and what was written on them."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from connectors.interface import NativeTicket, with_ids_of_doubles
from sla_engine import Result
from slabridge.state import codec, results
from slabridge.state.codec import Encoded
from slabridge.state.database import execute_many, upsert, upsert_many
from slabridge.state.schema import connection as connection_table
from slabridge.state.schema import former_key, outbox, ticket
from slabridge.state.text import storable
from slabridge.state.transaction import Transaction, in_parts
from slabridge.state.trouble import Damaged
from slabridge.ticket.known import Evaluated, Known

AT_ONCE = 5_000
"""Tickets to be read that are named at a time: of a million, not all ids are in memory."""

_FORGOTTEN = ""
"""As a digest: what is stored is damaged, and counts for nothing until the ticket was read anew."""

_KNOWN = (
    ticket.c.id,
    ticket.c.key,
    ticket.c.payload,
    ticket.c.last_written,
    ticket.c.pulled_in,
    ticket.c.read_at,
    ticket.c.only_linked,
    ticket.c.changed_in,
    ticket.c.wake_at,
    ticket.c.as_of,
    ticket.c.judged_in,
    ticket.c.timeline,
)

_SAVED = ("connection", "id", "key", "payload", "digest", "pulled_in", "read_at", "gone", "pending", "changed_in")
_JUDGED = ("is_open", "wake_at", "quiet_since", "as_of", "judged_in")


class Stored(NamedTuple):
    """A ticket as it was last read; the tool's clock then said `read_at`."""

    payload: bytes
    digest: str
    read_at: int
    gone: bool
    changed_in: int

    @property
    def native(self) -> NativeTicket:
        """The ticket itself."""
        return codec.decode(self.payload)


class Waiting(NamedTuple):
    """Tickets to evaluate, ids of those whose stored form is damaged, and the last id of all ("": there is none)."""

    known: list[Known]
    damaged: list[str]
    last: str


class Natives(NamedTuple):
    """Tickets as last read, but those whose stored form is damaged, and the last id of all ("": there is none)."""

    natives: list[NativeTicket]
    last: str


class Stirred(NamedTuple):
    """A ticket, and since when nothing has happened to it, ms UTC; None while a cycle is open."""

    native: NativeTicket
    quiet_since: int | None


def stored(transaction: Transaction, ids: Collection[str]) -> dict[str, Stored]:
    """Return these tickets as they were last read, by id; unknown ones are left out."""
    columns = (ticket.c.id, ticket.c.payload, ticket.c.digest, ticket.c.read_at, ticket.c.gone, ticket.c.changed_in)
    return {
        identity: Stored(payload, digest, read_at or 0, gone, changed_in)
        for part in in_parts(ids)
        for identity, payload, digest, read_at, gone, changed_in in transaction.sql.execute(
            sa.select(*columns).where(transaction.owns(ticket), ticket.c.id.in_(part), ticket.c.digest != _FORGOTTEN)
        )
    }


def save(  # noqa: PLR0913 - what is kept of tickets that were read
    transaction: Transaction,
    read: Iterable[Encoded],
    before: Mapping[str, Stored],
    run: int,
    as_of: int,
    *,
    ours: Collection[str] = (),
    judged: Sequence[Evaluated] = (),
) -> int:
    """Keep tickets read by a run that began at `as_of`; return how many are new or differ from `before`.

    Those of the ids `ours` differ by nothing but what we wrote ourselves. Of those `judged` by this run, which are new,
    everything is done; all others are pending.
    """
    done = {one.id: one for one in judged}
    same = []
    waiting: list[tuple[Any, ...]] = []
    finished: list[tuple[Any, ...]] = []
    connection = storable(transaction.connection)
    former: list[tuple[NativeTicket, str]] = []
    for native, payload, digest in read:
        known = before.get(native.id)
        if known is not None and known.digest == digest and not known.gone:
            same.append(native.id)
            continue
        former += [(native, key) for key in native.keys]
        its = done.get(native.id)
        changed_in = known.changed_in if known is not None and native.id in ours else run
        names = storable(native.id), storable(native.key)
        row = (connection, *names, payload, digest, run, as_of, False, its is None, changed_in)
        if its is None:
            waiting.append(row)
        else:
            quiet_since = its.quiet_since
            finished.append((*row, quiet_since is None, its.wake_at, quiet_since, as_of, run or None))
    # A ticket that is pending stays so: the same content may come twice before it is evaluated.
    upsert_many(transaction.sql, ticket, _SAVED, waiting)
    upsert_many(transaction.sql, ticket, (*_SAVED, *_JUDGED), finished)
    results.put(transaction, {one.id: one.results for one in sorted(judged, key=lambda one: one.id)}, ())
    earlier = ({"connection": transaction.connection, "key": key, "ticket": native.id} for native, key in former)
    upsert(transaction.sql, former_key, list(earlier))
    _update(transaction, same, {"pulled_in": run, "read_at": as_of, "gone": False})
    return len(waiting) + len(finished)


def lose(transaction: Transaction, ids: Collection[str]) -> list[str]:
    """Leave tickets alone that the tool has no more, or hides from us; return those of them that were there before."""
    there = [id_ for part in in_parts(ids) for id_ in _there(transaction, part)]
    quiet_since = sa.func.coalesce(ticket.c.quiet_since, ticket.c.read_at)
    _update(transaction, ids, {"gone": True, "pending": False, "wake_at": None, "quiet_since": quiet_since})
    return there


def mark_all_pending(transaction: Transaction) -> int:
    """Let all tickets of the connection be evaluated anew; return how many they are."""
    statement = sa.update(ticket).where(transaction.owns(ticket), ~ticket.c.gone)
    return transaction.sql.execute(statement.values(pending=True)).rowcount


def forget_judgements(transaction: Transaction) -> None:
    """Let all tickets of the connection be as if none had been evaluated yet."""
    results.forget(transaction)
    nothing = dict.fromkeys(_JUDGED) | {"is_open": False, "pending": ~ticket.c.gone}
    transaction.sql.execute(sa.update(ticket).where(transaction.owns(ticket)).values(**nothing))


def mark_pending(transaction: Transaction, ids: Collection[str]) -> None:
    """Let tickets be evaluated anew."""
    _update(transaction, ids, {"pending": True})


def pending(transaction: Transaction, after: str, limit: int) -> Waiting:
    """Return the next tickets to evaluate, ordered by id; what is damaged is forgotten, and waits to be read anew."""
    rows = transaction.sql.execute(
        sa.select(*_KNOWN)
        .where(transaction.owns(ticket), ticket.c.pending, ticket.c.id > after)
        .order_by(ticket.c.id)
        .limit(limit)
    ).all()
    known: list[Known] = []
    damaged: list[str] = []
    came_to = results.of(transaction, {row.id: row.key for row in rows if row.as_of is not None})
    for row in rows:
        try:
            known.append(_known(row, came_to))
        except Damaged:
            damaged.append(row.id)
    _update(transaction, damaged, {"digest": _FORGOTTEN})
    return Waiting(known, damaged, rows[-1].id if rows else "")


def natives(transaction: Transaction, after: str, until: str | None = None) -> Natives:
    """Return the next tickets as they were last read, ordered by id; none beyond `until`."""
    rows = transaction.sql.execute(
        sa.select(ticket.c.id, ticket.c.payload)
        .where(transaction.owns(ticket), *_between(after, until))
        .order_by(ticket.c.id)
        .limit(AT_ONCE)
    ).all()
    found = []
    for row in rows:
        with suppress(Damaged):  # the next run that judges it reads it anew
            found.append(codec.decode(row.payload))
    return Natives(found, rows[-1].id if rows else "")


def load(transaction: Transaction, ids: Collection[str]) -> list[Known]:
    """Return those of these tickets that the tool still has, ordered by id."""
    rows = _rows(transaction, ids)
    came_to = results.of(transaction, {row.id: row.key for row in rows})
    return [_known(row, came_to) for row in rows]


def readable(transaction: Transaction, ids: Collection[str]) -> list[Known]:
    """Return the same, without those whose stored form is damaged."""
    found = []
    rows = _rows(transaction, ids)
    came_to = results.of(transaction, {row.id: row.key for row in rows})
    for row in rows:
        with suppress(Damaged):  # the next run that judges it reads it anew
            found.append(_known(row, came_to))
    return found


def _rows(transaction: Transaction, ids: Collection[str]) -> list[sa.Row[*tuple[Any, ...]]]:
    rows: list[sa.Row[*tuple[Any, ...]]] = []
    for part in in_parts(sorted(ids)):
        wanted = sa.select(*_KNOWN).where(transaction.owns(ticket), ticket.c.id.in_(part), ~ticket.c.gone)
        rows += transaction.sql.execute(wanted.order_by(ticket.c.id)).all()
    return rows


def judged_before(transaction: Transaction, after: str, limit: int, until: str | None = None) -> list[Known]:
    """Return the next tickets that were evaluated before, ordered by id; none beyond `until`."""
    rows = transaction.sql.execute(
        sa.select(*_KNOWN)
        .where(transaction.owns(ticket), ticket.c.as_of.is_not(None), *_between(after, until))
        .order_by(ticket.c.id)
        .limit(limit)
    ).all()
    came_to = results.of(transaction, {row.id: row.key for row in rows})
    return [_known(row, came_to) for row in rows]


def not_quiet(transaction: Transaction, after: str, limit: int, since: int, until: str | None = None) -> list[Stirred]:
    """Return the next tickets that were evaluated and to which anything happened since (ms UTC), ordered by id.

    None is beyond the id `until`.
    """
    rows = transaction.sql.execute(
        sa.select(ticket.c.id, ticket.c.key, ticket.c.payload, ticket.c.quiet_since)
        .where(transaction.owns(ticket), ticket.c.as_of.is_not(None), *_between(after, until))
        .where(ticket.c.is_open | (ticket.c.quiet_since >= since))
        .order_by(ticket.c.id)
        .limit(limit)
    ).all()
    return [Stirred(_native(row), row.quiet_since) for row in rows]


def _between(after: str, until: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    return (ticket.c.id > after,) if until is None else (ticket.c.id > after, ticket.c.id <= until)


def find(transaction: sa.Connection, key: str) -> Iterator[tuple[str, Known]]:
    """Yield (connection, ticket) for a key or id, in all connections."""
    statement = sa.select(ticket.c.connection, *_KNOWN)
    by_id = (ticket.c.id == key, ticket.c.connection.in_(sa.select(connection_table.c.name)))
    found = {}
    for conditions in ((ticket.c.key == key,), by_id):  # each by its index
        for row in transaction.execute(statement.where(*conditions)):
            came_to = results.of(Transaction(transaction, row.connection), {row.id: row.key})
            found[row.connection, row.id] = _known(row, came_to)
    for (connection, _), known in sorted(found.items()):
        yield connection, known


def gone(transaction: Transaction, ids: Collection[str]) -> set[str]:
    """Return those of these tickets that the tool has no more, or hides from us."""
    columns = sa.select(ticket.c.id).where(transaction.owns(ticket), ticket.c.gone)
    return {id_ for part in in_parts(ids) for id_ in transaction.sql.scalars(columns.where(ticket.c.id.in_(part)))}


def most_commented(transaction: Transaction) -> str:
    """Return the id of the ticket with most comments of ours.

    Raises:
        LookupError: none was posted yet.
    """
    found = transaction.sql.scalar(
        sa.select(outbox.c.ticket)
        .where(transaction.owns(outbox))
        .group_by(outbox.c.ticket)
        .order_by(sa.func.count().desc(), outbox.c.ticket)
        .limit(1)
    )
    if found is None:
        raise LookupError(f"no comment was posted through {transaction.connection!r} yet")
    return str(found)


def evaluated(transaction: Transaction, as_of: int, found: Sequence[Evaluated], run: int | None = None) -> None:
    """Record evaluations, by a run or by none; the tickets stay pending until they are settled."""
    connection = storable(transaction.connection)
    if found:
        execute_many(
            transaction.sql,
            "UPDATE ticket SET is_open = ?, wake_at = ?, quiet_since = ?, as_of = ?, "
            "judged_in = COALESCE(?, judged_in) WHERE connection = ? AND id = ?",
            [(one.is_open, one.wake_at, one.quiet_since, as_of, run, connection, storable(one.id)) for one in found],
        )
        results.put(transaction, {one.id: one.results for one in found}, {one.id for one in found if one.again})


def settle(transaction: Transaction, ids: Collection[str]) -> None:
    """Record that all was done for these tickets; they are no longer pending."""
    _update(transaction, ids, {"pending": False})


def adopt(transaction: Transaction, known: Known, fields: Mapping[str, str | None]) -> None:
    """Record that these fields of a ticket hold what is ours, whoever wrote it."""
    _update(transaction, [known.id], {"last_written": json.dumps({**known.last_written, **fields}, sort_keys=True)})


def wrote(
    transaction: Transaction, known: Known, fields: Mapping[str, str | None], not_ours: Collection[str] = ()
) -> None:
    """Record that we set these fields of a ticket, in what we last wrote and in what the tool now holds.

    Those `not_ours` hold what somebody else had there, and what we wrote there before is forgotten.
    """
    native = known.native
    remembered = native.ours.difference(not_ours)
    _, payload, digest = codec.encode(replace(native, written={**native.written, **fields}, ours=remembered))
    ours = {name: value for name, value in {**known.last_written, **fields}.items() if name not in not_ours}
    last_written = json.dumps(ours, sort_keys=True)
    statement = "UPDATE ticket SET payload = ?, digest = ?, last_written = ? WHERE connection = ? AND id = ?"
    row = (payload, digest, last_written, transaction.connection, native.id)
    execute_many(transaction.sql, statement, [tuple(map(storable, row))])


def linked(transaction: Transaction, identity: str, page: str) -> None:
    """Record where our link on a ticket leads."""
    _update(transaction, [identity], {"timeline": page})


def deleted(transaction: Transaction, identity: str, comment: str) -> None:
    """Record that a comment of ours, whose markers stood on the ticket once more, is not there any more."""
    for known in load(transaction, [identity]):
        left = [one for one in known.native.comments if one.id != comment]
        _, payload, digest = codec.encode(replace(known.native, comments=with_ids_of_doubles(left)))
        _update(transaction, [identity], {"payload": payload, "digest": digest})


def _known(row: sa.Row[*tuple[Any, ...]], came_to: Mapping[str, Sequence[Result]]) -> Known:
    """Return a ticket of the state.

    Raises:
        Damaged: a part of it is not as it was.
    """
    last_written, native = codec.decode_fields(row.last_written), _native(row)
    results = came_to.get(row.id, ())
    read_at, wake_at = row.read_at or 0, row.wake_at
    return Known(
        native,
        last_written,
        row.pulled_in,
        results,
        read_at,
        row.only_linked,
        row.changed_in,
        wake_at,
        row.as_of,
        row.judged_in,
        row.timeline,
    )


def _native(row: sa.Row[*tuple[Any, ...]]) -> NativeTicket:
    try:
        return codec.decode(row.payload)
    except Damaged as error:
        raise Damaged(
            f"what the state holds of {row.key} is damaged ({error}); the next run that judges it reads it anew"
        ) from error


def _there(transaction: Transaction, ids: Sequence[str]) -> Sequence[str]:
    """Return those of these tickets that the tool still has, in order of their ids."""
    mine = (transaction.owns(ticket), ~ticket.c.gone, ticket.c.id.in_(ids))
    return transaction.sql.scalars(sa.select(ticket.c.id).where(*mine).order_by(ticket.c.id)).all()


def _update(transaction: Transaction, ids: Collection[str], values: Mapping[str, Any]) -> None:
    for part in in_parts(ids):
        statement = sa.update(ticket).where(transaction.owns(ticket), ticket.c.id.in_(part))
        transaction.sql.execute(statement.values(**values))
