"""The step that reads anew what time alone has changed, and what somebody asked for (docs/promises.md, "Time")."""

from slabridge.run.context import Context
from slabridge.run.reading import read
from slabridge.state import quarantine, waking


def reread_due(context: Context) -> None:
    """Read what is due: indexes lag and commits come late, and a comment cannot be taken back."""
    with context.state.begin() as transaction:
        asked = quarantine.asked(transaction)
    read(context, asked)
    after = waking.FIRST
    while due := _due(context, after):
        read(context, [one.id for one in due])
        after = due[-1]
    with context.state.begin() as transaction:
        waking.mark_due(transaction, context.as_of)


def _due(context: Context, after: waking.Due) -> list[waking.Due]:
    with context.state.begin() as transaction:
        return waking.to_reread(transaction, context.as_of, context.run.number, after)
