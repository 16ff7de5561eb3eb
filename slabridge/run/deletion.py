"""A comment of ours whose keys all stand in earlier ones is deleted (docs/promises.md, "What is posted")."""

import structlog

from connectors.errors import Refused, Unclear
from connectors.interface import CommentDelete
from slabridge.run.context import Context
from slabridge.state import tickets

log = structlog.get_logger("slabridge.run")


def delete(context: Context, deletion: CommentDelete) -> bool:
    """Delete a comment, or say that the tool does not let us; return whether it is tried again by the next run.

    Raises:
        Refused: the credentials no longer hold.
    """
    said = {"connection": context.name, "ticket": deletion.key, "key": ", ".join(deletion.markers)}
    try:
        context.connector.delete(deletion)
    except Refused as error:
        if error.status is None or error.status == 401:
            raise
        log.warning("comment posted twice", **said, reason=str(error))
        return False
    except Unclear as error:
        context.tally.deferred += 1
        log.warning("write deferred", connection=context.name, ticket=deletion.key, reason=str(error))
        return True
    with context.state.begin() as transaction:
        tickets.deleted(transaction, deletion.id, deletion.comment)
    log.warning("comment posted twice", **said, reason="the later one was deleted")
    return False
