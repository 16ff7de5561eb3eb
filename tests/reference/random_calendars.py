"""Random calendars around an anchor: a daylight-saving change, the turn of a year, or any day.

All random things are made by a `random.Random`; hypothesis hands in one that it can shrink. So the simplest choice
stands first in each list.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.calendar import DAYS, Calendar, instant

ANCHORS = [
    ("UTC", 2026),
    ("Europe/Stockholm", 2026),
    ("America/New_York", 2024),
    ("Asia/Kathmandu", 2026),
    ("America/Sao_Paulo", 2018),  # no midnight in spring
    ("Africa/Cairo", 2024),  # changes at midnight
    ("Africa/Casablanca", 2019),  # winter time in Ramadan
    ("America/St_Johns", 2010),  # back from 00:01 to 23:01 of the day before
    ("Antarctica/Troll", 2024),  # two hours
    ("Australia/Lord_Howe", 2024),  # half an hour
    ("Pacific/Apia", 2011),  # a date left out
    ("Pacific/Chatham", 2024),
]
HOLIDAYS = ["SE", "SE:public+de_facto", "US", "US-CA:public+government", "BR", "MA", "NP", "AU-NSW", "WS"]
HOURS = [8, 12, 13, 17, 22, 0, 1, 2, 3, 6]
CLOCKS = [*(f"{hour:02}:00" for hour in HOURS), "00:01", "01:45", "02:30", "23:30"]
SPANS = ["08:00-17:00", "08:00-12:00", "22:00-06:00", "00:00-24:00"]
WEEKS = [
    ["mon-fri"],
    ["mon-thu", "fri"],
    ["mon-sun"],
    ["fri-mon"],
    ["sat", "sun", "tue-wed"],
    ["sun-mon", "wed"],
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
]
Table = dict[str, Any]


def sometimes(rng: Random, one_in: int = 2) -> bool:
    return rng.randrange(one_in) == one_in - 1


@cache
def transitions(zone: str, year: int) -> list[datetime]:
    """Return the instants of a year at which a zone's offset changes."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(ZoneInfo(zone)).utcoffset()

    found = []
    for day in range(365):
        before = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day)
        after = before + timedelta(days=1)
        if offset(before) == offset(after):
            continue
        while after - before > timedelta(minutes=1):
            middle = before + (after - before) // timedelta(minutes=2) * timedelta(minutes=1)
            before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
        found.append(after)
    return found


def random_anchor(rng: Random) -> tuple[str, datetime]:
    """Return a zone, and an instant of it around which everything happens."""
    zone, year = rng.choice(ANCHORS)
    quiet = [datetime(year, 5, 18, 12, tzinfo=UTC), datetime(year, 12, 31, 23, tzinfo=UTC)]
    return zone, rng.choice(quiet + 3 * transitions(zone, year))


def random_span(rng: Random) -> str:
    if not sometimes(rng, 3):
        return rng.choice(SPANS)
    start = rng.choice(CLOCKS)
    return f"{start}-{rng.choice([end for end in [*CLOCKS, '24:00'] if end != start])}"


def random_spans(rng: Random) -> list[str]:
    return [random_span(rng) for _ in range(rng.randint(1, 2))]


def random_date(rng: Random, near: date) -> date:
    return near + timedelta(days=rng.choice([0, 1, -1, 2, -2, 3, -3, 6]))


def random_closing(rng: Random, near: date) -> str:
    day = str(random_date(rng, near))
    if sometimes(rng, 3):
        day = day.removeprefix(day[:5])  # of every year
    span = random_span(rng)
    return f"{day} {span}" if sometimes(rng) and span[:5] < span[6:] else day


def random_maintenance(rng: Random, near: date) -> Table:
    if sometimes(rng):
        return {"weekly": f"{rng.choice(DAYS)} {random_span(rng)}"}
    start = datetime.fromisoformat(f"{random_date(rng, near)}T{rng.choice(CLOCKS)}")
    return {"from": start, "to": start + timedelta(minutes=rng.choice([15, 60, 150, 1440, 4000]))}


def random_calendar(rng: Random, zone: str, near: date) -> Table:
    """Return a table [calendars.<name>] that has working time."""
    table: Table = {"timezone": zone, "day": rng.choice(["8h", "7h30m", "24h"])}
    table["hours"] = "24x7" if sometimes(rng, 4) else {day: random_spans(rng) for day in rng.choice(WEEKS)}
    if sometimes(rng):
        table["holidays"] = rng.sample(HOLIDAYS, rng.randint(1, 2))
    if sometimes(rng):
        table["closed"] = [random_closing(rng, near) for _ in range(rng.randint(1, 3))]
    if sometimes(rng):
        table["open"] = {str(random_date(rng, near)): random_spans(rng) for _ in range(rng.randint(1, 2))}
    if sometimes(rng):
        table["maintenance"] = [random_maintenance(rng, near) for _ in range(rng.randint(1, 2))]
    if not has_working_time({"c": table}, "c", near):
        del table["maintenance"]
    return table


def has_working_time(tables: Table, name: str, near: date) -> bool:
    start = instant(datetime.combine(near + timedelta(days=30), time(), tzinfo=UTC))
    return Calendar(tables, name).elapsed(start, start + timedelta(days=21) // timedelta(milliseconds=1)) > 0


def random_calendars(rng: Random, zone: str, near: date) -> Table:
    """Return a table [calendars] with one to three of them, some `like` the first."""
    tables = {"c0": random_calendar(rng, zone, near)}
    for name in ["c1", "c2"][: rng.randint(0, 2)]:
        other = rng.choice(ANCHORS)[0] if sometimes(rng) else zone
        table = random_calendar(rng, other, near)
        if sometimes(rng):
            alike = {"like": "c0"} | {key: table[key] for key in rng.sample(sorted(table), rng.randint(1, 2))}
            table = alike if has_working_time(tables | {name: alike}, name, near) else table
        tables[name] = table
    return tables
