"""What a tool says beforehand that it would not take is not sent, and said once a cause (docs/operations.md)."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from connectors.interface import CommentWrite, FieldsWrite, LinkWrite, Write
from slabridge.run.actions import Action
from slabridge.run.context import Context

log = structlog.get_logger("slabridge.run")


def writable(context: Context, writes: Sequence[Write]) -> list[Write]:
    """Return these writes without the fields that the tool would not take, and without those of which nothing is left.

    What nobody has told of yet is counted by field and reason, and its tickets are kept for the next run; a write that
    falls away leaves its room to others.
    """
    asked = [write for write in writes if not isinstance(write, CommentWrite)]
    left_out = dict(zip(map(id, asked), context.connector.left_out(asked), strict=True))
    kept: list[Write] = []
    for write in writes:
        if isinstance(write, CommentWrite):
            kept.append(write)
            continue
        refused = left_out[id(write)]
        if isinstance(write, LinkWrite):
            kept += [] if refused else [write]
            context.tally.sent -= bool(refused)
            continue
        reasons = {(field, reason) for field, reason in refused.items() if reason}
        if reasons:
            context.unwritable.update(reasons)
            context.kept.add(write.id)
        fields = {field: value for field, value in write.fields.items() if field not in refused}
        if fields:
            kept.append(replace(write, fields=fields) if refused else write)
        else:
            context.tally.sent -= 1
    context.tally.unwritable = len(context.kept)
    return kept


def writable_actions(context: Context, actions: Sequence[Action]) -> list[Action]:
    """Do the same for planned actions."""
    asked = [action.write for action in actions if isinstance(action.write, FieldsWrite | LinkWrite)]
    left = {(type(write), write.id): write for write in writable(context, asked)}
    found = []
    for action in actions:
        if not isinstance(action.write, FieldsWrite | LinkWrite):
            found.append(action)
        elif (write := left.get((type(action.write), action.write.id))) is not None:
            fields = write.fields if isinstance(write, FieldsWrite) else ()
            found.append(Action(write, tuple(c for c in action.changes if c.field in fields)))
    return found


def report_unwritable(context: Context) -> None:
    """Say each cause once, with how many tickets it hits."""
    for (field, reason), count in sorted(context.unwritable.items()):
        log.error("value not writable", connection=context.name, field=field, reason=reason, tickets=count)
