"""What administrators do: fields of one name are two, options are added once, and only they may."""

import pytest

from tests.slabridge_sandbox.jira.client import Client, Json

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
SELECT: Json = {"name": "Promise", "type": f"{TYPES}select", "searcherKey": f"{TYPES}multiselectsearcher"}


@pytest.fixture
def admin(three: Client) -> Client:
    three.site.switches.withheld = ()
    return three


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "field/search"),
        ("GET", "field/search/trashed"),
        ("POST", "field"),
        ("POST", "field/customfield_10101/trash"),
        ("GET", "field/customfield_10101/context"),
        ("GET", "screens"),
        ("GET", "screens/1/tabs"),
        ("POST", "screens/addToDefault/customfield_10101"),
        ("GET", "issuetypescreenscheme/project"),
        ("GET", "issuetypescreenscheme/mapping"),
        ("GET", "screenscheme"),
    ],
)
def test_only_administrators_may(three: Client, method: str, path: str) -> None:
    status, messages, _ = three.refused(method, path, SELECT if method == "POST" else None)
    assert (status, messages) == (403, ["Only Jira administrators can perform this action."])


def test_an_administrator_signs_in_as_somebody_else(three: Client) -> None:
    mine = three.get("mypermissions", permissions="ADMINISTER")["permissions"]["ADMINISTER"]["havePermission"]
    auth = ("admin@example.com", "sandbox-jira-admin-token")
    url = f"{three.url}/rest/api/3"
    theirs = three.session.get(f"{url}/mypermissions", params={"permissions": "ADMINISTER"}, auth=auth).json()
    assert (mine, theirs["permissions"]["ADMINISTER"]["havePermission"]) == (False, True)
    assert three.session.get(f"{url}/myself", auth=auth).json()["displayName"] == "administrator"


def test_two_fields_may_have_one_name_and_a_search_finds_parts_of_names_and_descriptions(admin: Client) -> None:
    ids = [admin.post("field", {**SELECT, "description": "one of two"})["id"] for _ in range(2)]
    assert len(set(ids)) == 2
    for query in ("rom", "PROMISE", "of two"):
        assert [one["id"] for one in admin.get("field/search", query=query, type="custom")["values"]] == ids


def test_a_field_that_was_made_is_written_where_it_is_on_the_edit_screen(admin: Client) -> None:
    id_ = admin.post("field", {"name": "Promised", "type": f"{TYPES}textfield"})["id"]
    write = {"fields": {id_: "x"}}
    assert admin.ask("PUT", "issue/ITSM-1", write).status_code == 400
    (scheme,) = admin.get("screenscheme")["values"]
    screen = scheme["screens"]["edit"]
    (tab,) = admin.get(f"screens/{screen}/tabs")
    admin.post(f"screens/{screen}/tabs/{tab['id']}/fields", {"fieldId": id_})
    assert id_ in admin.get("issue/ITSM-1/editmeta")["fields"]
    assert admin.ask("PUT", "issue/ITSM-1", write).status_code == 204
    assert admin.issue()[id_] == "x"
    assert admin.found("Promised is not empty") == ["10000"]
    assert admin.refused("POST", f"screens/{screen}/tabs/{tab['id']}/fields", {"fieldId": id_})[0] == 400
    assert admin.ask("POST", f"field/{id_}/trash").status_code == 200
    assert id_ not in {one["id"] for one in admin.get("field")}
    assert id_ not in admin.get("issue/ITSM-1/editmeta")["fields"]
    assert [one["id"] for one in admin.get("field/search/trashed")["values"]] == [id_]
    assert admin.ask("POST", f"field/{id_}/restore").status_code == 200
    assert admin.issue()[id_] == "x"


def test_an_option_is_in_a_context_once(admin: Client) -> None:
    id_ = admin.post("field", SELECT)["id"]
    (context,) = admin.get(f"field/{id_}/context")["values"]
    assert (context["isGlobalContext"], context["isAnyIssueType"]) == (True, True)
    path = f"field/{id_}/context/{context['id']}/option"
    admin.post(path, {"options": [{"value": "Met"}, {"value": "Breached"}]})
    assert [one["value"] for one in admin.get(path)["values"]] == ["Met", "Breached"]
    assert admin.refused("POST", path, {"options": [{"value": "Met"}]})[0] == 400
    assert len(admin.get(path)["values"]) == 2


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": " ", "type": f"{TYPES}select"}, "name"),
        ({"name": "x", "type": "select"}, "type"),
        ({"name": "x", "type": f"{TYPES}select", "searcherKey": f"{TYPES}textsearcher"}, "searcherKey"),
    ],
)
def test_a_field_that_cannot_be_is_refused(admin: Client, body: Json, key: str) -> None:
    status, _, errors = admin.refused("POST", "field", body)
    assert (status, list(errors)) == (400, [key])


def test_a_data_center_makes_fields_for_projects_and_no_options(server: Client) -> None:
    server.site.switches.withheld = ()
    id_ = server.post("field", {**SELECT, "projectIds": [10000]})["id"]
    assert server.site.site.administration.made[id_].contexts[0].projects == (10000,)
    assert [one["id"] for one in server.get("customFields", search="promise")["values"]] == [id_]
    for method, path in (("GET", f"field/{id_}/context"), ("POST", f"field/{id_}/trash"), ("GET", "screenscheme")):
        assert server.ask(method, path).status_code == 404
    server.act("options", field="Promise", options=["Met"])
    number = id_.removeprefix("customfield_")
    assert [one["value"] for one in server.get(f"customFields/{number}/options")["options"]] == ["Met"]
    server.post(f"screens/addToDefault/{id_}", None)
    (tab,) = server.get("screens/1/tabs")
    assert server.get(f"screens/1/tabs/{tab['id']}/fields")[-1] == {"id": id_, "name": "Promise"}
