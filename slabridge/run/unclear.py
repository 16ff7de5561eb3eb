"""The step that looks for comments whose outcome is not known (docs/promises.md, "What is posted")."""

from slabridge.run.context import Context
from slabridge.run.gaps import COMMENTS
from slabridge.run.quarantining import put_in_quarantine
from slabridge.run.reading import keep
from slabridge.state import Transaction, outbox, tickets
from slabridge.state.quarantine import Quarantined


def look_for_unclear(context: Context) -> None:
    """Look for unclear comments; one that is not there may be posted again."""
    with context.state.begin() as transaction:
        unclear = outbox.unclear(transaction, context.as_of - context.run.config.settle)
    for page in context.connector.reread(sorted({ticket for ticket, _ in unclear})):
        found = {(t.id, marker) for t in page.tickets for comment in t.comments for marker in comment.markers}
        read = {t.id for t in page.tickets} | set(page.gone)
        with context.state.begin() as transaction:
            keep(transaction, context, page)
            for ticket, marker in unclear:
                if (ticket, marker) in found:
                    outbox.became(transaction, ticket, [marker], outbox.POSTED)
                elif ticket in read:
                    _not_found(transaction, context, ticket, marker)
            tickets.mark_pending(transaction, [t.id for t in page.tickets])


def _not_found(transaction: Transaction, context: Context, ticket: str, marker: str) -> None:
    """Let a transition be posted again that is not there; where the tool does not let us look, only say so."""
    if COMMENTS not in context.connector.gaps():
        outbox.became(transaction, ticket, [marker], outbox.LOST)
        return
    reason = (
        f"it is not known whether the comment {marker!r} was written, and comments cannot be read; it is not repeated"
    )
    outbox.became(transaction, ticket, [marker], outbox.REFUSED, reason)
    put_in_quarantine(transaction, context, [Quarantined(ticket, ticket, reason)])
