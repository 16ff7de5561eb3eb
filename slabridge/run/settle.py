"""The step that lets tickets go for which all was done."""

from collections.abc import Sequence

from slabridge.run.context import Context
from slabridge.state import lease, quarantine, tickets
from slabridge.ticket.known import Known


def settle(context: Context, batch: Sequence[Known], deferred: set[str]) -> None:
    """Record that all was done for these tickets, but for those deferred, not judged, or of which not all is seen yet.

    Only after their writes: whoever dies before this evaluates and plans anew, and finds what was written.
    """
    done = {known.id for known in batch if known.is_seen_at(context.as_of)} - deferred - context.unmapped - context.kept
    done -= {id_ for source, id_ in context.run.bereft if source == context.name}
    with context.state.begin() as transaction:
        tickets.settle(transaction, done)
        quarantine.release(transaction, done - context.quarantined)
        lease.renew(transaction.sql)
