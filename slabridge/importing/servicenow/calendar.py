"""A schedule as a calendar: what repeats for ever as such, the rest as dates of the years that are asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from slabridge.importing import hours
from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.holidays import Likeness, likest
from slabridge.importing.hours import Piece
from slabridge.importing.servicenow.span import Span
from slabridge.importing.wanted import Horizon

_MINUTE = timedelta(minutes=1)
_LEAST_YEARS = 3


@dataclass(slots=True)
class Calendar:
    """A calendar of the configuration, with comments above it and findings about its schedule."""

    entries: dict[str, Any]
    comments: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Pieces:
    """What the entries of a schedule come to, in pieces of dates."""

    weekly: list[list[Piece]] = field(default_factory=lambda: [[] for _ in range(7)])
    never: list[list[Piece]] = field(default_factory=lambda: [[] for _ in range(7)])
    more: dict[date, list[Piece]] = field(default_factory=dict)
    closed: dict[date, list[Piece]] = field(default_factory=dict)
    yearly: dict[str, list[Piece]] = field(default_factory=dict)
    listed: bool = False
    """Whether dates are listed of something that goes on after the last of them."""


def calendar_of(subject: str, spans: Sequence[Span], zone: str, horizon: Horizon) -> Calendar:
    """Return a calendar that counts as these entries do, in a zone.

    Raises:
        Untranslatable: none of them is working time.
    """
    if all(span.excluded for span in spans):
        raise Untranslatable("schedule", subject, "has no working time")
    found, pieces = Calendar({"timezone": zone}), _Pieces()
    for span in spans:
        _place(span, pieces, horizon)
        found.findings += _remarks(span, subject, horizon)
    base = [hours.merged(of_day) for of_day in pieces.weekly]
    found.entries["hours"] = hours.weekly(base)
    opened = {day: [*base[day.weekday()], *more] for day, more in pieces.more.items()}
    likeness = likest(_whole(pieces, horizon), [day for day in horizon.days if base[day.weekday()]], zone)
    if likeness is not None and not likeness.more and (horizon.last.year - horizon.first.year) + 1 >= _LEAST_YEARS:
        found.entries["holidays"] = [likeness.code]
        opened = {day: held for day, held in opened.items() if day not in likeness.dates}
        _leave_out(likeness, pieces, horizon)
        found.comments.append(
            f"check: on working days of {_years(horizon)} exactly the holidays of {likeness.code} are closed"
        )
    elif likeness is not None:
        found.comments.append(_nearly(likeness))
    named: dict[str, Iterable[Piece]] = dict(pieces.yearly)
    if closed := hours.dates(named | {day.isoformat(): held for day, held in pieces.closed.items()}):
        found.entries["closed"] = closed
    if opened:
        found.entries["open"] = hours.opened(opened)
    if windows := hours.windows([hours.merged(of_day) for of_day in pieces.never]):
        found.entries["maintenance"] = windows
    if pieces.listed:
        found.comments.append(f"dates are listed until {horizon.last}: import again before then")
        why = f"what does not repeat by a rule that the configuration has is listed from {horizon.first} to {horizon.last}"
        found.findings.append(Finding(Kind.DIFFERS, subject, "schedule", "", why))
    return found


def _place(span: Span, pieces: _Pieces, horizon: Horizon) -> None:
    start, length = span.at // _MINUTE, span.length // _MINUTE
    begun = span.first <= horizon.today
    if span.weekly and begun:
        target = pieces.never if span.excluded else pieces.weekly
        cut = hours.by_date if span.excluded else hours.pieces_of
        for weekday in span.weekly:
            for later, piece in cut(start, length):
                target[(weekday + later) % 7].append(piece)
    elif span.excluded and span.yearly and span.first <= horizon.first and _same_every_year(span):
        for later, piece in hours.by_date(start, length):
            pieces.yearly.setdefault(f"{span.first + timedelta(days=later):%m-%d}", []).append(piece)
    else:
        target_dates = pieces.closed if span.excluded else pieces.more
        for begin, end in span.between(horizon.first, horizon.last):
            for later, piece in hours.by_date(_minutes(begin), (end - begin) // _MINUTE):
                day = begin.date() + timedelta(days=later)
                if horizon.first <= day <= horizon.last:
                    target_dates.setdefault(day, []).append(piece)
        pieces.listed |= span.repeats and (span.last is None or span.last > horizon.last)


def _minutes(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _same_every_year(span: Span) -> bool:
    """Say whether no leap day lies in it: then it is on the same dates of every year."""
    days = [span.first + timedelta(days=n) for n in range(-(-(span.at + span.length) // timedelta(days=1)) + 1)]
    return not any((day.month, day.day) in {(2, 29), (3, 1)} for day in days)


def _remarks(span: Span, subject: str, horizon: Horizon) -> Iterable[Finding]:
    what = f"{'exclusion' if span.excluded else 'entry'} {span.name!r}" if span.name else "an entry"
    if span.weekly and horizon.first < span.first <= horizon.today:
        why = f"{what} begins on {span.first}; here it counts before then, too"
        yield Finding(Kind.DIFFERS, subject, "start_date_time", span.first.isoformat(), why)
    if span.repeats and span.last is not None and span.last < horizon.today:
        what = f"{what} has expired" + (": no such day is closed any more" if span.excluded else "")
        yield Finding(Kind.CHECK, subject, "repeat_until", span.last.isoformat(), what)


def _whole(pieces: _Pieces, horizon: Horizon) -> list[date]:
    """Return the dates that are closed from midnight to midnight."""
    whole = [(0, hours.DAY)]
    return [
        day
        for day in horizon.days
        if hours.merged([*pieces.closed.get(day, ()), *pieces.yearly.get(f"{day:%m-%d}", ())]) == whole
    ]


def _leave_out(likeness: Likeness, pieces: _Pieces, horizon: Horizon) -> None:
    """Drop the closed dates that a code has: single ones, and days of the year that it has in every year."""
    for day in likeness.dates & pieces.closed.keys():
        del pieces.closed[day]
    for name in list(pieces.yearly):
        days = [day for day in horizon.days if f"{day:%m-%d}" == name]
        if all(day in likeness.dates for day in days):
            del pieces.yearly[name]


def _nearly(likeness: Likeness) -> str:
    more, fewer = (", ".join(map(str, days)) or "nothing" for days in (likeness.more, likeness.fewer))
    return f'check: nearly holidays = ["{likeness.code}"], which has besides: {more}; and lacks: {fewer}'


def _years(horizon: Horizon) -> str:
    return f"{horizon.first.year} to {horizon.last.year}"
