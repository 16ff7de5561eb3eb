import pytest

from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client, instant

DUE = "2026-03-03T17:00:00.000+0100"


def test_a_write_is_told_in_one_history_and_bumps_updated(three: Client) -> None:
    three.clock.now = NOW + 1234
    fields = {"customfield_10051": {"value": "At risk"}, "customfield_10052": DUE, "customfield_10054": "Group 70"}
    answer = three.ask("PUT", "issue/ITSM-1", {"fields": fields}, notifyUsers="false")
    assert (answer.status_code, answer.content) == (204, b"")
    issue = three.issue()
    assert issue["customfield_10051"]["value"] == "At risk"
    assert (issue["customfield_10052"], issue["customfield_10054"]) == (DUE, "Group 70")
    assert instant(issue["updated"]) == NOW + 1234
    history = three.get("issue/ITSM-1/changelog")["values"][-1]
    assert history["author"]["displayName"] == "slabridge"
    assert instant(history["created"]) == NOW + 1234
    assert [(item["field"], item["fieldtype"], item["toString"]) for item in history["items"]] == [
        ("SLA status", "custom", "At risk"),
        ("SLA due", "custom", DUE),
        ("SLA holder", "custom", "Group 70"),
    ]
    assert history["items"][0]["from"] is None
    assert history["items"][0]["to"] == issue["customfield_10051"]["id"]


def test_a_write_that_changes_nothing_leaves_no_trace(three: Client) -> None:
    body = {"fields": {"customfield_10052": DUE, "customfield_10054": None}}
    assert three.ask("PUT", "issue/ITSM-1", body).status_code == 204
    three.clock.now += MINUTE
    before = three.issue()
    same = {"fields": {"customfield_10052": "2026-03-03T16:00:00.000+0000", "customfield_10054": None}}
    assert three.ask("PUT", "issue/ITSM-1", same).status_code == 204
    assert three.ask("PUT", "issue/ITSM-1", {"fields": {}, "update": {}}).status_code == 204
    assert three.issue() == before
    assert three.get("issue/ITSM-1/changelog")["total"] == 3


def test_null_empties_a_field(three: Client) -> None:
    three.ask("PUT", "issue/10000", {"fields": {"customfield_10051": {"value": "Met"}, "customfield_10052": DUE}})
    three.ask("PUT", "issue/10000", {"fields": {"customfield_10051": None, "customfield_10052": None}})
    assert (three.issue()["customfield_10051"], three.issue()["customfield_10052"]) == (None, None)
    item = three.get("issue/10000/changelog")["values"][-1]["items"][0]
    assert (item["fromString"], item["to"], item["toString"]) == ("Met", None, None)


def test_an_option_is_named_by_value_or_id(three: Client) -> None:
    id_ = three.issue("10001")["customfield_10050"]["id"]
    assert three.ask("PUT", "issue/10000", {"fields": {"customfield_10050": {"id": id_}}}).status_code == 204
    assert three.issue()["customfield_10050"]["value"] == "Group 70"


def test_system_fields_take_the_shapes_of_the_api(three: Client) -> None:
    account = three.issue("10001")["assignee"]["accountId"]
    fields = {
        "summary": "Mail is slow",
        "priority": {"name": "High"},
        "assignee": {"accountId": account},
        "labels": ["b", "a", "b"],
        "description": {"type": "doc", "version": 1, "content": []},
    }
    assert three.ask("PUT", "issue/10000", {"fields": fields}).status_code == 204
    issue = three.issue()
    assert (issue["summary"], issue["priority"]["id"], issue["labels"]) == ("Mail is slow", "2", ["a", "b"])
    assert issue["assignee"]["accountId"] == account
    assert issue["description"] == fields["description"]


