"""What a promise came to in earlier periods, as their reports were issued."""

from collections.abc import Sequence
from dataclasses import dataclass

from slabridge.report.parts.values import Document

LENGTH = 11
"""Periods before the one that is reported of: with it a year of months."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A figure with which the report of an earlier period was issued; `objective` is "" for availability."""

    period: str
    subject: str
    objective: str
    percent: str | None
    kept: bool | None


def trend(figures: Sequence[Earlier], promises: Sequence[tuple[str, str, str]], periods: Sequence[str]) -> Document:
    """Return the issued ones of these periods, in their order, and of each promise what it came to in them.

    `promises` are subject, objective and what the promise is called.
    """
    found = {(one.subject, one.objective, one.period): one for one in figures}
    issued = {one.period for one in figures}
    shown = [period for period in periods if period in issued]
    rows = []
    for subject, objective, name in promises:
        earlier = [found.get((subject, objective, period)) for period in shown]
        if any(earlier):
            rows.append(
                {
                    "promise": name,
                    "percent": [None if one is None else one.percent for one in earlier],
                    "kept": [None if one is None else one.kept for one in earlier],
                }
            )
    return {"periods": shown, "promises": rows}
