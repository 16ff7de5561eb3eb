"""One thing that is said of an agreement or an objective."""

from dataclasses import dataclass
from typing import Literal

from slabridge.text.said import Said

About = Literal[
    "kind",
    "validity",
    "scope",
    "exclude",
    "supports",
    "backed_by",
    "compliance",
    "start",
    "pause",
    "stop",
    "cancel",
    "reset",
    "reopen",
    "at_once",
    "targets",
    "retarget",
    "at_risk",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """`about` is the key of the file that says it, or what follows from other agreements' keys."""

    about: About
    text: Said
