"""Links between the tickets that the state knows, of all connections: who names whom, and which ticket that is."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from slabridge.state.database import upsert
from slabridge.state.schema import former_key, link, ticket
from slabridge.state.transaction import Transaction, in_parts
from slabridge.ticket.links import Reference

Name = tuple[str, str]
"""A ticket's connection and id."""

AT_ONCE = 500


class Unresolved(NamedTuple):
    """What names a ticket of this connection that is not found yet."""

    named_by: str
    reference: str
    missing_since: int | None
    follow: int


FIRST = Unresolved("", "", None, 0)
"""Before all of them."""


class Missing(NamedTuple):
    """A ticket that another one names and that cannot be found, or read."""

    connection: str
    reference: str
    since: int


def put(transaction: Transaction, stated: Mapping[str, Mapping[Reference, int]]) -> None:
    """Keep whom tickets (by id) name, and whether to follow it, instead of whom they named.

    What was found before stays found. Those that are named no more are evaluated anew: no link leads to them by which
    they could be found later.
    """
    before = _of(transaction, stated)
    rows: list[dict[str, str | int]] = []
    left: dict[tuple[str, Reference], str | None] = {}
    for stating, references in stated.items():
        rows += [{**_row(transaction, stating, one), "follow": follow} for one, follow in references.items()]
        left |= {(stating, one): other for one, other in before.get(stating, {}).items() if one not in references}
    _mark(transaction, {(one.connection, other) for (_, one), other in left.items() if other is not None})
    for stating, one in left:
        same = (link.c.other_connection == one.connection, link.c.named_by == one.by, link.c.reference == one.text)
        transaction.sql.execute(sa.delete(link).where(transaction.owns(link), link.c.ticket == stating, *same))
    upsert(transaction.sql, link, rows)


def forget(transaction: Transaction) -> None:
    """Forget whom the tickets of this connection name."""
    transaction.sql.execute(sa.delete(link).where(transaction.owns(link)))


def unresolved(transaction: Transaction, after: Unresolved) -> list[Unresolved]:
    """Return the next names of tickets of this connection that are not found yet, each once."""
    place = (link.c.named_by, link.c.reference)
    rows = transaction.sql.execute(
        sa.select(*place, sa.func.min(link.c.missing_since), sa.func.max(link.c.follow))
        .where(link.c.other_connection == transaction.connection, link.c.other.is_(None))
        .where(sa.tuple_(*place) > (after.named_by, after.reference))
        .group_by(*place)
        .order_by(*place)
        .limit(AT_ONCE)
    )
    return [Unresolved(*row) for row in rows]


def resolve(transaction: Transaction, found: Mapping[tuple[str, str], str]) -> None:
    """Keep which tickets of this connection are meant, by (named_by, reference)."""
    for (named_by, reference), other in found.items():
        _update(transaction, named_by, reference, {"other": other, "missing_since": None})


def miss(transaction: Transaction, names: Iterable[Unresolved], at: int) -> None:
    """Keep that tickets of this connection are not to be found, and since when."""
    for one in names:
        if one.missing_since is None:
            _update(transaction, one.named_by, one.reference, {"missing_since": at})


def resolved(sql: sa.Connection, names: Collection[Name]) -> dict[Name, dict[Reference, str]]:
    """Return the ids of the tickets that these tickets name, as far as they were found."""
    found: dict[Name, dict[Reference, str]] = {}
    for row in _rows(sql, names, link.c.connection, link.c.ticket):
        if row.other is not None:
            reference = Reference(row.other_connection, row.named_by, row.reference)
            found.setdefault((row.connection, row.ticket), {})[reference] = row.other
    return found


def missing(sql: sa.Connection, names: Collection[Name]) -> list[Missing]:
    """Return whom these tickets name and who cannot be found."""
    rows = _rows(sql, names, link.c.connection, link.c.ticket)
    return [
        Missing(row.other_connection, row.reference, row.missing_since)
        for row in rows
        if row.other is None and row.missing_since is not None
    ]


def any_of(transaction: Transaction, connection: str, named_by: str) -> bool:
    """Return whether any ticket of this connection names one of a connection, by key or id."""
    this = (transaction.owns(link), link.c.other_connection == connection, link.c.named_by == named_by)
    return transaction.sql.scalar(sa.select(link.c.ticket).where(*this).limit(1)) is not None


def some(sql: sa.Connection, most: int) -> list[tuple[Name, Name]]:
    """Return links between known tickets, the one that states it first."""
    rows = sql.execute(sa.select(link).where(link.c.other.is_not(None)).order_by(*link.primary_key).limit(most))
    return [((row.connection, row.ticket), (row.other_connection, row.other)) for row in rows]


def ids_of_keys(transaction: Transaction, keys: Collection[str]) -> dict[str, str]:
    """Return the ids of known tickets by a key that they have or had."""
    found: dict[str, str] = {}
    for table, identity in ((former_key, former_key.c.ticket), (ticket, ticket.c.id)):
        for part in in_parts(keys):
            rows = sa.select(table.c.key, identity).where(transaction.owns(table), table.c.key.in_(part))
            found.update((key, id_) for key, id_ in transaction.sql.execute(rows))
    return found


def known_ids(transaction: Transaction, ids: Collection[str]) -> set[str]:
    """Return those of these ids of which a ticket is known."""
    return {
        id_
        for part in in_parts(ids)
        for id_ in transaction.sql.scalars(
            sa.select(ticket.c.id).where(transaction.owns(ticket), ticket.c.id.in_(part))
        )
    }


