import pytest

from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client


def test_pages_of_one_issue_come_oldest_first(three: Client) -> None:
    page = three.get("issue/ITSM-1/changelog", maxResults=1)
    assert (page["startAt"], page["maxResults"], page["total"], page["isLast"]) == (0, 1, 2, False)
    assert page["values"][0]["created"] == "2026-03-03T08:10:00.000+0100"
    assert page["nextPage"].endswith("maxResults=1&startAt=1")
    last = three.get("issue/ITSM-1/changelog", maxResults=1, startAt=1)
    assert last["isLast"] is True
    assert last["values"][0]["created"] == "2026-03-03T08:40:00.000+0100"


def test_bulk_histories_are_sorted_by_time_and_issue_with_numbers_for_instants(three: Client) -> None:
    answer = three.post("changelog/bulkfetch", {"issueIdsOrKeys": ["ITSM-2", "10000", "ITSM-3", "ITSM-99"]})
    assert "nextPageToken" not in answer
    assert [
        (log["issueId"], [one["created"] for one in log["changeHistories"]]) for log in answer["issueChangeLogs"]
    ] == [
        ("10000", [NOW - 50 * MINUTE, NOW - 20 * MINUTE]),
        ("10001", [NOW - 30 * MINUTE]),
    ]


def test_bulk_histories_of_one_issue_can_be_on_several_pages(three: Client) -> None:
    body = {"issueIdsOrKeys": ["10000", "10001"], "maxResults": 1}
    seen = []
    while True:
        page = three.post("changelog/bulkfetch", body)
        seen += [log["issueId"] for log in page["issueChangeLogs"]]
        if "nextPageToken" not in page:
            break
        body["nextPageToken"] = page["nextPageToken"]
    assert seen == ["10000", "10001", "10000"]


def test_bulk_histories_are_filtered_by_field(three: Client) -> None:
    body = {"issueIdsOrKeys": ["10000", "10001"], "fieldIds": ["customfield_10050", "resolution"]}
    logs = three.post("changelog/bulkfetch", body)["issueChangeLogs"]
    assert [(log["issueId"], len(log["changeHistories"])) for log in logs] == [("10000", 2)]


@pytest.mark.parametrize(
    "body",
    [
        {"issueIdsOrKeys": []},
        {},
        {"issueIdsOrKeys": [str(number) for number in range(1001)]},
        {"issueIdsOrKeys": ["10000"], "fieldIds": [f"customfield_{number}" for number in range(11)]},
        {"issueIdsOrKeys": ["10000"], "maxResults": 10_001},
        {"issueIdsOrKeys": ["10000"], "maxResults": 0},
        {"issueIdsOrKeys": ["10000"], "nextPageToken": "broken"},
        {"issueIdsOrKeys": ["10000"], "startAt": 0},
    ],
)
def test_bulk_limits_are_those_of_the_specification(three: Client, body: dict[str, object]) -> None:
    assert three.refused("POST", "changelog/bulkfetch", body)[0] == 400


def test_a_token_belongs_to_its_request(three: Client) -> None:
    token = three.post("changelog/bulkfetch", {"issueIdsOrKeys": ["10000"], "maxResults": 1})["nextPageToken"]
    other = {"issueIdsOrKeys": ["10001"], "maxResults": 1, "nextPageToken": token}
    assert three.refused("POST", "changelog/bulkfetch", other)[0] == 400
