import pytest

from tests.slabridge_sandbox.jira.client import Client


@pytest.mark.parametrize("version", [2, 3])
def test_server_info_says_cloud(jira: Client, version: int) -> None:
    info = jira.get("serverInfo", version=version)
    assert info["deploymentType"] == "Cloud"
    assert info["versionNumbers"] == [1001, 0, 0]
    assert info["baseUrl"] == jira.url
    assert info["serverTime"] == "2026-03-03T09:00:00.000+0100"


def test_myself_is_our_account_with_its_time_zone(jira: Client) -> None:
    myself = jira.get("myself")
    assert (myself["emailAddress"], myself["timeZone"]) == ("slabridge@example.com", "Europe/Stockholm")
    assert len(myself["accountId"]) == 24


def test_fields_have_schema_and_clause_names(jira: Client) -> None:
    fields = {field["id"]: field for field in jira.get("field")}
    assert fields["status"]["schema"] == {"type": "status", "system": "status"}
    assert "schema" not in fields["issuekey"]
    team = fields["customfield_10050"]
    assert (team["name"], team["custom"], team["clauseNames"]) == ("Team", True, ["cf[10050]", "Team"])
    assert team["schema"] == {
        "type": "option",
        "custom": "com.atlassian.jira.plugin.system.customfieldtypes:select",
        "customId": 10050,
    }
    kinds = {field["name"]: field["schema"]["type"] for field in fields.values() if field["custom"]}
    assert (kinds["SLA due"], kinds["OLA breached at"], kinds["SLA holder"]) == ("datetime", "datetime", "string")


def test_statuses_have_categories_and_priorities_come_from_the_highest(jira: Client) -> None:
    assert {status["name"]: status["statusCategory"]["key"] for status in jira.get("status")} == {
        "New": "new",
        "Active": "indeterminate",
        "Awaiting User Info": "indeterminate",
        "Awaiting Vendor": "indeterminate",
        "Awaiting Problem": "indeterminate",
        "Awaiting Evidence": "indeterminate",
        "Resolved": "done",
        "Closed": "done",
    }
    assert [one["name"] for one in jira.get("priority")] == ["Highest", "High", "Medium", "Low", "Lowest"]


def test_the_project_is_a_service_project(jira: Client) -> None:
    (project,) = jira.get("project/search")["values"]
    assert (project["key"], project["projectTypeKey"]) == ("ITSM", "service_desk")
    assert jira.get("project/ITSM")["issueTypes"][0]["name"] == "Incident"
    assert jira.refused("GET", "project/NOPE")[0] == 404


def test_my_permissions_are_asked_for_by_key(jira: Client) -> None:
    found = jira.get("mypermissions", permissions="EDIT_ISSUES,ADMINISTER")["permissions"]
    assert {key: one["havePermission"] for key, one in found.items()} == {"EDIT_ISSUES": True, "ADMINISTER": False}
    assert jira.refused("GET", "mypermissions")[0] == 400
    assert jira.refused("GET", "mypermissions", permissions="FLY")[0] == 400


def test_edit_metadata_lists_the_fields_that_can_be_written_with_their_options(three: Client) -> None:
    fields = three.get("issue/ITSM-1/editmeta")["fields"]
    assert "status" not in fields
    assert [option["value"] for option in fields["customfield_10050"]["allowedValues"]] == [
        "Group 70",
        "Group 24",
        "Group 7",
    ]
    assert "Breached" in [option["value"] for option in fields["customfield_10051"]["allowedValues"]]
    assert fields["customfield_10052"]["operations"] == ["set"]
    assert three.refused("GET", "issue/ITSM-9/editmeta")[0] == 404
