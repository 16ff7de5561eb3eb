import pytest

from slabridge_sandbox.story import Event
from tests.slabridge_sandbox.jira.client import MINUTE, NOW, OPENING, Client, instant


def test_a_story_becomes_an_issue_with_names_and_ids_of_a_service_project(three: Client) -> None:
    found = three.get("issue/ITSM-2")
    fields = found["fields"]
    assert (found["id"], found["key"]) == ("10001", "ITSM-2")
    assert fields["summary"] == "Incident INC2"
    assert fields["project"]["key"] == "ITSM"
    assert fields["project"]["projectTypeKey"] == "service_desk"
    assert fields["issuetype"]["name"] == "Incident"
    assert (fields["status"]["name"], fields["status"]["statusCategory"]["key"]) == ("Active", "indeterminate")
    assert fields["priority"] == fields["priority"] | {"id": "3", "name": "Medium"}
    assert fields["customfield_10050"]["value"] == "Group 70"
    assert (fields["assignee"]["displayName"], fields["assignee"]["accountType"]) == ("Resolver 14", "atlassian")
    assert (fields["reporter"]["displayName"], fields["reporter"]["accountType"]) == ("Caller 1", "customer")
    assert fields["labels"] == ["Category-5"]
    assert fields["resolution"] is None
    assert instant(fields["created"]) == NOW - 40 * MINUTE
    assert instant(fields["updated"]) == NOW - 30 * MINUTE


def test_instants_are_in_the_time_zone_of_our_account_with_milliseconds(three: Client) -> None:
    assert three.issue()["created"] == "2026-03-03T08:00:00.000+0100"


def test_all_changes_of_an_event_are_items_of_one_history(three: Client) -> None:
    first, second = three.get("issue/10000/changelog")["values"]
    assert first["author"]["displayName"] == "Agent 2"
    assert [(item["fieldId"], item["fromString"], item["toString"]) for item in first["items"]] == [
        ("status", "New", "Active"),
        ("customfield_10050", "Group 70", "Group 24"),
        ("assignee", None, "Resolver 13"),
    ]
    assert [(item["fieldId"], item["fromString"], item["toString"]) for item in second["items"]] == [
        ("status", "Active", "Resolved"),
        ("resolution", None, "Done"),
    ]


def test_resolving_sets_the_resolution_and_its_date_and_reopening_clears_both(jira: Client) -> None:
    jira.story("INC1", (-9, OPENING), (-8, {"state": "Resolved"}), (-7, {"state": "Closed"}), (-6, {"state": "Active"}))
    resolved, closed, reopened = jira.get("issue/10000/changelog")["values"]
    assert [item["field"] for item in resolved["items"]] == ["status", "resolution"]
    assert [item["field"] for item in closed["items"]] == ["status"]
    assert [(i["field"], i["from"], i["to"]) for i in reopened["items"]][1] == ("resolution", "10000", None)
    assert (jira.issue()["resolution"], jira.issue()["resolutiondate"]) == (None, None)
    assert instant(jira.issue()["statuscategorychangedate"]) == NOW - 6 * MINUTE


def test_a_later_call_goes_on_where_the_last_ended(three: Client) -> None:
    three.site.apply([Event(NOW, "INC3", 2, "Agent 9", {"state": "Active"}, opens=False)])
    assert three.issue("10002")["status"]["name"] == "Active"
    assert three.get("issue/10002/changelog")["total"] == 1


def test_an_event_that_changes_nothing_leaves_no_trace(three: Client) -> None:
    before = three.issue("10002")
    three.site.apply([Event(NOW, "INC3", 2, "Agent 9", {"state": "New", "location": "Location 1"}, opens=False)])
    assert three.issue("10002") == before


def test_a_state_that_the_workflow_does_not_have_is_added_as_in_progress(jira: Client) -> None:
    jira.story("INC1", (-9, OPENING), (-8, {"state": "Awaiting Change"}))
    assert jira.issue()["status"]["statusCategory"]["key"] == "indeterminate"
    assert jira.found('status = "Awaiting Change"') == ["10000"]


@pytest.mark.parametrize(("opens", "words"), [(True, "opened twice"), (False, "never opened")])
def test_impossible_events_are_refused_before_anything_is_applied(three: Client, opens: bool, words: str) -> None:
    name = "INC1" if opens else "INC9"
    events = [
        Event(NOW, "INC3", 2, "Agent 9", {"state": "Active"}, opens=False),
        Event(NOW, name, 9, "Agent 9", OPENING, opens),
    ]
    with pytest.raises(ValueError, match=words):
        three.site.apply(events)
    assert three.issue("10002")["status"]["name"] == "New"


def test_a_person_has_one_account(three: Client) -> None:
    three.site.apply([Event(NOW, "INC3", 2, "Agent 9", {"assigned_to": "Resolver 14"}, opens=False)])
    assert three.issue("10001")["assignee"] == three.issue("10002")["assignee"]
    assert three.found("assignee = 'resolver 14'") == ["10002", "10001"]
