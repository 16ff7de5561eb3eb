"""The step that looks for comments whose outcome is not known (docs/promises.md, "What is posted")."""

from collections.abc import Collection

from slabridge.run.context import Context
from slabridge.run.gaps import COMMENTS
from slabridge.run.quarantining import put_in_quarantine
from slabridge.run.reading import keep
from slabridge.state import Transaction, outbox, tickets
from slabridge.state.quarantine import Quarantined


def look_for_unclear(context: Context) -> None:
    """Look for unclear comments, each by all of its markers; those that are not there may be posted again."""
    with context.state.begin() as transaction:
        unclear = outbox.unclear(transaction, context.as_of - context.run.config.settle)
    for page in context.connector.reread(sorted(unclear)):
        found = {t.id: {marker for one in t.comments for marker in one.markers} for t in page.tickets}
        with context.state.begin() as transaction:
            keep(transaction, context, page)
            for ticket in found.keys() | page.gone:
                there = found.get(ticket, set())
                outbox.became(transaction, ticket, unclear[ticket] & there, outbox.POSTED)
                _not_found(transaction, context, ticket, unclear[ticket] - there)
            tickets.mark_pending(transaction, [t.id for t in page.tickets])


def _not_found(transaction: Transaction, context: Context, ticket: str, markers: Collection[str]) -> None:
    """Let what is not there be posted again; where the tool does not let us look, only say so."""
    if not markers:
        return
    if COMMENTS not in context.connector.gaps():
        outbox.became(transaction, ticket, markers, outbox.LOST)
        return
    reason = (
        f"it is not known whether the comment {', '.join(sorted(markers))!r} was written, and comments cannot be read; "
        "it is not repeated"
    )
    outbox.became(transaction, ticket, markers, outbox.REFUSED, reason)
    put_in_quarantine(transaction, context, [Quarantined(ticket, ticket, reason)])
