"""Atlassian Document Format: what version 3 of the API takes and gives, where version 2 has text.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Mapping
from typing import Any

_BLOCKS = {
    "paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "codeBlock", "panel", "rule",
    "table", "tableRow", "tableCell", "tableHeader", "expand", "taskList", "taskItem", "mediaSingle", "media",
}  # fmt: skip
_INLINE = {"text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard"}


def from_text(text: str) -> dict[str, Any]:
    """Return the document that shows a text: a paragraph per blank line, a break per new line."""
    paragraphs = [_paragraph(part) for part in text.replace("\r\n", "\n").split("\n\n")]
    return {"type": "doc", "version": 1, "content": paragraphs}


def to_text(document: Mapping[str, Any]) -> str:
    """Return a document as plain text, the reverse of `from_text` for what that makes."""
    return "\n\n".join(_text(block) for block in document.get("content", ()))


def valid(document: object) -> bool:
    """Tell whether this is a document: its frame, known kinds of nodes, and text that is not empty."""
    return (
        isinstance(document, dict)
        and document.get("type") == "doc"
        and document.get("version") == 1
        and isinstance(document.get("content"), list)
        and all(_valid(node, _BLOCKS) for node in document["content"])
    )


def _valid(node: object, kinds: set[str]) -> bool:
    if not isinstance(node, dict) or node.get("type") not in kinds:
        return False
    if node["type"] == "text":
        return isinstance(node.get("text"), str) and node["text"] != ""
    content = node.get("content", [])
    return isinstance(content, list) and all(_valid(inner, _BLOCKS | _INLINE) for inner in content)


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _text(node: Mapping[str, Any]) -> str:
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    inner = [_text(child) for child in node.get("content", ())]
    return ("\n" if node.get("type") in {"bulletList", "orderedList", "table"} else "").join(inner)
