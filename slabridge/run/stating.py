"""Whom tickets name as linked is kept beside them (docs/chain.md, "Links in the tools")."""

import hashlib
from collections.abc import Iterable

from connectors.interface import NativeTicket
from slabridge.run.context import Context
from slabridge.state import Transaction, connections, lease, links, tickets
from slabridge.ticket.links import Reference, stated_links


def keep_links(transaction: Transaction, context: Context, natives: Iterable[NativeTicket]) -> None:
    """Keep whom tickets name, or ever named."""
    rules = context.connection.links
    if not rules:
        return
    stated: dict[str, dict[Reference, int]] = {}
    for native in natives:
        found = stated[native.id] = {}
        for link in stated_links(native, rules):
            found[link.reference] = max(link.follow, found.get(link.reference, 0))
    links.put(transaction, stated)


def find_in_all(context: Context) -> None:
    """Find the links of all tickets that are there, where the rules for them are others than before."""
    rules = context.connection.links
    identity = hashlib.sha256(repr(rules).encode()).hexdigest() if rules else None
    with context.state.begin() as transaction:
        if connections.standing(transaction).linked_by == identity:
            return
    after = ""
    while rules:
        with context.state.begin() as transaction:
            lease.renew(transaction.sql)
            part = tickets.natives(transaction, after)
            keep_links(transaction, context, part.natives)
        if not part.last:
            break
        after = part.last
        context.proceed()
    with context.state.begin() as transaction:
        if not rules:
            links.forget(transaction)
        connections.set_linked_by(transaction, identity)
