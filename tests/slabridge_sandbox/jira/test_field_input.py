from typing import Any

import pytest

from tests.slabridge_sandbox.jira.client import Client, Json

SERVICES, PLACE, CAUSE, COUNT, DAY = (f"customfield_{number}" for number in range(10060, 10065))
MANAGER, TEAM, TAGS, PARTICIPANTS = (f"customfield_{number}" for number in range(10065, 10069))
DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Broken disk"}]}],
}


def written(jira: Client, fields: Json) -> dict[str, Any]:
    answer = jira.ask("PUT", "issue/ITSM-1", {"fields": fields})
    assert answer.status_code == 204, answer.text
    return jira.issue()


def told(jira: Client) -> list[list[Json]]:
    history = jira.get("issue/ITSM-1/changelog")["values"][-1]
    return [[item[key] for key in ("from", "fromString", "to", "toString")] for item in history["items"]]


def account(jira: Client, name: str) -> str:
    return jira.site.site.names.account(name)


def test_several_options(three: Client) -> None:
    issue = written(three, {SERVICES: [{"value": "Mail"}, {"value": "Network"}]})
    mail, network = issue[SERVICES]
    assert (mail["value"], network["value"]) == ("Mail", "Network")
    assert told(three) == [[None, None, f"[{mail['id']}, {network['id']}]", "Mail,Network"]]
    three.ask("PUT", "issue/ITSM-1", {"update": {SERVICES: [{"remove": {"value": "Mail"}}]}})
    assert [one["value"] for one in three.issue()[SERVICES]] == ["Network"]
    assert three.found('"Affected services" = Network') == ["10000"]
    assert three.found('"Affected services" is empty') == ["10002", "10001"]
    assert written(three, {SERVICES: []})[SERVICES] is None


def test_a_cascading_select(three: Client) -> None:
    place = written(three, {PLACE: {"value": "Stockholm", "child": {"value": "Floor 2"}}})[PLACE]
    assert (place["value"], place["child"]["value"]) == ("Stockholm", "Floor 2")
    parent, child = place["id"], place["child"]["id"]
    words = f"Parent values: Stockholm({parent})Level 1 values: Floor 2({child})"
    assert told(three) == [[None, None, None, words]]
    assert three.found("Location = Stockholm") == three.found("Location = 'Floor 2'") == ["10000"]
    assert "child" not in written(three, {PLACE: {"id": parent}})[PLACE]
    meta = three.get("issue/ITSM-1/editmeta")["fields"][PLACE]["allowedValues"]
    assert [(one["value"], [below["value"] for below in one["children"]]) for one in meta] == [
        ("Stockholm", ["Floor 1", "Floor 2"]),
        ("Berlin", ["Lobby"]),
    ]


def test_a_text_area_is_a_document_in_version_3(three: Client) -> None:
    assert written(three, {CAUSE: DOCUMENT})[CAUSE] == DOCUMENT
    assert told(three) == [[None, None, None, "Broken disk"]]
    assert three.get("issue/ITSM-1", version=2)["fields"][CAUSE] == "Broken disk"
    message = "Operation value must be an Atlassian Document"
    assert three.refused("PUT", "issue/ITSM-1", {"fields": {CAUSE: "text"}})[2] == {CAUSE: message}
    assert three.ask("PUT", "issue/ITSM-1", {"fields": {CAUSE: "text"}}, version=2).status_code == 204


def test_a_number(three: Client) -> None:
    assert written(three, {COUNT: 12})[COUNT] == 12
    assert told(three) == [[None, None, None, "12"]]
    assert written(three, {COUNT: 1.5})[COUNT] == 1.5
    assert three.found('"Affected users" > 1') == ["10000"]
    assert three.found(f"cf[{COUNT[-5:]}] = '1.5'") == ["10000"]


def test_dates(three: Client) -> None:
    issue = written(three, {DAY: "2026-03-05", "duedate": "2026-03-06"})
    assert (issue[DAY], issue["duedate"]) == ("2026-03-05", "2026-03-06")
    assert told(three) == [
        [None, None, "2026-03-05", "5/Mar/26"],
        [None, None, "2026-03-06", "2026-03-06 00:00:00.0"],
    ]
    assert three.found('due <= "2026-03-06" AND "Planned for" > 2026-03-04') == ["10000"]


