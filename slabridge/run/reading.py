"""Tickets that were read, into the state (docs/promises.md, "Reading")."""

from collections.abc import Callable, Collection, Mapping, Sequence

from connectors.interface import NativeTicket, Page
from slabridge.run.at_once import LetGo, let_go
from slabridge.run.context import Context
from slabridge.run.doubt import report_twice_posted
from slabridge.run.quarantining import put_in_quarantine
from slabridge.run.stating import keep_links
from slabridge.run.terms import Terms
from slabridge.state import Damaged, Transaction, lease, links, outbox, quarantine, seen, tickets
from slabridge.state.codec import Encoded, encode
from slabridge.state.quarantine import Quarantined
from slabridge.state.tickets import Stored
from slabridge.ticket.observed import observed, with_names_seen
from slabridge.ticket.values import SeenValue, count_values, values_of


def keep(transaction: Transaction, context: Context, page: Page, at_once: Terms | None = None) -> list[str]:
    """Keep a page: its tickets, what is gone, and what could not be read; return the ids of those that were known.

    By the terms of `at_once`, those new to us are judged and let go where nothing is to be written on them.
    """
    lease.renew(transaction.sql)
    tally = context.tally
    natives = [context.people.ticket(native) for native in page.tickets]  # from here on nobody knows the names
    before = tickets.stored(transaction, [native.id for native in natives])
    linking = {link.field for link in context.connection.links}
    read = [_with_what_we_saw(native, before, context.as_of, linking) for native in natives]
    ours: set[str] = set()
    new = [native for native in natives if native.id not in before]
    found = count_values(new)
    for native, encoded in zip(natives, read, strict=True):
        if _is_news(encoded, before):
            report_twice_posted(context.name, native)
            known = before.get(native.id)
            if known is not None:
                found.update(values_of(encoded.ticket) - _seen_before(known))
                if _only_ours(encoded.ticket, known):
                    ours.add(native.id)
    seen.add(transaction, found)
    done = let_go(context, at_once, new) if at_once is not None and new else LetGo()
    tally.pulled += len(read)
    tally.changed += tickets.save(
        transaction, read, before, context.run.number, context.as_of, ours=ours, judged=done.evaluated
    )
    done.note(transaction, context)
    keep_links(transaction, context, [one.ticket for one in read if _is_news(one, before)])
    lose(transaction, context, page.gone)
    quarantine.release(transaction, page.gone)
    unread = [Quarantined(item.id, item.key, item.reason) for item in page.skipped]
    put_in_quarantine(transaction, context, unread)
    return list(before)


def lose(transaction: Transaction, context: Context, ids: Collection[str]) -> None:
    """Leave tickets alone that the tool has no more, and let those be looked at that they were linked with."""
    if not ids:
        return
    lost = tickets.lose(transaction, ids)
    context.tally.gone += len(lost)
    outbox.forget_gone(transaction)
    context.run.bereft.update(links.mark_around(transaction, lost))


def read(context: Context, ids: Sequence[str]) -> None:
    """Read these tickets now, whatever the filter says."""
    for page in context.connector.reread(ids):
        with context.state.begin() as transaction:
            keep(transaction, context, page)
        context.proceed()


def read_in_parts(context: Context, find: Callable[[Transaction, str, int], list[str]]) -> int:
    """Read the tickets whose ids `find` gives, behind an id and at most so many; return how many they are."""
    after, count = "", 0
    while True:
        with context.state.begin() as transaction:
            ids = find(transaction, after, tickets.AT_ONCE)
        if not ids:
            return count
        read(context, ids)
        after = ids[-1]
        count += len(ids)


def _is_news(encoded: Encoded, before: Mapping[str, Stored]) -> bool:
    known = before.get(encoded.ticket.id)
    return known is None or known.digest != encoded.digest


def _only_ours(native: NativeTicket, known: Stored) -> bool:
    """Return whether a ticket differs from what was known by nothing but comments of ours, and what we write."""
    try:
        before = known.native
    except Damaged:
        return False
    foreign = [[comment for comment in one.comments if not comment.markers] for one in (before, native)]
    same = (before.fields, before.history, before.observed) == (native.fields, native.history, native.observed)
    return same and foreign[0] == foreign[1]


def _seen_before(known: Stored) -> set[SeenValue]:
    try:
        return values_of(known.native)
    except Damaged:  # then some are counted twice: it is a hint, no figure
        return set()


def _with_what_we_saw(
    native: NativeTicket, before: Mapping[str, Stored], as_of: int, linking: Collection[str]
) -> Encoded:
    """Return a ticket with the changes that its tool has no history of; unless it is as it was, which has them."""
    encoded, known = encode(native), before.get(native.id)
    if known is None or known.digest == encoded.digest:
        return encoded
    try:
        before_it = known.native
    except Damaged:  # then its history is all that is known
        return encoded
    return encode(observed(before_it, with_names_seen(before_it, native, linking), known.read_at, as_of))
