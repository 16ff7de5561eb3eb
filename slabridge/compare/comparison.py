"""A clock of the tool beside our cycle: how they stand to each other, and the count of many. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connectors.interface import NativeClock
from sla_engine import Result, Ticket
from sla_engine.instant import format_instant, seconds
from slabridge.compare.course import Figures


class Explanation(StrEnum):
    """Why a difference is none of judgement (docs/compare.md, "Reasons")."""

    STALE = "stale"
    PAUSED = "paused"
    REATTACHED = "reattached"
    RETROACTIVE = "retroactive"
    ROUNDING = "rounding"
    SCHEDULE = "schedule"
    NEW_CYCLE = "new_cycle"
    OLD_GOAL = "old_goal"
    GOAL_POLICY = "goal_policy"
    KEPT = "kept"


class Finding(StrEnum):
    """How two clocks stand to each other."""

    AGREE = "agree"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"
    ONLY_THERE = "only_there"
    ONLY_HERE = "only_here"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A clock of the tool and our cycle of one ticket. `differences` are names of `Figures`; `note` is for people."""

    ticket: Ticket
    objective: str
    theirs: NativeClock | None
    ours: Result | None
    finding: Finding
    differences: tuple[str, ...] = ()
    reasons: tuple[Explanation, ...] = ()
    note: str = ""

    @property
    def elapsed_apart(self) -> int | None:
        """Return how much more time is used there than here, ms; None where one of them is missing."""
        return None if self.theirs is None or self.ours is None else self.theirs.elapsed - self.ours.elapsed

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values: instants as text, times in seconds."""
        theirs, ours = self.theirs, self.ours
        return {
            "connection": self.ticket.source,
            "ticket": self.ticket.key,
            "id": self.ticket.id,
            "objective": self.objective,
            "native": None if theirs is None else theirs.name,
            "cycle": None if ours is None else ours.cycle,
            "finding": self.finding.value,
            "differences": list(self.differences),
            "reasons": [reason.value for reason in self.reasons],
            "elapsed_apart_seconds": None if self.elapsed_apart is None else seconds(self.elapsed_apart),
            "note": self.note,
            "theirs": None
            if theirs is None
            else {
                **_plain(Figures.there(theirs)),
                "calculated_at": _text(theirs.calculated_at),
                "calendar": theirs.calendar,
            },
            "ours": None if ours is None else {**_plain(Figures.here(ours)), "calendar": ours.calendar},
        }


@dataclass(slots=True)
class Summary:
    """What comparisons came to; a comparison with two reasons counts for both."""

    findings: Counter[Finding] = field(default_factory=Counter)
    reasons: Counter[Explanation] = field(default_factory=Counter)

    def add(self, comparison: Comparison) -> None:
        """Count one more."""
        self.findings[comparison.finding] += 1
        self.reasons.update(comparison.reasons)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {
            **{finding.value: self.findings[finding] for finding in Finding},
            "reasons": {reason.value: count for reason, count in sorted(self.reasons.items())},
        }


def _plain(figures: Figures) -> dict[str, Any]:
    return {
        "stage": figures.stage,
        "started_at": _text(figures.started_at),
        "stopped_at": _text(figures.stopped_at),
        "due_at": _text(figures.due_at),
        "breached": figures.breached,
        "elapsed_seconds": seconds(figures.elapsed),
        "target_seconds": None if figures.target is None else seconds(figures.target),
    }


def _text(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)
