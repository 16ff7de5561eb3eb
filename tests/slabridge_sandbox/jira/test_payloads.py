"""Issues of other sites, taken in whole; the real ones stand beside the checkout."""

import gzip
import json

import pytest
import requests

from tests.patience import PATIENCE
from tests.places import SHARED, absent
from tests.slabridge_sandbox.jira.client import Client, Json, instant

REAL = SHARED / "data/jira_issues33.jsonl.gz"
ADA = {"accountId": "u1", "displayName": "Ada", "accountType": "atlassian"}
BO = {"name": "bo", "key": "JIRAUSER7", "displayName": "Bo"}
AT = "2025-11-03T09:{:02}:00.000+0100"
PAYLOAD: Json = {
    "id": "77001",
    "key": "ENG-42",
    "names": {"customfield_20001": "Squad", "customfield_20002": "Why"},
    "schema": {"customfield_20002": {"type": "string", "custom": "x:textarea", "customId": 20002}},
    "fields": {
        "summary": "Build is red",
        "project": {"id": "500", "key": "ENG", "name": "Engineering", "projectTypeKey": "software"},
        "issuetype": {"id": "3", "name": "Bug"},
        "status": {"id": "41", "name": "In Review", "statusCategory": {"key": "indeterminate"}},
        "priority": {"id": "10100", "name": "P0"},
        "resolution": None,
        "created": AT.format(0),
        "updated": AT.format(30),
        "assignee": ADA,
        "reporter": BO,
        "labels": ["ci"],
        "components": [{"id": "900", "name": "Runner"}],
        "customfield_20001": {"id": "801", "value": "Blue"},
        "customfield_20002": None,
        "customfield_20003": None,
        "customfield_20004": [{"id": "1", "name": "Sprint 1", "state": "active"}],
        "customfield_20005": 3.5,
        "customfield_20006": {"id": "811", "value": "A", "child": {"id": "812", "value": "B"}},
        "customfield_20007": "2025-11-04T10:00:00.000+0100",
        "customfield_20008": [ADA],
        "comment": {
            "comments": [
                {"id": "61", "author": ADA, "body": "Look", "created": AT.format(5), "updated": AT.format(5)},
                {"id": "62", "author": ADA, "body": "Quiet", "created": AT.format(6), "updated": AT.format(6),
                 "jsdPublic": False},
            ]
        },
    },
    "changelog": {
        "histories": [
            {
                "id": "9",
                "author": BO,
                "created": AT.format(30),
                "items": [
                    {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": "1", "fromString": "Open",
                     "to": "41", "toString": "Reviewing"},
                    {"field": "Workflow", "fieldtype": "jira", "from": "1", "fromString": "a", "to": "2", "toString": "b"},
                ],
            },
            {
                "id": "8",
                "created": AT.format(10),
                "items": [
                    {"field": "Squad", "fieldtype": "custom", "fieldId": "customfield_20001", "from": None,
                     "fromString": None, "to": "801", "toString": "Blue"},
                ],
            },
        ]
    },
}  # fmt: skip


def load(jira: Client, *lines: Json) -> requests.Response:
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return jira.session.post(f"{jira.url}/sandbox/issues", data=body.encode(), timeout=PATIENCE)


def test_an_issue_of_another_site_is_given_as_it_was_there(three: Client) -> None:
    assert load(three, PAYLOAD).json() == {"loaded": 1}
    issue = three.get("issue/ENG-42", expand="changelog")
    fields = issue["fields"]
    assert (issue["id"], fields["project"]["name"], fields["issuetype"]["name"]) == ("77001", "Engineering", "Bug")
    assert (fields["status"]["id"], fields["status"]["name"]) == ("41", "In Review")
    assert (fields["priority"]["name"], fields["assignee"]["accountId"], fields["labels"]) == ("P0", "u1", ["ci"])
    assert (fields["reporter"]["displayName"], fields["components"][0]["name"]) == ("Bo", "Runner")
    assert fields["customfield_20001"]["value"] == "Blue"
    assert fields["customfield_20004"] == PAYLOAD["fields"]["customfield_20004"]
    assert fields["customfield_20005"] == 3.5
    assert fields["customfield_20006"]["child"]["value"] == "B"
    assert instant(fields["customfield_20007"]) == instant("2025-11-04T10:00:00.000+0100")
    assert fields["customfield_20008"][0]["displayName"] == "Ada"
    assert "customfield_20003" not in fields
    assert [(one["id"], one["jsdPublic"]) for one in fields["comment"]["comments"]] == [("61", True), ("62", False)]
    assert [history["id"] for history in issue["changelog"]["histories"]] == ["9", "8"]
    sent = [history["items"] for history in PAYLOAD["changelog"]["histories"]]
    assert [history["items"] for history in issue["changelog"]["histories"]] == sent


