"""The steps that look for whom tickets name, when all were pulled, and read what a comment may tell of."""

from collections.abc import Sequence

import structlog

from slabridge.run.context import Context
from slabridge.run.reading import keep, read_in_parts
from slabridge.state import Transaction, followed, links, outbox
from slabridge.state.links import Unresolved
from slabridge.ticket.links import Follow

_NAMED = 5
"""How many that are not found a warning names."""

log = structlog.get_logger("slabridge.run")


def look_for_linked(context: Context) -> None:
    """Find the tickets of this connection that others name; those that no filter takes up are read, and followed.

    What was looked for in the tool once, and is not there, is looked for again by the census.
    """
    after = links.FIRST
    missing: list[str] = []
    while True:
        with context.state.begin() as transaction:
            names = links.unresolved(transaction, after)
            found = _known(transaction, names)
            links.resolve(transaction, found)
        if not names:
            break
        after = names[-1]
        left = [one for one in names if _name(one) not in found]
        asked = [one for one in left if one.follow and (one.missing_since is None or context.tally.census)]
        there = _read(context, asked)
        with context.state.begin() as transaction:
            links.resolve(transaction, there)
            links.miss(transaction, [one for one in asked if _name(one) not in there], context.as_of)
        missing += [one.reference for one in left if one.follow and _name(one) not in there]
        context.proceed()
    context.tally.linked_missing = len(missing)
    if missing:
        some = ", ".join(missing[:_NAMED])
        log.warning("linked tickets not found", connection=context.name, tickets=len(missing), some=some)


def read_linked(context: Context) -> None:
    """Let all be judged that are linked with what is, and read those of which a comment may tell, or one that waits."""
    with context.state.begin() as transaction:
        links.spread_pending(transaction.sql)
        held_since = outbox.held_since(transaction)
    rules = (connection.writeback.comments for connection in context.run.config.connections)
    if not any(rule is not None and rule.above for rule in rules):
        return
    number = context.run.number
    since = min(context.as_of, held_since or context.as_of) - context.run.config.post_within
    read_in_parts(context, lambda transaction, after, most: links.unread(transaction, number, since, after, most))


def _name(one: Unresolved) -> tuple[str, str]:
    return one.named_by, one.reference


def _known(transaction: Transaction, names: Sequence[Unresolved]) -> dict[tuple[str, str], str]:
    """Return the ids of those that the state knows."""
    by_key = links.ids_of_keys(transaction, [one.reference for one in names if one.named_by == "key"])
    by_id = links.known_ids(transaction, [one.reference for one in names if one.named_by == "id"])
    return {("key", key): id_ for key, id_ in by_key.items()} | {("id", id_): id_ for id_ in by_id}


def _read(context: Context, asked: Sequence[Unresolved]) -> dict[tuple[str, str], str]:
    """Read those that the tool has, and return their ids; those new to us are known for their links alone."""
    keys = [one.reference for one in asked if one.named_by == "key"]
    ids = context.connector.ids_of(keys) if keys else {}
    meant = {_name(one): ids.get(one.reference, "") if one.named_by == "key" else one.reference for one in asked}
    with context.state.begin() as transaction:
        new = set(filter(None, meant.values())) - links.known_ids(transaction, meant.values())
    alone = {meant[_name(one)] for one in asked if one.follow == Follow.CHAIN}
    for page in context.connector.reread(sorted(new)):
        with context.state.begin() as transaction:
            keep(transaction, context, page)
            followed.only_linked(transaction, alone.intersection(ticket.id for ticket in page.tickets), so=True)
        context.proceed()
    with context.state.begin() as transaction:
        there = links.known_ids(transaction, meant.values())
    return {name: id_ for name, id_ in meant.items() if id_ in there}
