"""A planned action, as lines of a diff and as JSON."""

from typing import Any

from rich.text import Text

from connectors.interface import CommentDelete, CommentWrite, LinkWrite
from sla_engine.instant import format_instant
from slabridge.run.actions import Action, Reason
from slabridge.text.printed import line, lines


def diff(connection: str, action: Action) -> Text:
    """Return an action as lines of a diff; ticket texts are data, so no markup is read in them."""
    text = Text(f"{connection} {line(action.write.key)}\n", style="bold")
    for change in action.changes:
        if change.before is not None:
            text.append(f"  - {change.field}: {line(change.before)}\n", style="red")
        if change.after is not None:
            text.append(f"  + {change.field}: {line(change.after)}", style="green")
        else:
            text.append(f"  + {change.field} is emptied", style="green")
        text.append(f"  ({change.reason})\n", style="dim")
    if isinstance(action.write, CommentDelete):
        keys = line(", ".join(action.write.markers))
        text.append(f"  - comment {keys}, which stands there twice: the later one\n", style="red")
    if isinstance(action.write, LinkWrite):
        reason = Reason.FIRST if action.write.before is None else Reason.CHANGED
        text.append(f"  + link to {line(action.write.url)}", style="green").append(f"  ({reason})\n", style="dim")
    if isinstance(action.write, CommentWrite):
        kind = "internal comment" if action.write.internal else "public comment"
        body = lines(action.write.body).replace("\n", "\n      ")
        if action.held_until is None:
            text.append(f"  + {kind}: {body}\n", style="green")
        else:
            text.append(f"  {kind}, held until {format_instant(action.held_until)}: {body}\n", style="yellow")
    return text


def message(address: str, title: str, body: str) -> Text:
    """Return a message that would be sent."""
    text = Text(f"message to {line(address)}: {line(title)}\n", style="bold")
    return text.append(f"      {lines(body)}".replace("\n", "\n      ") + "\n", style="green")


def as_json(connection: str, action: Action) -> dict[str, Any]:
    """Return an action as plain values."""
    write = action.write
    ticket = {"connection": connection, "ticket": write.key, "id": write.id}
    if isinstance(write, CommentWrite):
        held = {} if action.held_until is None else {"held_until": format_instant(action.held_until)}
        return {**ticket, "comment": write.body, "markers": write.markers, "internal": write.internal, **held}
    if isinstance(write, CommentDelete):
        return {**ticket, "delete_comment": write.comment, "markers": write.markers}
    if isinstance(write, LinkWrite):
        return {**ticket, "link": write.url, "before": write.before}
    changes = [{"field": c.field, "before": c.before, "after": c.after, "reason": c.reason} for c in action.changes]
    return {**ticket, "fields": changes}
