"""Comments as they are posted, with the marker by which they are found again."""

from typing import Any

from connectors.interface import CommentWrite
from connectors.jira.pull.comment import MARKER


def body(write: CommentWrite, text: object) -> dict[str, Any]:
    """Return what is posted; `text` is the comment as the site's dialect has it.

    `sd.public.comment` keeps an internal comment from the portal; a project without a portal knows no such comments and
    ignores it, there its members see every comment.
    """
    properties: list[dict[str, Any]] = [{"key": MARKER, "value": {"marker": write.marker}}]
    if write.internal:
        properties.append({"key": "sd.public.comment", "value": {"internal": True}})
    return {"body": text, "properties": properties}
