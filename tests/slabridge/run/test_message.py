"""What a comment says."""

import pytest

from sla_engine import Result
from sla_engine.instant import HOUR, MINUTE, SECOND, parse_instant
from slabridge.run.message import message_of
from slabridge.text.spoken import local, spoken
from tests.slabridge.run.making import DEFINITIONS, at_risk, breached, paused

TEN = parse_instant("2026-03-03T10:00:00Z")


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param(
            at_risk(due_at=TEN, elapsed=3 * HOUR + 10 * MINUTE, remaining=50 * MINUTE),
            [
                "SLA at risk: Standard, agreed 2026, resolution",
                "Working time: 3h 10m of 4h used (79.16 %).",
                "It is due Tue 2026-03-03 11:00 CET (Europe/Stockholm).",
                "Held by Network.",
            ],
            id="at risk",
        ),
        pytest.param(
            breached(TEN, elapsed=26 * HOUR + 10 * MINUTE, remaining=-22 * HOUR - 10 * MINUTE),
            [
                "SLA breached: Standard, agreed 2026, resolution",
                "Working time: 26h 10m of 4h used (654.16 %).",
                "It was due Tue 2026-03-03 11:00 CET (Europe/Stockholm).",
                "Held by Network.",
            ],
            id="breached",
        ),
        pytest.param(
            paused(TEN, holder=None),
            [
                "SLA paused: Standard, agreed 2026, resolution",
                "Working time: 1h of 4h used (25 %).",
                "It is paused; resumed now, it would be due Tue 2026-03-03 11:00 CET (Europe/Stockholm).",
                "Nobody holds it.",
            ],
            id="paused, held by nobody",
        ),
        pytest.param(
            breached(TEN, cycle=2, kind="ola", calendar="days"),
            [
                "OLA breached: Standard, agreed 2026, resolution (cycle 2)",
                "Working time: 1h of 4h used (25 %).",
                "It was due Tue 2026-03-03 10:00 UTC (UTC).",
                "Held by Network.",
            ],
            id="a later cycle, in the zone of its calendar",
        ),
    ],
)
def test_a_comment_says_what_was_agreed_the_time_used_the_due_time_and_who_holds_it(
    found: Result, lines: list[str]
) -> None:
    assert message_of(found, DEFINITIONS).splitlines() == lines


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-01-15T12:00:00Z", "Thu 2026-01-15 13:00 CET (Europe/Stockholm)"),
        ("2026-07-15T12:00:00Z", "Wed 2026-07-15 14:00 CEST (Europe/Stockholm)"),
        ("2026-03-29T00:59:00Z", "Sun 2026-03-29 01:59 CET (Europe/Stockholm)"),
        ("2026-03-29T01:00:00Z", "Sun 2026-03-29 03:00 CEST (Europe/Stockholm)"),
        ("2026-10-25T00:30:00Z", "Sun 2026-10-25 02:30 CEST (Europe/Stockholm)"),
        ("2026-10-25T01:30:00Z", "Sun 2026-10-25 02:30 CET (Europe/Stockholm)"),
    ],
)
def test_local_time_tells_winter_from_summer(instant: str, expected: str) -> None:
    assert local(parse_instant(instant), "Europe/Stockholm") == expected


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (0, "0s"),
        (45 * SECOND + 999, "45s"),
        (MINUTE - 1, "59s"),
        (MINUTE, "1m"),
        (HOUR, "1h"),
        (26 * HOUR + 10 * MINUTE + 59 * SECOND, "26h 10m"),
    ],
)
def test_working_time_is_spoken_in_hours_and_minutes_and_never_rounded_up(ms: int, expected: str) -> None:
    assert spoken(ms) == expected
