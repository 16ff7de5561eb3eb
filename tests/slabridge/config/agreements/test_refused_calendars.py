import pytest

from tests.slabridge.config.small import definition_problems

REFUSED = {
    "no zone": ('calendars.office.timezone = "(gone)"', "timezone", 'is missing; write timezone = "Europe/Stockholm"'),
    "unknown zone": ('calendars.office.timezone = "Europe/Stokholm"', "timezone", 'the nearest is "Europe/Stockholm"'),
    "city alone": ('calendars.office.timezone = "new york"', "timezone", 'the nearest is "America/New_York"'),
    "folder of zones": ('calendars.office.timezone = "Europe"', "timezone", "is no IANA time zone"),
    "zone no text": ("calendars.office.timezone = 1", "timezone", "must be text in quotes"),
    "unknown key": ("calendars.office.houres = 1", "houres", 'unknown key; the nearest is "hours"'),
    "no hours": (
        'calendars.office.hours = "(gone)"',
        "hours",
        'is missing; write hours = { mon-fri = ["08:00-17:00"] }',
    ),
    "24/7": ('calendars.office.hours = "24/7"', "hours", 'write "24x7"'),
    "hours no list": ('calendars.office.hours.mon-fri = "08:00-17:00"', "hours.mon-fri", "must be a list in [ ]"),
    "day in full": ('calendars.office.hours = { monday = ["08:00-17:00"] }', "hours.monday", 'the nearest is "mon"'),
    "range to itself": ('calendars.office.hours = { mon-mon = ["08:00-17:00"] }', "hours.mon-mon", "one day alone"),
    "three days": ('calendars.office.hours = { mon-tue-wed = ["08:00-17:00"] }', "hours.mon-tue-wed", "write mon-fri"),
    "day twice": ('calendars.office.hours.fri = ["18:00-20:00"]', "hours", "names fri twice"),
    "day twice by wrapping": ('calendars.office.hours.sat-mon = ["18:00-20:00"]', "hours", "names mon twice"),
    "no span": ('calendars.office.hours.sat = ["8-17"]', "hours.sat[0]", "write 08:00-17:00"),
    "hour 25": ('calendars.office.hours.sat = ["08:00-25:00"]', "hours.sat[0]", "times are 00:00 to 23:59"),
    "after 24:00": ('calendars.office.hours.sat = ["08:00-24:30"]', "hours.sat[0]", "24:00 as an end"),
    "minute 60": ('calendars.office.hours.sat = ["08:60-09:00"]', "hours.sat[0]", "times are 00:00 to 23:59"),
    "24:00 as a start": ('calendars.office.hours.sat = ["24:00-08:00"]', "hours.sat[0]", "24:00 as an end"),
    "equal ends": ('calendars.office.hours.sat = ["08:00-08:00"]', "hours.sat[0]", "for a whole day write 00:00-24:00"),
    "country": ('calendars.office.holidays = ["Sweden"]', "holidays[0]", 'the nearest is "SE"'),
    "country in small letters": ('calendars.office.holidays = ["se"]', "holidays[0]", 'the nearest is "SE"'),
    "subdivision": ('calendars.office.holidays = ["US-TXX"]', "holidays[0]", 'the nearest is "TX"'),
    "no subdivision": ('calendars.office.holidays = ["US-"]', "holidays[0]", "US has no subdivision"),
    "category": ('calendars.office.holidays = ["SE:publik"]', "holidays[0]", 'the nearest is "public"'),
    "no category": ('calendars.office.holidays = ["SE:"]', "holidays[0]", "known: bank, de_facto, optional, public"),
    "half days": ('calendars.office.holidays = ["US:public+half_day"]', "holidays[0]", "write the parts under closed"),
    "holidays no list": (
        'calendars.office.holidays = "SE"',
        "holidays",
        'must be a list in [ ]; write holidays = ["SE"]',
    ),
    "closed": ('calendars.office.closed = ["5/6/2026"]', "closed[0]", "write 2026-06-05"),
    "closed at an instant": ("calendars.office.closed = [2026-06-05T12:00:00]", "closed[0]", "a part of one"),
    "closed over midnight": (
        'calendars.office.closed = ["2026-06-05 22:00-02:00"]',
        "closed[0]",
        "ends before it begins",
    ),
    "closed on no date of a year": ('calendars.office.closed = ["02-30"]', "closed[0]", "is no local date"),
    "closed without length": ('calendars.office.closed = ["2026-06-05 12:00-12:00"]', "closed[0]", "has no length"),
    "no such date": ('calendars.office.closed = ["2026-02-30"]', "closed[0]", "is no local date"),
    "open": ('calendars.office.open = { sat = ["10:00-14:00"] }', "open.sat", "is no local date"),
    "open no list": ('calendars.office.open = { 2026-05-02 = "10:00-14:00" }', "open.2026-05-02", "must be a list"),
    "working days as a day": ('calendars.office.day = "1wd"', "day", "write hours, as in 8h"),
    "more than a day": ('calendars.office.day = "25h"', "day", "at most 24h"),
    "days as a day": ('calendars.office.day = "1d"', "day", "or hours (24h)"),
    "window without times": (
        'calendars.office.maintenance = [{ weekly = "thu" }]',
        "maintenance[0].weekly",
        "thu 16:00",
    ),
    "window on no day": (
        'calendars.office.maintenance = [{ weekly = "thurs 16:00-20:00" }]',
        "maintenance[0].weekly",
        'the nearest is "thu"',
    ),
    "window without its end": (
        'calendars.office.maintenance = [{ weekly = "thu 16:00" }]',
        "maintenance[0].weekly",
        "for the rest of the day write thu 16:00-24:00",
    ),
    "window half": ("calendars.office.maintenance = [{ from = 2026-06-01T22:00:00 }]", "maintenance[0]", "from and to"),
    "window of two kinds": (
        'calendars.office.maintenance = [{ weekly = "thu 16:00-20:00", to = 2026-06-01T22:00:00 }]',
        "maintenance[0]",
        "is either weekly",
    ),
    "window backwards": (
        "calendars.office.maintenance = [{ from = 2026-06-01T22:00:00, to = 2026-06-01T21:00:00 }]",
        "maintenance[0]",
        "from must be before to",
    ),
    "window with an offset": (
        "calendars.office.maintenance = [{ from = 2026-06-01T22:00:00Z, to = 2026-06-02T21:00:00 }]",
        "maintenance[0].from",
        "without offset",
    ),
    "window as a table": ("calendars.office.maintenance = { }", "maintenance", "must be a list"),
    "no hours at all": ("calendars.office.hours.mon-fri = []", "hours", "leaves no working time"),
    "only maintenance": (
        'calendars.days.maintenance = [{ weekly = "sat-fri 00:00-24:00" }]\ncalendars.days.day = "8h"',
        "hours",
        "leaves no working time",
    ),
    "like nothing": ('calendars.office.like = "dayss"', "like", 'the nearest is "days"'),
    "like itself": ('calendars.office.like = "office"', "like", "office -> office"),
}


