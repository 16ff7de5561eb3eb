"""The mails that Jira sends because of our writes."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mail:
    """One notification, at an instant in ms UTC. `asked` says whether the write asked for it.

    `sent` is false where it asked for none and may ask so.
    """

    at: int
    key: str
    kind: Literal["updated", "commented"]
    asked: bool
    sent: bool
    public: bool = False
    """Whether customers get it too."""
