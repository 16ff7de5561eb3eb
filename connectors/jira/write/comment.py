"""Comments as they are posted, with the markers by which they are found again."""

import json
from typing import Any, Final

from connectors.interface import CommentWrite
from connectors.jira.pull.comment import MARKER

LONGEST: Final = 32_767
"""Characters of a comment (`jira.text.field.character.limit`, unless an administrator set another)."""


def body(write: CommentWrite, text: object) -> dict[str, Any]:
    """Return what is posted; `text` is the comment as the site's dialect has it.

    `sd.public.comment` keeps an internal comment from the portal; a project without a portal knows no such comments and
    ignores it, there its members see every comment.
    """
    first, *others = write.markers
    value = {"markers": write.markers} if others else {"marker": first}
    properties: list[dict[str, Any]] = [{"key": MARKER, "value": value}]
    if write.internal:
        properties.append({"key": "sd.public.comment", "value": {"internal": True}})
    return {"body": text, "properties": properties}


def fits(text: object) -> bool:
    """Return whether a comment as the site's dialect has it is no longer than Jira takes, measured as it is sent."""
    return len(json.dumps(text, ensure_ascii=False)) <= LONGEST