def test_its_fields_are_known_from_then_on(three: Client) -> None:
    load(three, PAYLOAD)
    fields = {field["id"]: field for field in three.get("field")}
    assert (fields["customfield_20001"]["name"], fields["customfield_20001"]["schema"]["type"]) == ("Squad", "option")
    assert fields["customfield_20002"]["schema"]["custom"] == "x:textarea"
    assert three.found("Squad = Blue") == ["77001"]
    assert three.found("project = ENG and component = Runner") == ["77001"]
    assert three.ask("PUT", "issue/ENG-42", {"fields": {"customfield_20005": 4}}).status_code == 204
    assert three.ask("PUT", "issue/ITSM-1", {"fields": {"customfield_20001": {"value": "Blue"}}}).status_code == 204
    assert three.refused("PUT", "issue/ENG-42", {"fields": {"customfield_20004": []}})[0] == 400
    assert [one["key"] for one in three.get("project")] == ["ITSM", "ENG"]


def test_loading_again_replaces_and_stories_go_on(three: Client) -> None:
    load(three, PAYLOAD)
    again = PAYLOAD | {"fields": PAYLOAD["fields"] | {"summary": "Build is green"}}
    assert load(three, again, "").json() == {"loaded": 1}
    assert three.get("issue/77001")["fields"]["summary"] == "Build is green"
    assert three.get("issue/77001/changelog")["total"] == 2
    three.story("INC4", (0, {"state": "New"}), (1, {"state": "Active"}))
    assert three.get("issue/ITSM-4/changelog")["total"] == 1
    assert three.get("issue/ITSM-4")["id"] == "77002"


@pytest.mark.parametrize("line", ["{", "[]", {"id": "1", "key": "A-1", "fields": {}}])
def test_a_line_that_is_no_issue_is_named_and_nothing_is_loaded(three: Client, line: Json) -> None:
    answer = load(three, PAYLOAD, line)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("line 2 is no issue: ")
    assert three.ask("GET", "issue/77001").status_code == 404
    assert three.ask("PUT", "issue/ITSM-1", {"fields": {"summary": "The site goes on"}}).status_code == 204
    assert load(three, PAYLOAD).json() == {"loaded": 1}


@pytest.fixture(scope="module")
def real() -> list[Json]:
    if not REAL.exists():
        pytest.skip(absent(REAL))
    with gzip.open(REAL, "rt") as lines:
        return [json.loads(line) for line in lines]


def test_real_issues_keep_their_histories_to_the_letter(jira: Client, real: list[Json]) -> None:
    assert load(jira, *real).json() == {"loaded": 33}
    keys = [issue["key"] for issue in real]
    given = jira.post("issue/bulkfetch", {"issueIdsOrKeys": keys, "fields": ["*all"]})["issues"]
    for ours, theirs in zip(given, sorted(real, key=lambda issue: int(issue["id"])), strict=True):
        assert (ours["id"], ours["key"]) == (theirs["id"], theirs["key"])
        for name in ("created", "updated", "resolutiondate"):
            held = theirs["fields"][name]
            assert (ours["fields"][name] and instant(ours["fields"][name])) == (held and instant(held))
        for name in ("status", "priority", "assignee", "reporter", "issuetype", "project", "resolution"):
            held = theirs["fields"][name]
            key = "accountId" if name in {"assignee", "reporter"} else "id"
            assert (ours["fields"][name] or {}).get(key) == (held or {}).get(key)
        assert ours["fields"]["labels"] == theirs["fields"]["labels"]
        log = jira.get(f"issue/{ours['id']}/changelog")["values"]
        histories = sorted(theirs["changelog"]["histories"], key=lambda one: (instant(one["created"]), int(one["id"])))
        assert [(one["id"], instant(one["created"]), one["author"]["accountId"]) for one in log] == [
            (one["id"], instant(one["created"]), one["author"]["accountId"]) for one in histories
        ]
        assert [one["items"] for one in log] == [one["items"] for one in histories]


def test_real_issues_are_searched_by_what_they_hold(jira: Client, real: list[Json]) -> None:
    load(jira, *real)
    category = {issue["key"] for issue in real if issue["fields"]["assignee"] is None}
    found = jira.post("search/jql", {"jql": "assignee is empty", "fields": ["summary"]})["issues"]
    assert {issue["key"] for issue in found} == category
    newest = max(real, key=lambda issue: instant(issue["fields"]["updated"]))
    at = instant(newest["fields"]["updated"])
    assert jira.found(f"updated >= {at}") == [newest["id"]]
