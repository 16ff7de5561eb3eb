"""Whom tickets name as linked is kept beside them (docs/chain.md, "Links in the tools")."""

from collections.abc import Iterable

from connectors.interface import NativeTicket
from slabridge.run.context import Context
from slabridge.state import Transaction, links
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
