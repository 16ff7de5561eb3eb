import pytest

from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client, Json


def histories(jira: Client, **more: Json) -> Json:
    return jira.post("changelog/bulkfetch", {"issueIdsOrKeys": ["10000", "10001"], **more})


def test_histories_of_one_issue_are_spread_over_pages(three: Client) -> None:
    three.site.switches.history_page = 1
    seen, token = [], None
    while True:
        page = histories(three, nextPageToken=token)
        seen.append([(log["issueId"], len(log["changeHistories"])) for log in page["issueChangeLogs"]])
        token = page.get("nextPageToken")
        if token is None:
            break
    assert seen == [[("10000", 1), ("10001", 1)], [("10000", 1)]]


@pytest.mark.parametrize(
    ("form", "created"),
    [
        ("ms", NOW - 50 * MINUTE),
        ("s", (NOW - 50 * MINUTE) // 1000),
        ("iso", "2026-03-03T08:10:00.000+0100"),
    ],
)
def test_instants_of_bulk_histories_have_the_form_that_the_switch_says(
    three: Client, form: Json, created: object
) -> None:
    three.site.switches.history_created = form
    assert histories(three)["issueChangeLogs"][0]["changeHistories"][0]["created"] == created


def test_bulkfetch_names_the_issues_that_it_cannot_give_this_time(three: Client) -> None:
    three.site.switches.issue_errors = ("ITSM-2",)
    answer = three.post("issue/bulkfetch", {"issueIdsOrKeys": ["10000", "ITSM-2", "ITSM-99"]})
    assert [issue["id"] for issue in answer["issues"]] == ["10000"]
    assert [error["id"] for error in answer["issueErrors"]] == ["10001"]
    assert three.get("issue/ITSM-2")["id"] == "10001"


def test_a_count_is_given_for_bounded_queries(three: Client) -> None:
    assert three.post("search/approximate-count", {"jql": "status = Active"}) == {"count": 1}
    assert three.refused("POST", "search/approximate-count", {"jql": "order by key"})[0] == 400
