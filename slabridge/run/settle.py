"""The step that lets tickets go for which all was done, and keeps which comments wait."""

from collections.abc import Sequence

from connectors.interface import CommentWrite
from slabridge.run.actions import Planned
from slabridge.run.context import Context
from slabridge.state import lease, outbox, quarantine, tickets, waking
from slabridge.ticket.known import Known


def settle(context: Context, batch: Sequence[Known], planned: Sequence[Planned], deferred: set[str]) -> None:
    """Record that all was done for these tickets, but for those deferred, not judged, or of which not all is seen yet.

    Only after their writes: whoever dies before this evaluates and plans anew, and finds what was written. What is held
    by the plan wakes its ticket; what was held and is not planned any more falls away.
    """
    comments = [
        (action.write, action.held_until)
        for _, actions in planned
        for action in actions
        if isinstance(action.write, CommentWrite)
    ]
    done = {known.id for known in batch if known.is_seen_at(context.as_of)} - deferred - context.unmapped - context.kept
    done -= {id_ for source, id_ in context.run.bereft if source == context.name}
    with context.state.begin() as transaction:
        outbox.hold(transaction, [known.id for known, _ in planned], comments, context.as_of)
        outbox.forget_gone(transaction)  # as a write has shown just now
        waking.wake(transaction, {comment.id: until for comment, until in comments if until is not None})
        tickets.settle(transaction, done)
        quarantine.release(transaction, done - context.quarantined)
        lease.renew(transaction.sql)
