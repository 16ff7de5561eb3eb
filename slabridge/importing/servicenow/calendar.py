"""Entries of a schedule in pieces: what repeats for ever as such, the rest as dates of the years that are asked for."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from slabridge.importing import hours
from slabridge.importing.calendar import Pieces
from slabridge.importing.finding import Finding, Kind
from slabridge.importing.servicenow.span import Span
from slabridge.importing.wanted import Horizon

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def pieces_of(spans: Sequence[Span], horizon: Horizon) -> Pieces:
    """Return what entries come to."""
    pieces = Pieces()
    for span in spans:
        start, length = span.at // _MINUTE, span.length // _MINUTE
        if span.weekly and span.first <= horizon.today:
            target = pieces.never if span.excluded else pieces.weekly
            cut = hours.by_date if span.excluded else hours.pieces_of
            for weekday in span.weekly:
                for later, piece in cut(start, length):
                    target[(weekday + later) % 7].append(piece)
        elif span.excluded and span.yearly and _same_every_year(span, horizon):
            for later, piece in hours.by_date(start, length):
                pieces.close_yearly(span.first + later * _DAY, piece)
        else:
            _list(span, pieces, horizon)
    return pieces


def _list(span: Span, pieces: Pieces, horizon: Horizon) -> None:
    target = pieces.closed if span.excluded else pieces.more
    for begin, end in span.between(horizon.first, horizon.last):
        for later, piece in hours.by_date(begin.hour * 60 + begin.minute, (end - begin) // _MINUTE):
            day = begin.date() + later * _DAY
            if horizon.first <= day <= horizon.last:
                target.setdefault(day, []).append(piece)
    pieces.listed |= span.repeats and (span.last is None or span.last > horizon.last)


def _same_every_year(span: Span, horizon: Horizon) -> bool:
    """Say whether it is on the same dates of every year: no leap day lies in it, and none was before the first."""
    days = [span.first + n * _DAY for n in range(-(-(span.at + span.length) // _DAY) + 1)]
    if any((day.month, day.day) in {(2, 29), (3, 1)} for day in days):
        return False
    return days[-1].replace(year=days[-1].year - 1) <= horizon.first


def remarks(span: Span, subject: str, horizon: Horizon) -> Iterator[Finding]:
    """Yield what counts otherwise of an entry, or hardly as it was meant."""
    what = f"{'exclusion' if span.excluded else 'entry'} {span.name!r}"
    if span.weekly and horizon.first < span.first <= horizon.today:
        why = f"{what} begins on {span.first}; here it counts before then, too"
        yield Finding(Kind.DIFFERS, subject, "start_date_time", span.first.isoformat(), why)
    if span.repeats and span.last is not None and span.last < horizon.today:
        why = f"{what} has expired" + (": no such day is closed any more" if span.excluded else "")
        yield Finding(Kind.CHECK, subject, "repeat_until", span.last.isoformat(), why)
