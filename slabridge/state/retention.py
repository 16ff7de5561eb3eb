"""What is kept no longer: tickets that ended long ago, but for what they came to (docs/privacy.md, "What is over")."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from sla_engine import Result
from slabridge.state import codec, outbox
from slabridge.state.results import DIMENSIONS
from slabridge.state.schema import (
    connection,
    former_key,
    link,
    notification,
    quarantine,
    replaced,
    report,
    result,
    seen_value,
    ticket,
)
from slabridge.state.schema import outbox as comments
from slabridge.state.transaction import Transaction, in_parts
from slabridge.state.trouble import Damaged
from slabridge.ticket.reported import Reported, month_of
from slabridge.ticket.values import values_of

AT_ONCE = 500
"""Tickets of a transaction."""

PURGED: Final = "purged-"
"""With this the ticket of a result begins whose own is kept no longer; behind it stands a random number."""

Place = tuple[int, str]
"""Since when nothing has happened to a ticket, ms UTC, and its id."""

FIRST: Place = (0, "")
"""Before all tickets."""

_WAITING = ("waiting", "sending")
"""States of messages that are still to be sent, or of which nobody knows."""


@dataclass(frozen=True, slots=True)
class Over:
    """A ticket to which nothing has happened for long: when it was read, ms UTC, and the months in which it counts."""

    id: str
    read_at: int
    months: frozenset[str]


def issued(sql: sa.Connection) -> Reported:
    """Return of which months reports are issued."""
    return Reported(sql.execute(sa.select(report.c.period, report.c.about).distinct()).all())


def over(
    transaction: Transaction,
    before: int,
    zones: Collection[str],
    after: Place = FIRST,
    spans: Sequence[tuple[int, int]] | None = None,
) -> tuple[list[Over], Place | None]:
    """Return the next tickets to which nothing happened since `before` (ms UTC), and the last one's place, or None.

    With `spans` ([start, end), ms UTC) only those are looked at to which it happened within one of these. Left out is
    what waits to be judged, written or posted, and what is linked with a ticket that has an open cycle. One that is
    gone was over when it was last read.
    """
    place = (ticket.c.quiet_since, ticket.c.id)
    statement = sa.select(*place, ticket.c.read_at, ticket.c.payload).where(
        transaction.owns(ticket),
        sa.tuple_(*place) > after,
        ticket.c.quiet_since < before,
        ~ticket.c.is_open | ticket.c.gone,
        ~ticket.c.pending,
        ~_waits(),
        ~_linked_with_open(),
    )
    if spans is not None:
        quiet = ticket.c.quiet_since
        statement = statement.where(sa.or_(sa.false(), *((quiet >= start) & (quiet < end) for start, end in spans)))
    rows = transaction.sql.execute(statement.order_by(*place).limit(AT_ONCE)).all()
    instants: dict[str, list[int]] = {row.id: _created(row.payload) for row in rows}
    columns = (result.c.ticket, result.c.started_at, result.c.stopped_at, result.c.breached_at)
    for part in in_parts(instants):
        wanted = sa.select(*columns).where(transaction.owns(result), result.c.ticket.in_(part))
        for id_, *found in transaction.sql.execute(wanted):
            instants[id_] += [at for at in found if at is not None]
    months = {id_: frozenset(month_of(at, zone) for at in held for zone in zones) for id_, held in instants.items()}
    found = [Over(row.id, row.read_at or 0, months[row.id]) for row in rows]
    return found, (rows[-1].quiet_since, rows[-1].id) if rows else None


def purge(transaction: Transaction, ids: Sequence[str], people: Collection[str]) -> None:
    """Delete tickets with all that is known of them, but for what they came to, which names neither them nor people.

    `people` are canonical fields that hold people. Cycles that never ended are deleted with their tickets.
    """
    if transaction.sql.dialect.name == "sqlite":  # else what is deleted stands in the file until it is overwritten
        transaction.sql.exec_driver_sql("PRAGMA secure_delete=ON")
    _uncount(transaction, ids)
    _hide_results(transaction, ids, people)
    for part in in_parts(ids):
        for table in (former_key, link, comments, quarantine, replaced, notification):
            transaction.sql.execute(sa.delete(table).where(transaction.owns(table), table.c.ticket.in_(part)))
        transaction.sql.execute(sa.delete(ticket).where(transaction.owns(ticket), ticket.c.id.in_(part)))


def count_once(transaction: Transaction, came_back: Iterable[Result]) -> None:
    """Delete what tickets came to that were purged and have come back: it stands there once more under their ids."""
    for one in came_back:
        same = {
            result.c.agreement: one.agreement,
            result.c.objective: one.objective,
            result.c.cycle: one.cycle,
            result.c.started_at: one.started_at,
            result.c.stopped_at: one.stopped_at,
        }
        mine = (transaction.owns(result), _is_purged(), *(column == value for column, value in same.items()))
        found = transaction.sql.scalar(sa.select(result.c.ticket).where(*mine).limit(1))
        if found is not None:
            transaction.sql.execute(sa.delete(result).where(*mine, result.c.ticket == found))


def purged_in(sql: sa.Connection, start: int, end: int) -> int:
    """Return how many tickets with a cycle in [start, end), ms UTC, are kept no longer."""
    by_key = result.c.connection.in_(sa.select(connection.c.name))  # else all results are looked through
    within = (result.c.started_at < end, result.c.stopped_at >= start)
    return sql.scalar(sa.select(sa.func.count(result.c.ticket.distinct())).where(by_key, _is_purged(), *within)) or 0


def waiting(sql: sa.Connection, before: Mapping[str, int], zones: Collection[str]) -> Counter[str]:
    """Count the tickets of connections that are over since `before` (ms UTC), by the report that they wait for."""
    reports, found = issued(sql), Counter[str]()
    for name, instant in before.items():
        after: Place | None = FIRST
        while after is not None:
            part, after = over(Transaction(sql, name), instant, zones, after)
            found.update(lacking for one in part if (lacking := reports.lacking(one.months)) is not None)
    return found


def _created(payload: bytes) -> list[int]:
    with suppress(Damaged):  # then its results say when it was
        return [codec.decode(payload).created]
    return []


def _waits() -> sa.ColumnElement[bool]:
    unsent = comments.c.state.in_((outbox.SENDING, outbox.HELD))
    of_comment = (comments.c.connection == ticket.c.connection) & (comments.c.ticket == ticket.c.id)
    of_message = (notification.c.connection == ticket.c.connection) & (notification.c.ticket == ticket.c.id)
    return sa.exists().where(of_comment, unsent) | sa.exists().where(of_message, notification.c.state.in_(_WAITING))


def _linked_with_open() -> sa.ColumnElement[bool]:
    other = ticket.alias("other")
    named = (link.c.other_connection == ticket.c.connection) & (link.c.other == ticket.c.id)
    naming = (link.c.connection == ticket.c.connection) & (link.c.ticket == ticket.c.id)
    by_it = (other.c.connection == link.c.connection) & (other.c.id == link.c.ticket)
    it = (other.c.connection == link.c.other_connection) & (other.c.id == link.c.other)
    is_open = other.c.is_open & ~other.c.gone
    return sa.exists().where(named, by_it, is_open) | sa.exists().where(naming, it, is_open)


def _uncount(transaction: Transaction, ids: Sequence[str]) -> None:
    """Count these tickets no more among those that hold a value; a value that no other holds is forgotten."""
    held: Counter[tuple[str, str, str]] = Counter()
    for part in in_parts(ids):
        payloads = sa.select(ticket.c.payload).where(transaction.owns(ticket), ticket.c.id.in_(part))
        for payload in transaction.sql.scalars(payloads):
            with suppress(Damaged):
                held.update(values_of(codec.decode(payload)))
    for (field, code, name), count in held.items():
        of = (seen_value.c.field == field, seen_value.c.code == code, seen_value.c.name == name)
        left = sa.update(seen_value).where(transaction.owns(seen_value), *of)
        transaction.sql.execute(left.values(tickets=seen_value.c.tickets - count))
    transaction.sql.execute(sa.delete(seen_value).where(transaction.owns(seen_value), seen_value.c.tickets <= 0))


def _hide_results(transaction: Transaction, ids: Sequence[str], people: Collection[str]) -> None:
    nobody = {"holder": None, "breach_holder": None, **{name: None for name in DIMENSIONS if name in people}}
    for part in in_parts(ids):
        mine = (transaction.owns(result), result.c.ticket.in_(part))
        rows = transaction.sql.execute(sa.select(result).where(*mine, result.c.stopped_at.is_not(None))).all()
        transaction.sql.execute(sa.delete(result).where(*mine))
        names = {id_: f"{PURGED}{secrets.token_hex(8)}" for id_ in part}
        hidden: list[dict[str, Any]] = [
            {**row._asdict(), **nobody, "ticket": names[row.ticket], "dimensions": _without(row.dimensions, people)}
            for row in rows
        ]
        if hidden:
            transaction.sql.execute(sa.insert(result), hidden)


def _without(dimensions: str | None, people: Collection[str]) -> str | None:
    """Return the fields of a result without those that hold people, and without its holders."""
    with suppress(orjson.JSONDecodeError):
        held = orjson.loads(dimensions or "{}")
        kept = {name: value for name, value in held.items() if name and name not in people}
        return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode() if kept else None
    return None


def _is_purged() -> sa.ColumnElement[bool]:
    return (result.c.ticket >= PURGED) & (result.c.ticket < PURGED.replace("-", "."))
