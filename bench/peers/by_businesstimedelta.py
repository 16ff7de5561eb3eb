"""businesstimedelta: rules of working days, lunch breaks and holidays, in a zone of pytz."""

from datetime import datetime, time
from itertools import pairwise
from typing import Any

import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, LunchTimeRule, Rules, WorkDayRule

from bench.peers.asking import Asked, Work, answer, each, instant, milliseconds


def rules_of(asked: Asked) -> Any:  # noqa: ANN401 - it has no types
    """Return its calendar: the first opening to the last closing, without what lies between."""
    zone, hours = pytz.timezone(asked.zone), [[time.fromisoformat(text) for text in pair] for pair in asked.hours]
    days = {"working_days": list(asked.days), "tz": zone}
    rules = [WorkDayRule(start_time=hours[0][0], end_time=hours[-1][1], **days)]
    rules += [LunchTimeRule(start_time=one[1], end_time=two[0], **days) for one, two in pairwise(hours)]
    if asked.holidays:
        rules.append(HolidayRule(asked.dates, tz=zone))
    return Rules(rules)


def moment(at: int) -> datetime:
    """Return an instant as its datetimes are."""
    return datetime.fromtimestamp(at / 1000, pytz.utc)


def between(asked: Asked) -> Work:
    """Ask for the difference of two datetimes."""
    rules = rules_of(asked)
    given = [(moment(start), moment(end)) for start, end in asked.given]
    return Work(each(lambda start, end: rules.difference(start, end).timedelta, given), milliseconds)


def after(asked: Asked) -> Work:
    """Add hours to a datetime."""
    rules = rules_of(asked)
    given = [(moment(start), BusinessTimeDelta(rules, hours=hours)) for start, hours in asked.given]
    return Work(each(lambda start, hours: start + hours, given), instant)


if __name__ == "__main__":
    answer({"between": between, "after": after})
