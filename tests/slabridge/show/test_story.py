from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sla_engine.chain.outcome import ChainOutcome, ChainSegment, TicketRef
from sla_engine.instant import MINUTE
from slabridge.show.story import Story
from slabridge.text.language import Language
from slabridge.text.spoken import roughly
from tests.slabridge.run.making import NOW, result

ON = TicketRef("snow", "1", "INC1")


def story(*worked: int) -> Story:
    """A cycle whose time teams had, so long each."""
    ends = [sum(worked[: number + 1]) for number in range(len(worked))]
    segments = [
        ChainSegment(end - ms, end, "counted", ms, f"T{number}", (ON,), None, False, 0)
        for number, (ms, end) in enumerate(zip(worked, ends, strict=True))
    ]
    return Story(replace(result(), chain=ChainOutcome(tuple(segments), None)), "UTC")


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=9))
def test_the_shares_of_all_who_had_the_time_add_up_and_none_is_a_whole_percent_off(worked: list[int]) -> None:
    percents = [had.percent for had in story(*worked).used_by]
    assert sum(percents) == 100
    assert all(abs(percent - 100 * ms / sum(worked)) < 1 for percent, ms in zip(percents, worked, strict=True))


def test_when_something_is_due_is_said_to_the_minute() -> None:
    due = NOW // MINUTE * MINUTE
    assert str(story(1).due(due + 59_999)) == str(story(1).due(due))


def test_swedish_sets_units_apart_and_groups_thousands_by_a_space() -> None:
    swedish, english = Language("sv"), Language("en")
    assert [swedish.tell(text) for text in ("10h 10m", "2d 3h", "-45s", "+2h 10m")] == [
        "10 h 10 min",
        "2 d 3 h",
        "-45 s",
        "+2 h 10 min",
    ]
    assert english.tell("10h 10m") == "10h 10m"
    assert swedish.tell("T1h") == "T1h"
    assert (english.grouped(1234567), swedish.grouped(1234567)) == ("1,234,567", "1\u00a0234\u00a0567")


def test_a_rough_time_has_no_second_unit_that_is_nothing() -> None:
    hour = 60 * MINUTE
    assert [roughly(ms) for ms in (23 * 24 * hour, 24 * hour + hour, 2 * hour, 10 * hour + MINUTE)] == [
        "23d",
        "1d 1h",
        "2h",
        "10h 1m",
    ]
