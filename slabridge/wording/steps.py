"""An example step by step: what counts on which day, what does not, and when it is due."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from sla_engine.calendar import CalendarDefinition
from sla_engine.duration import Duration
from sla_engine.intervals import is_holiday
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import amount, said_at, said_day, zoned
from slabridge.wording.example import Example, Part, Scene
from slabridge.wording.listed import COMMA, both, folded, shown
from slabridge.wording.situation import ANY

_MOST = 5
"""Days that are told one by one; of more, those in the middle are told together."""

_SCENES: Mapping[Scene, str] = {
    "closing": word("%(ticket)s comes shortly before working time ends."),
    "closed": word("%(ticket)s comes out of working time."),
    "waiting": word("%(ticket)s comes, and then waits for a while."),
    "friday": word("%(ticket)s comes on a Friday evening."),
}


def title_of(example: Example) -> Said:
    """Return what ticket it is, and when it comes."""
    ticket = said("A ticket")
    if example.fields:
        ticket = said("A ticket with %(fields)s", fields=both([_field(*one) for one in example.fields.items()]))
    return said(_SCENES[example.scene], ticket=ticket)


def _field(name: str, value: str) -> Said:
    if value == ANY:
        return said("any %(field)s", field=shown(name))
    return said("%(field)s %(value)s", field=shown(name), value=shown(value))


def steps_of(example: Example, calendar: CalendarDefinition) -> Iterator[Said]:
    """Yield the steps."""
    zone, begins = calendar.timezone, example.begins
    yield said("It begins %(at)s.", at=said_at(begins, zone, begins))
    if isinstance(example.limit, Duration):
        yield from _counted(example, calendar)
    yield said("It is due %(at)s.", at=said_at(example.due, zone, begins))


def _counted(example: Example, calendar: CalendarDefinition) -> Iterator[Said]:
    zone, parts = calendar.timezone, example.parts
    if parts and parts[0].mode == "closed":
        yield said("Time does not count until %(at)s.", at=said_at(parts[0].end, zone, example.begins))
        parts = parts[1:]
    waited = [part for part in parts if part.mode == "waiting"]
    before = [part for part in parts if not waited or part.end <= waited[0].start]
    after = [part for part in parts if waited and part.start >= waited[-1].end]
    yield from _stretch(before, calendar, example.begins)
    if waited:
        start, end = (said_at(one, zone, example.begins) for one in (waited[0].start, waited[-1].end))
        yield said("It waits from %(start)s to %(end)s: that does not count.", start=start, end=end)
        yield from _stretch(after, calendar, example.begins)


def _stretch(parts: Sequence[Part], calendar: CalendarDefinition, near: int) -> Iterator[Said]:
    """Yield a stretch without waiting, day by day."""
    zone = calendar.timezone
    days = [[*group] for _, group in groupby(_worked(parts), lambda part: zoned(part.start, zone).date())]
    told = days if len(days) <= _MOST else [*days[:2], [one for day in days[2:-1] for one in day], days[-1]]
    last: date | None = None
    for n, day in enumerate(told):
        together = len(days) > _MOST and n == 2
        first = zoned(day[0].start, zone)
        if last is not None:
            yield from _off(last, first.date(), calendar)
        worked = amount(sum(part.worked for part in day))
        if together:
            ends = [said_day(one) for one in (first, zoned(day[-1].start, zone))]
            yield said("%(first)s to %(last)s count: %(worked)s.", first=ends[0], last=ends[1], worked=worked)
        else:
            yield _day(day, worked, zone, near)
        last = _last_date(zoned(day[-1].end, zone))


def _worked(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.mode == "counted"]


def _day(day: Sequence[Part], worked: str, zone: str, near: int) -> Said:
    first, last = zoned(day[0].start, zone), zoned(day[-1].end, zone)
    if len(day) == 1 and (last - timedelta(milliseconds=1)).date() != first.date():
        ends = [said_at(one, zone, near) for one in (day[0].start, day[0].end)]
        return said("%(start)s to %(end)s counts: %(worked)s.", start=ends[0], end=ends[1], worked=worked)
    times = folded([f"{_time(part.start, zone)}-{_time(part.end, zone, end=True)}" for part in day], COMMA)
    return said("%(day)s %(times)s counts: %(worked)s.", day=said_day(first), times=times, worked=worked)


def _time(instant: int, zone: str, *, end: bool = False) -> str:
    moment = zoned(instant, zone)
    text = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    return "24:00" if end and text == "00:00" else text


def _last_date(end: datetime) -> date:
    return (end - timedelta(milliseconds=1)).date()


def _off(last: date, following: date, calendar: CalendarDefinition) -> Iterator[Said]:
    """Yield the whole dates between two that do not count, and which of them are holidays."""
    days = [last + timedelta(days=n) for n in range(1, (following - last).days)]
    if not days:
        return
    off = [day for day in days if is_holiday(calendar, day)]
    if len(days) == 1:
        text = said("%(day)s does not count", day=said_day(days[0]))
    else:
        text = said("%(first)s to %(last)s do not count", first=said_day(days[0]), last=said_day(days[-1]))
    if off == days:
        yield said("%(text)s: holiday.", text=text)
    elif off:
        yield said("%(text)s; holiday: %(days)s.", text=text, days=both([said_day(day) for day in off]))
    else:
        yield said("%(text)s.", text=text)
