"""What a tool's statuses and priorities mean in ours, by their names in English and Swedish, and how sure that is."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from connectors.interface import FoundValue

STATUSES = ("new", "in_progress", "waiting_customer", "waiting_supplier", "resolved", "closed", "canceled")
"""The statuses that the templates know, in the order of a ticket's life."""


class Guess(NamedTuple):
    """What a value means, and whether nobody has to look."""

    value: str
    sure: bool


_WAITS = r"\b(await|wait|pending|on.?hold|hold|paus|vänta|väntar)"
_STATUS: tuple[tuple[str, str, bool], ...] = (
    ("canceled", r"cancel|withdrawn|reject|declin|duplicate|won.?t|avbrut|avvis|makuler", True),
    ("waiting_supplier", rf"{_WAITS}.*(vendor|supplier|third|3rd|partner|leverant)", True),
    ("waiting_supplier", rf"{_WAITS}.*(problem|change|release|fix|deploy)", False),
    ("waiting_customer", rf"{_WAITS}.*(customer|user|caller|request|reporter|info|reply|kund|användar|svar)", True),
    ("waiting_customer", _WAITS, False),
    ("in_progress", r"re-?open|återöppn", False),
    ("closed", r"clos|stäng|avslut", True),
    ("resolved", r"resolv|solved|\bdone\b|fixed|complet|löst|åtgärd|klar", True),
    ("new", r"\b(new|open|to.?do|backlog|logged|registered|submitted|reported|ny|öppen|inkommen)\b", True),
    ("in_progress", r"progress|active|\bwork|assign|investigat|accept|implement|develop|review", True),
    ("in_progress", r"pågå|tilldel|arbet|aktiv", True),
)  # fmt: skip
_OF_GROUP: Mapping[str, tuple[str, ...]] = {
    "new": ("new",),
    "indeterminate": ("in_progress", "waiting_customer", "waiting_supplier"),
    "done": ("resolved", "closed", "canceled"),
}
_PRIORITY: tuple[tuple[str, str], ...] = (
    ("P1", r"critical|highest|blocker|urgent|kritisk|högst"),
    ("P5", r"planning|lowest|trivial|lägst"),
    ("P2", r"high|major|hög"),
    ("P3", r"moderate|medium|normal|medel"),
    ("P4", r"low|minor|låg"),
)
_NUMBERED = re.compile(r"(?:p|prio(?:rity)?)?\s*([1-5])\b", re.IGNORECASE)


def status_of(status: FoundValue) -> Guess:
    """Return which of `STATUSES` a tool's status is; where its category says otherwise, that is believed."""
    possible = _OF_GROUP.get(status.group, STATUSES)
    for value, pattern, sure in _STATUS:
        if re.search(pattern, status.name, re.IGNORECASE) and value in possible:
            return Guess(value, sure)
    return Guess(possible[0] if status.group else "in_progress", sure=False)


def priority_of(priority: FoundValue) -> Guess:
    """Return P1, the gravest, to P5."""
    numbered = _NUMBERED.match(priority.name)
    if numbered is not None:
        return Guess(f"P{numbered[1]}", sure=True)
    for value, pattern in _PRIORITY:
        if re.search(pattern, priority.name, re.IGNORECASE):
            return Guess(value, sure=True)
    return Guess("P3", sure=False)
