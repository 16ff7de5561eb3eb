"""Working time in pieces as a calendar of the configuration."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from slabridge.importing import hours
from slabridge.importing.holidays import Likeness, likest
from slabridge.importing.hours import Piece
from slabridge.importing.wanted import Horizon

_LEAST_YEARS = 3


def _week() -> list[list[Piece]]:
    return [[] for _ in range(7)]


@dataclass(slots=True)
class Pieces:
    """Working time in pieces of dates: of every week, Monday first, worked and never worked, and of single dates.

    `yearly` has what is closed on days of every year, by names like 12-24. `listed` is whether dates are listed of
    something that goes on after the last of them.
    """

    weekly: list[list[Piece]] = field(default_factory=_week)
    never: list[list[Piece]] = field(default_factory=_week)
    more: dict[date, list[Piece]] = field(default_factory=dict)
    closed: dict[date, list[Piece]] = field(default_factory=dict)
    yearly: dict[str, list[Piece]] = field(default_factory=dict)
    listed: bool = False

    def close_yearly(self, day: date, piece: Piece) -> None:
        """Close a part of a day of every year."""
        self.yearly.setdefault(f"{day:%m-%d}", []).append(piece)


def calendar(pieces: Pieces, zone: str, horizon: Horizon) -> tuple[dict[str, Any], list[str]]:
    """Return a calendar in a zone, and comments on it."""
    base = [hours.merged(of_day) for of_day in pieces.weekly]
    entries: dict[str, Any] = {"timezone": zone, "hours": hours.weekly(base)}
    comments: list[str] = []
    opened = {day: [*base[day.weekday()], *more] for day, more in pieces.more.items()}
    likeness = likest(_whole(pieces, horizon), [day for day in horizon.days if base[day.weekday()]], zone)
    if likeness is not None and not likeness.more and horizon.last.year - horizon.first.year + 1 >= _LEAST_YEARS:
        entries["holidays"] = [likeness.code]
        opened = {day: held for day, held in opened.items() if day not in likeness.dates}
        _leave_out(likeness, pieces, horizon)
        years = f"{horizon.first.year} to {horizon.last.year}"
        comments.append(f"check: on working days of {years} exactly the holidays of {likeness.code} are closed")
    elif likeness is not None:
        comments.append(_nearly(likeness))
    if closed := hours.dates(pieces.yearly | {day.isoformat(): held for day, held in pieces.closed.items()}):
        entries["closed"] = closed
    if opened:
        entries["open"] = hours.opened(opened)
    if windows := hours.windows([hours.merged(of_day) for of_day in pieces.never]):
        entries["maintenance"] = windows
    if pieces.listed:
        comments.append(f"dates are listed until {horizon.last}: import again before then")
    return entries, comments


def _whole(pieces: Pieces, horizon: Horizon) -> list[date]:
    """Return the dates that are closed from midnight to midnight."""
    whole = [(0, hours.DAY)]
    return [
        day
        for day in horizon.days
        if hours.merged([*pieces.closed.get(day, ()), *pieces.yearly.get(f"{day:%m-%d}", ())]) == whole
    ]


def _leave_out(likeness: Likeness, pieces: Pieces, horizon: Horizon) -> None:
    """Drop the closed dates that a code has: single ones, and days of the year that it has in every year."""
    for day in likeness.dates & pieces.closed.keys():
        del pieces.closed[day]
    for name in list(pieces.yearly):
        if all(day in likeness.dates for day in horizon.days if f"{day:%m-%d}" == name):
            del pieces.yearly[name]


def _nearly(likeness: Likeness) -> str:
    more, fewer = (", ".join(map(str, days)) or "nothing" for days in (likeness.more, likeness.fewer))
    return f'check: nearly holidays = ["{likeness.code}"], which has besides: {more}; and lacks: {fewer}'
