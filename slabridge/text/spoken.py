"""Instants and working time as people say them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sla_engine.instant import HOUR, MINUTE, SECOND, moment_of
from slabridge.text.language import Language
from slabridge.text.said import Said, said, word

WEEKDAYS = (word("Mon"), word("Tue"), word("Wed"), word("Thu"), word("Fri"), word("Sat"), word("Sun"))
MONTHS = (
    *(word("Jan"), word("Feb"), word("Mar"), word("Apr"), word("May"), word("Jun")),
    *(word("Jul"), word("Aug"), word("Sep"), word("Oct"), word("Nov"), word("Dec")),
)


def local(instant: int, zone: str) -> str:
    """Return an instant in a zone's local time: `Tue 2026-03-03 14:20 CET (Europe/Stockholm)`."""
    return f"{zoned(instant, zone):%a %Y-%m-%d %H:%M %Z} ({zone})"


def local_in(instant: int, zone: str, language: Language) -> str:
    """Return an instant in a zone's local time, in a language: `tis 3 mars 2026 14:20 CET`."""
    moment = zoned(instant, zone)
    return f"{language.tell(said_date(moment))} {moment:%H:%M %Z}"


def said_at(instant: int, zone: str, near: int) -> Said:
    """Return an instant in a zone's local time, with its year only where that is not the one of `near`."""
    moment = zoned(instant, zone)
    day = said_day(moment) if moment.year == zoned(near, zone).year else said_date(moment)
    return said("%(day)s %(time)s", day=day, time=_clock(moment))


def said_date(day: date) -> Said:
    """Return a date: `Tue 3 Mar 2026`."""
    return said("%(day)s %(year)s", day=said_day(day), year=str(day.year))


def said_day(day: date) -> Said:
    """Return a date without its year: `Tue 3 Mar`."""
    weekday, month = said(WEEKDAYS[day.weekday()]), said(MONTHS[day.month - 1])
    return said("%(weekday)s %(day)s %(month)s", weekday=weekday, day=str(day.day), month=month)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def amount(ms: int) -> str:
    """Return an amount of time to the millisecond, in units that all languages share: `1 h 30 min`, `0 min`."""
    hours, minutes, rest = ms // HOUR, ms % HOUR // MINUTE, ms % MINUTE
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{rest / SECOND:g} s" if rest else ""]
    return " ".join(part for part in parts if part) or "0 min"


def zoned(instant: int, zone: str) -> datetime:
    """Return an instant as a date and time of a zone."""
    return moment_of(instant).astimezone(ZoneInfo(zone))


def share_used(used: int, target: int, percent: float | None) -> Said:
    """Return how much of a target is used: `5h of 8h used (62.5 %)`."""
    times = {"used": spoken(used), "target": spoken(target)}
    if percent is None:
        return said("%(used)s of %(target)s used", **times)
    return said("%(used)s of %(target)s used (%(percent)s %%)", **times, percent=shown_percent(percent))


def shown_percent(percent: float | None) -> str:
    """Return a share as it is shown, nothing where there is none."""
    return "" if percent is None else f"{percent:g}"


def spoken(ms: int) -> str:
    """Return working time as people say it: `26h 10m`, `45s`."""
    if ms < MINUTE:
        return f"{ms // SECOND}s"
    hours, minutes = ms // HOUR, ms % HOUR // MINUTE
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part)


def roughly(ms: int) -> str:
    """Return a stretch of time as people speak of it: `2d 3h`, `1h 18m`, `6m`, `45s`."""
    return span(ms).removesuffix(" 0h").removesuffix(" 0m") if not MINUTE <= ms < HOUR else f"{ms // MINUTE}m"


def span(ms: int) -> str:
    """Return a stretch of time in its largest two units: `2d 3h`, `45s`."""
    seconds = max(0, ms) // 1000
    for size, unit, rest, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if seconds >= size:
            return f"{seconds // size}{unit} {seconds % size // rest}{small}"
    return f"{seconds}s"


def told(instant: int, zone: str) -> Said:
    """Return an instant in a zone's local time, as `local` does, to be said in any language."""
    moment = zoned(instant, zone)
    return said("%(day)s %(time)s", day=said(WEEKDAYS[moment.weekday()]), time=f"{moment:%Y-%m-%d %H:%M %Z} ({zone})")
