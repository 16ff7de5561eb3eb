"""Atlassian Document Format: what rich text is in version 3 of the API.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Mapping
from typing import Any, Final

_DEEPEST: Final = 100
"""Lists in tables in panels are a dozen deep; how deep Python may call itself differs from version to version."""


def document(text: str) -> dict[str, Any]:
    """Return the document that shows a text as it is: a paragraph per blank line, a break per new line.

    The text stands in text nodes, so nothing in it is markup, a link or a mention.
    """
    parts = [part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n")]
    return {"type": "doc", "version": 1, "content": [_paragraph(part) for part in parts if part]}


def _paragraph(text: str) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = []
    for line in text.split("\n"):
        if nodes:
            nodes.append({"type": "hardBreak"})
        if line:
            nodes.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": nodes}


def text_of(node: Mapping[str, Any], depth: int = 0) -> str:
    """Return a document's text, without its marks.

    Raises:
        ValueError: it is nested more deeply than any document is.
    """
    if depth > _DEEPEST:
        raise ValueError(f"a document is nested more than {_DEEPEST} deep")
    kind = node.get("type")
    if kind == "text":
        return str(node.get("text", ""))
    if kind == "hardBreak":
        return "\n"
    joint = "\n\n" if kind == "doc" else ""
    return joint.join(text_of(child, depth + 1) for child in node.get("content") or ())
