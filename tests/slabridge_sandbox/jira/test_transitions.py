import pytest

from tests.slabridge_sandbox.jira.client import NOW, Client, instant


def test_an_issue_goes_by_a_transition_to_any_other_status_and_its_resolution_with_it(three: Client) -> None:
    offered = three.get("issue/ITSM-2/transitions")["transitions"]
    assert "Active" not in {one["to"]["name"] for one in offered}
    assert three.get("issue/ITSM-2", expand="transitions")["transitions"] == offered
    (closing,) = [one["id"] for one in offered if one["to"]["name"] == "Closed"]
    properties = [{"key": "mark", "value": 1}]
    sent = {"transition": {"id": closing}, "properties": properties}
    assert three.ask("POST", "issue/ITSM-2/transitions", sent).status_code == 204
    fields = three.issue("10001")
    assert (fields["status"]["name"], fields["resolution"]["name"]) == ("Closed", "Done")
    assert instant(fields["updated"]) == NOW
    assert three.get("issue/ITSM-2/properties/mark")["value"] == 1
    assert [one["toString"] for one in three.get("issue/ITSM-2/changelog")["values"][-1]["items"]] == ["Closed", "Done"]


def test_a_data_center_has_transitions_too(server: Client) -> None:
    (one,) = server.get("issue/ITSM-2/transitions", transitionId="11")["transitions"]
    assert one["to"]["name"] == "New"
    assert server.ask("POST", "issue/ITSM-2/transitions", {"transition": {"id": "11"}}).status_code == 204
    assert server.issue("10001")["status"]["name"] == "New"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Missing 'transition' identifier"),
        ({"transition": {"id": "21"}}, "Transition id '21' is not valid for this issue."),
        ({"transition": {"id": "11"}, "fields": {"summary": "x"}}, "not on the appropriate screen"),
    ],
)
def test_a_transition_that_is_not_there_is_refused_whole(three: Client, sent: object, words: str) -> None:
    status, messages, errors = three.refused("POST", "issue/ITSM-2/transitions", sent)
    assert status == 400
    assert words in " ".join([*messages, *errors.values()])
    assert three.issue("10001")["status"]["name"] == "Active"


def test_who_may_make_no_transition_is_offered_none(three: Client) -> None:
    three.site.switches.withheld = ("TRANSITION_ISSUES",)
    assert three.get("issue/ITSM-2/transitions")["transitions"] == []
    assert three.refused("POST", "issue/ITSM-2/transitions", {"transition": {"id": "11"}})[0] == 400