def test_people_and_teams(three: Client) -> None:
    one, two = account(three, "Resolver 13"), account(three, "Resolver 14")
    team = three.site.site.names.team("Network Operations")
    people = [{"accountId": one}, {"accountId": two}]
    issue = written(three, {MANAGER: {"accountId": one}, PARTICIPANTS: people, TEAM: team})
    assert issue[MANAGER]["displayName"] == "Resolver 13"
    assert [person["displayName"] for person in issue[PARTICIPANTS]] == ["Resolver 13", "Resolver 14"]
    assert (issue[TEAM]["id"], issue[TEAM]["name"]) == (team, "Network Operations")
    assert told(three) == [
        [None, None, one, "Resolver 13"],
        [None, None, f"[{one}, {two}]", "[Resolver 13, Resolver 14]"],
        [None, None, team, "Network Operations"],
    ]
    assert three.found(f"'Owning team' = {team}") == ["10000"]
    assert three.found("'Request participants' = 'Resolver 14'") == ["10000"]


def test_components_come_and_go_one_by_one(three: Client) -> None:
    (mail,) = written(three, {"components": [{"name": "Mail"}]})["components"]
    (network,) = written(three, {"components": [{"name": "Network"}]})["components"]
    assert told(three) == [[mail["id"], "Mail", None, None], [None, None, network["id"], "Network"]]
    history = three.get("issue/ITSM-1/changelog")["values"][-1]
    assert {item["field"] for item in history["items"]} == {"Component"}
    assert three.found("component = Network") == ["10000"]
    assert written(three, {"components": []})["components"] == []


def test_tags_are_labels_of_their_own(three: Client) -> None:
    assert written(three, {TAGS: ["b", "a"]})[TAGS] == ["a", "b"]
    assert told(three) == [[None, "", None, "a b"]]
    assert three.found("Tags = a") == ["10000"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (SERVICES, {"value": "Mail"}, "data was not an array"),
        (SERVICES, [{"value": "Fax"}], "Option value 'Fax' is not valid"),
        (PLACE, {"value": "Berlin", "child": {"value": "Floor 1"}}, "Option value 'Floor 1' is not valid"),
        (COUNT, "12", "Operation value must be a number"),
        (DAY, "05.03.2026", "Error parsing date string: 05.03.2026"),
        (DAY, "2026-02-30", "Error parsing date string: 2026-02-30"),
        (TEAM, "nobody", "Team id 'nobody' is not valid."),
        (PARTICIPANTS, [{"accountId": "nobody"}], "User 'nobody' does not exist."),
        ("components", [{"name": "Fax"}], "Component name 'Fax' is not valid"),
        (TAGS, ["a b"], "The label 'a b' contains spaces which is invalid."),
    ],
)
def test_what_a_field_does_not_take_is_refused(three: Client, field: str, value: object, message: str) -> None:
    assert three.refused("PUT", "issue/ITSM-1", {"fields": {field: value}}) == (400, [], {field: message})


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("'Affected users' = many", "The value 'many' does not exist for the field 'Affected users'."),
        ("Location = Oslo", "The option 'Oslo' for field 'Location' does not exist."),
        ("project = ITSM order by Location", "Not able to sort using field 'Location'."),
        ("comment = x", "Field 'comment' does not exist or you do not have permission to view it."),
    ],
)
def test_jql_refuses_what_a_field_does_not_hold(three: Client, jql: str, message: str) -> None:
    assert three.wrong(jql) == [message]


def test_fields_are_searched_by_name_and_type_page_by_page(three: Client) -> None:
    three.site.switches.withheld = ()
    found = three.get("field/search", query="affected", type="custom", maxResults=1)
    assert (found["total"], found["isLast"]) == (2, False)
    assert found["values"][0]["name"] == "Affected services"
    assert [one["id"] for one in three.get("field/search", id="status")["values"]] == ["status"]
