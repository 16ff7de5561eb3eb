"""Which issues a comparison without a state looks at: those that changed last, for as few calls as it takes."""

import pytest

from tests.connectors.jira.site import MINUTE, Here


@pytest.fixture
def resolved(either: Here) -> list[str]:
    """Issues that were resolved one after the other, the last first, among others that were not."""
    ids = []
    for number in range(6):
        either.clock.now += MINUTE
        either.open(f"INC{number}0")
        ids.append(either.open(f"INC{number}", state="Resolved", close_code="Solved (Permanently)"))
    return ids[::-1]


def searches(here: Here) -> int:
    return here.calls["GET search"] + here.calls["POST search/jql"]


@pytest.mark.parametrize(("most", "pages"), [(1, 1), (3, 3), (100, 6)])
def test_no_page_is_read_beyond_those_that_were_asked_for(
    either: Here, resolved: list[str], most: int, pages: int
) -> None:
    jira = either.connect(page_size=1)
    assert jira.ended(most) == resolved[:most]
    assert searches(either) == pages


def test_only_issues_of_the_filter_are_taken(either: Here, resolved: list[str]) -> None:
    assert either.connect(filter="project = ITSM").ended(100) == resolved
    assert either.connect(filter="resolution IS EMPTY OR project != ITSM").ended(100) == []