def test_operations_add_to_labels_and_set_fields(three: Client) -> None:
    update = {"labels": [{"add": "vip"}, {"remove": "Category-5"}], "customfield_10054": [{"set": "Group 1"}]}
    assert three.ask("PUT", "issue/10000", {"update": update}).status_code == 204
    assert (three.issue()["labels"], three.issue()["customfield_10054"]) == (["vip"], "Group 1")
    body = {"fields": {"labels": ["x"]}, "update": {"labels": [{"add": "y"}]}}
    assert three.refused("PUT", "issue/10000", body)[2].keys() == {"labels"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "customfield_11623",
            "x",
            "Field 'customfield_11623' cannot be set. It is not on the appropriate screen, or unknown.",
        ),
        (
            "status",
            {"name": "Closed"},
            "Field 'status' cannot be set. It is not on the appropriate screen, or unknown.",
        ),
        ("created", DUE, "Field 'created' cannot be set. It is not on the appropriate screen, or unknown."),
        ("customfield_10052", "2026-03-03T17:00:00+0100", "Error parsing time: 2026-03-03T17:00:00+0100"),
        ("customfield_10052", "2026-03-03T17:00:00.000+01:00", "Error parsing time: 2026-03-03T17:00:00.000+01:00"),
        ("customfield_10052", "2026-03-03T17:00:00.000Z", "Error parsing time: 2026-03-03T17:00:00.000Z"),
        ("customfield_10052", "2026-02-30T17:00:00.000+0100", "Error parsing time: 2026-02-30T17:00:00.000+0100"),
        ("customfield_10052", 1_772_524_800_000, "Operation value must be a string"),
        ("customfield_10051", "At risk", "Could not find valid 'id' or 'value' in the Parent Option object."),
        ("customfield_10051", {"value": "Late"}, "Option value 'Late' is not valid"),
        ("customfield_10051", {"id": "1"}, "Option id '1' is not valid"),
        ("customfield_10054", 5, "Operation value must be a string"),
        (
            "customfield_10054",
            "x" * 256,
            "The entered text is too long. It exceeds the allowed limit of 255 characters.",
        ),
        ("summary", "", "You must specify a summary of the issue."),
        ("summary", "a\nb", "The summary is invalid because it contains newline characters."),
        ("labels", ["a b"], "The label 'a b' contains spaces which is invalid."),
        ("assignee", {"accountId": "nobody"}, "User 'nobody' does not exist."),
        ("priority", {"name": "Urgent"}, "The priority selected is invalid."),
    ],
)
def test_one_wrong_field_refuses_the_whole_write(three: Client, field: str, value: object, message: str) -> None:
    before = three.issue()
    body = {"fields": {field: value, "customfield_10058": "Group 70"}}
    assert three.refused("PUT", "issue/ITSM-1", body) == (400, [], {field: message})
    assert three.issue() == before


def test_all_wrong_fields_are_named_at_once(three: Client) -> None:
    fields = {"customfield_10052": "soon", "customfield_10051": {"value": "Late"}, "nope": 1}
    assert three.refused("PUT", "issue/ITSM-1", {"fields": fields})[2].keys() == fields.keys()


def test_the_written_issue_is_returned_when_asked_for(three: Client) -> None:
    answer = three.ask("PUT", "issue/ITSM-1", {"fields": {"customfield_10054": "x"}}, returnIssue="true")
    assert (answer.status_code, answer.json()["fields"]["customfield_10054"]) == (200, "x")


def test_an_issue_that_is_not_there_and_overriding_screens_are_refused(three: Client) -> None:
    assert three.refused("PUT", "issue/ITSM-99", {"fields": {}})[0] == 404
    assert three.refused("PUT", "issue/ITSM-1", {"fields": {}}, overrideScreenSecurity="true")[0] == 403


def test_a_written_field_is_found_by_jql(three: Client) -> None:
    three.ask("PUT", "issue/ITSM-2", {"fields": {"customfield_10052": DUE, "customfield_10051": {"value": "Breached"}}})
    assert three.found('"SLA due" <= "2026-03-03 17:00" AND "SLA status" = Breached') == ["10001"]
    assert three.found('cf[10052] < "2026-03-03 17:00"') == []