def groups(sql: sa.Connection, names: Collection[Name], most: int) -> tuple[set[Name], set[Name]]:
    """Return all that are linked with these tickets, directly or through others, in groups of at most `most` tickets.

    Also returned are those of these tickets whose group has more; nobody else of it is.
    """
    head = {name: name for name in names}
    size = dict.fromkeys(names, 1)
    ahead = set(names)
    while ahead:
        new: set[Name] = set()
        for pair in edges(sql, ahead):
            for name in pair:
                if name not in head:
                    head[name], size[name] = name, 1
                    new.add(name)
            one, other = (_head(head, name) for name in pair)
            if one != other:
                head[other] = one
                size[one] += size[other]
        ahead = {name for name in new if size[_head(head, name)] <= most}
    large = {name for name in head if size[_head(head, name)] > most}
    return head.keys() - large - set(names), large.intersection(names)


def _head(head: dict[Name, Name], name: Name) -> Name:
    while head[name] != name:
        head[name] = name = head[head[name]]
    return name


def mark_around(transaction: Transaction, ids: Collection[str]) -> set[Name]:
    """Let those be evaluated anew that are linked with these tickets, which are gone; return which these are."""
    names = {(transaction.connection, id_) for id_ in ids}
    around = {end for pair in edges(transaction.sql, names) for end in pair} - names
    _mark(transaction, around)
    return around


def _mark(transaction: Transaction, names: Collection[Name]) -> None:
    for connection in {connection for connection, _ in names}:
        for part in in_parts(sorted(id_ for of, id_ in names if of == connection)):
            those = (ticket.c.connection == connection, ticket.c.id.in_(part), ~ticket.c.gone)
            transaction.sql.execute(sa.update(ticket).where(*those).values(pending=True))


def spread_pending(sql: sa.Connection) -> None:
    """Let all tickets be evaluated anew that are linked with one that is, directly or through others."""
    one = ticket.alias("one")
    stating = (one.c.connection == link.c.connection) & (one.c.id == link.c.ticket)
    stated = (one.c.connection == link.c.other_connection) & (one.c.id == link.c.other)
    waiting = [
        sa.select(link.c.other_connection, link.c.other).join(one, stating).where(one.c.pending),
        sa.select(link.c.connection, link.c.ticket).join(one, stated).where(one.c.pending),
    ]
    grown = True
    while grown:
        grown = False
        for linked in waiting:
            place = sa.tuple_(ticket.c.connection, ticket.c.id)
            statement = sa.update(ticket).where(place.in_(linked), ~ticket.c.pending, ~ticket.c.gone)
            grown |= sql.execute(statement.values(pending=True)).rowcount > 0


def unread(transaction: Transaction, run: int, since: int, after: str, limit: int) -> list[str]:
    """Return the next ids of tickets to evaluate that are linked, and that this run has not read.

    Of those without an open cycle only such that were read since an instant: they may have ended since.
    """
    linked = (link.c.connection == ticket.c.connection) & (link.c.ticket == ticket.c.id)
    named = (link.c.other_connection == ticket.c.connection) & (link.c.other == ticket.c.id)
    statement = sa.select(ticket.c.id).where(
        transaction.owns(ticket), ticket.c.pending, ~ticket.c.gone, ticket.c.pulled_in != run
    )
    statement = statement.where(ticket.c.is_open | (ticket.c.read_at >= since))
    further = statement.where(ticket.c.id > after, sa.exists().where(linked) | sa.exists().where(named))
    return list(transaction.sql.scalars(further.order_by(ticket.c.id).limit(limit)))


def edges(sql: sa.Connection, names: Collection[Name]) -> Iterator[tuple[Name, Name]]:
    """Yield the links that lead from or to these tickets."""
    stating = _rows(sql, names, link.c.connection, link.c.ticket)
    stated = _rows(sql, names, link.c.other_connection, link.c.other)
    for row in (*stating, *stated):
        if row.other is not None:
            yield (row.connection, row.ticket), (row.other_connection, row.other)


def _rows(
    sql: sa.Connection, names: Collection[Name], connection: sa.Column[str], ticket: sa.Column[str]
) -> list[sa.Row[tuple[str, ...]]]:
    rows: list[sa.Row[tuple[str, ...]]] = []
    for of in sorted({name for name, _ in names}):
        ids = sorted(id_ for name, id_ in names if name == of)
        for part in in_parts(ids):
            rows += sql.execute(sa.select(link).where(connection == of, ticket.in_(part))).all()
    return rows


def _of(transaction: Transaction, tickets: Collection[str]) -> dict[str, dict[Reference, str | None]]:
    """Return whom tickets name, and (None: not yet) who was found to be meant."""
    found: dict[str, dict[Reference, str | None]] = {}
    names = [(transaction.connection, ticket) for ticket in tickets]
    for row in _rows(transaction.sql, names, link.c.connection, link.c.ticket):
        reference = Reference(row.other_connection, row.named_by, row.reference)
        found.setdefault(row.ticket, {})[reference] = row.other
    return found


def _row(transaction: Transaction, ticket: str, reference: Reference) -> dict[str, str]:
    return {
        "connection": transaction.connection,
        "ticket": ticket,
        "other_connection": reference.connection,
        "named_by": reference.by,
        "reference": reference.text,
    }


def _update(transaction: Transaction, named_by: str, reference: str, values: Mapping[str, str | int | None]) -> None:
    same = (link.c.other_connection == transaction.connection, link.c.named_by == named_by)
    statement = sa.update(link).where(*same, link.c.reference == reference, link.c.other.is_(None))
    transaction.sql.execute(statement.values(**values))