@pytest.mark.parametrize(("change", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_a_calendar_that_means_nothing_is_refused_with_its_place_and_remedy(change: str, path: str, words: str) -> None:
    (problem,) = definition_problems(change)
    assert problem.path in {f"calendars.office.{path}", f"calendars.days.{path}"}
    assert words in problem.message


def test_a_bad_holiday_hides_no_bad_maintenance() -> None:
    problems = definition_problems("""
        calendars.office.holidays = ["Sweden"]
        calendars.office.maintenance = [{ weekly = "xyz 16:00-20:00" }]
    """)
    assert [problem.path for problem in problems] == [
        "calendars.office.holidays[0]",
        "calendars.office.maintenance[0].weekly",
    ]


def test_a_calendar_name_that_cannot_stand_in_a_marker_is_refused() -> None:
    (problem,) = definition_problems('[calendars."my office"]\ntimezone = "UTC"\nhours = "24x7"')
    assert problem.path == 'calendars."my office"'
    assert "letters" in problem.message


def test_a_calendar_that_is_no_table_is_refused() -> None:
    (problem,) = definition_problems('calendars.holiday = "SE"')
    assert str(problem) == 'config.toml: calendars.holiday: "SE": must be a table, as in [calendars.holiday]'


def test_a_circle_of_like_is_shown_whole() -> None:
    problems = definition_problems('[calendars.a]\nlike = "b"\n[calendars.b]\nlike = "a"')
    assert [problem.message for problem in problems] == [
        "goes round in a circle: a -> b -> a",
        "goes round in a circle: b -> a -> b",
    ]


def test_a_problem_that_is_inherited_is_shown_once_and_where_it_stands() -> None:
    problems = definition_problems('calendars.office.day = "1d"\n[calendars.copy]\nlike = "office"\ntimezone = "UTC"')
    assert [problem.path for problem in problems] == ["calendars.office.day"]
