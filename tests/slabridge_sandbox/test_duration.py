import pytest

from slabridge_sandbox.duration import parse_duration
from slabridge_sandbox.instant import HOUR, MINUTE, SECOND


@pytest.mark.parametrize(("text", "ms"), [("36h", 36 * HOUR), ("1h30m", 90 * MINUTE), ("5m10s", 310 * SECOND)])
def test_a_duration_is_hours_minutes_and_seconds(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize("text", ["", "1", "2wd", "1d", "30m1h", "-1h", "1.5h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write 36h, 1h30m or 90s"):
        parse_duration(text)
