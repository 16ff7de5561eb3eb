from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_engine.instant import DAY, HOUR, parse_instant
from sla_engine.worktime import Calendar
from slabridge.config import load_config
from slabridge_sandbox.hours import SERVICE_DESK, hours_named

ROOT = Path(__file__).parents[2]
EXAMPLE = Calendar(load_config(ROOT / "config.example.toml").definitions.calendars["service-desk"])
ENDS = (parse_instant("2015-01-01T00:00:00Z"), parse_instant("2027-01-01T00:00:00Z"))


@settings(deadline=None)
@given(st.integers(*ENDS), st.integers(0, 30 * DAY), st.integers(0, 60 * HOUR))
def test_the_service_desk_works_as_that_of_the_example_configuration(start: int, length: int, amount: int) -> None:
    hours, begin = hours_named(SERVICE_DESK), np.array([start])
    assert hours.worked(start, start + length) == EXAMPLE.elapsed(begin, begin + length)[0]
    assert hours.add(start, amount) == EXAMPLE.due(begin, np.array([amount]))[0]


@given(st.integers(*ENDS), st.integers(0, 400 * DAY))
def test_without_a_name_all_time_counts(start: int, length: int) -> None:
    assert hours_named("").worked(start, start + length) == length
    assert hours_named("").add(start, length) == start + length
