"""Comments as they are posted: a text in a journal field, with the markers by which it is found again."""

import re

from connectors.interface import CommentWrite
from connectors.servicenow.pull.comment import BETWEEN, INTERNAL, PUBLIC, markers_in

LONGEST = 4_000
"""Characters that a journal field takes by its dictionary entry: the markers stand last, and a cut would lose them."""

_CODE = re.compile(r"\[(/?code)\]", re.IGNORECASE)


def journal_of(write: CommentWrite) -> dict[str, str]:
    """Return what to set to add a comment: its text as text ([code] would make it HTML), its markers in the last line.

    Raises:
        ValueError: a marker could not be found again.
    """
    body = _CODE.sub(r"(\1)", write.body)
    text = f"{body}\n[slabridge {BETWEEN.join(write.markers)}]"
    if markers_in(text) != write.markers:
        raise ValueError(f"{write.markers!r} are no markers: one has brackets, a comma or line breaks, or is empty")
    return {INTERNAL if write.internal else PUBLIC: text}


def fits(write: CommentWrite) -> bool:
    """Return whether a comment with its markers is no longer than a journal field takes."""
    return all(len(text) <= LONGEST for text in journal_of(write).values())
