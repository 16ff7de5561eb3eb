"""Comments as they are posted: a text in a journal field, with the marker by which it is found again."""

import re

from connectors.interface import CommentWrite
from connectors.servicenow.pull.comment import INTERNAL, PUBLIC, marker_in

_CODE = re.compile(r"\[(/?code)\]", re.IGNORECASE)


def journal_of(write: CommentWrite) -> dict[str, str]:
    """Return what to set to add a comment: its text as text ([code] would make it HTML), its marker in the last line.

    Raises:
        ValueError: the marker could not be found again.
    """
    body = _CODE.sub(r"(\1)", write.body)
    text = f"{body}\n[slabridge {write.marker}]"
    if marker_in(text) != write.marker:
        raise ValueError(f"{write.marker!r} is no marker: it has brackets or line breaks, or is empty")
    return {INTERNAL if write.internal else PUBLIC: text}
