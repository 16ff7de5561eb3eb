"""The feedback of requests, as Jira Service Management keeps it."""

import pytest

from connectors.errors import Refused
from connectors.interface import NativeRating, Skipped
from connectors.jira.connector import Jira
from tests.connectors.jira.site import MINUTE, NOW, Here, scripted

HOUR = 60 * MINUTE


def ratings(jira: Jira, start: int = NOW, end: int = NOW + HOUR) -> list[NativeRating]:
    found = [*jira.ratings(None, start, end)]
    assert not [one for one in found if isinstance(one, Skipped)]
    return [one for one in found if isinstance(one, NativeRating)]


def test_feedback_of_the_period_is_read_to_the_millisecond(either: Here) -> None:
    first, second, third = (either.open(story) for story in ("S1", "S2", "S3"))
    either.act("rate", issue=first, rating=5)
    either.clock.now += HOUR - 1
    either.act("rate", issue=second, rating=2)
    either.clock.now += 1
    either.act("rate", issue=third, rating=1)
    found = ratings(either.connect())
    assert found == [NativeRating(first, "5", NOW), NativeRating(second, "2", NOW + HOUR - 1)]


def test_feedback_that_was_taken_back_is_none(either: Here) -> None:
    issue = either.open("S1")
    either.act("rate", issue=issue, rating=5)
    either.act("rate", issue=issue, rating=None)
    assert ratings(either.connect()) == []


def test_only_issues_of_the_filter_are_asked_for(either: Here) -> None:
    mine, other = either.open("S1", priority="1 - Critical"), either.open("S2")
    for issue in (mine, other):
        either.act("rate", issue=issue, rating=4)
    assert [one.ticket for one in ratings(either.connect(filter="priority = Highest"))] == [mine]


def test_many_are_read_a_hundred_at_a_time(here: Here) -> None:
    for number in range(120):
        here.act("rate", issue=here.open(f"S{number}"), rating=number % 5 + 1)
    assert len(ratings(here.connect())) == 120
    assert here.calls["POST issue/bulkfetch"] == 2


def test_a_site_without_service_management_says_so() -> None:
    catalogue = [{"id": "summary", "name": "Summary", "schema": {"type": "string"}}]
    with scripted(field=[catalogue]) as site, pytest.raises(Refused, match="no field for feedback"):
        list(site.connect().ratings(None, NOW, NOW + HOUR))


def test_a_grade_outside_of_the_scale_is_no_feedback(here: Here) -> None:
    with pytest.raises(ValueError, match="6 is no rating"):
        here.act("rate", issue=here.open("S1"), rating=6)
