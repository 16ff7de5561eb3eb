import pytest

from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import NOW, Client, Json, instant

DUE = "2026-03-03T17:00:00.000+0100"
OFF = "Field 'customfield_10052' cannot be set. It is not on the appropriate screen, or unknown."
TEXT = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]}
INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}


def held(jira: Client, permission: str, **where: str) -> bool:
    found: bool = jira.get("mypermissions", permissions=permission, **where)["permissions"][permission][
        "havePermission"
    ]
    return found


@pytest.mark.parametrize("screen", ["ITSM", "ITSM/Incident"])
def test_a_field_off_the_screen_refuses_the_whole_write(three: Client, screen: str) -> None:
    three.site.switches.off_screen = {screen: ("customfield_10052",)}
    fields: Json = {"customfield_10052": DUE, "customfield_10054": "Group 70"}
    assert three.refused("PUT", "issue/ITSM-1", {"fields": fields}) == (400, [], {"customfield_10052": OFF})
    assert three.issue()["customfield_10054"] is None
    shown = three.get("issue/ITSM-1/editmeta")["fields"]
    assert "customfield_10054" in shown
    assert "customfield_10052" not in shown
    del fields["customfield_10052"]
    assert three.ask("PUT", "issue/ITSM-1", {"fields": fields}).status_code == 204


def test_screens_differ_by_project(three: Client) -> None:
    three.act("move", issue="ITSM-2", project="OPS")
    three.site.switches.off_screen = {"OPS": ("customfield_10052",), "OPS/Task": ("summary",)}
    body = {"fields": {"customfield_10052": DUE}}
    assert three.ask("PUT", "issue/ITSM-1", body).status_code == 204
    assert three.refused("PUT", "issue/OPS-1", body)[2] == {"customfield_10052": OFF}
    assert three.ask("PUT", "issue/OPS-1", {"fields": {"summary": "x"}}).status_code == 204


def test_permissions_are_asked_for_by_project_and_issue(three: Client) -> None:
    three.act("move", issue="ITSM-2", project="OPS")
    three.site.switches.withheld = ("OPS/EDIT_ISSUES", "ADMINISTER")
    assert held(three, "EDIT_ISSUES", projectKey="ITSM")
    assert not held(three, "EDIT_ISSUES", projectKey="OPS")
    assert not held(three, "EDIT_ISSUES", issueId="10001")
    assert held(three, "EDIT_ISSUES")
    assert not held(three, "ADMINISTER")
    assert three.refused("GET", "mypermissions", permissions="EDIT_ISSUES", projectKey="NOPE")[0] == 404


def test_without_the_permission_to_edit_nothing_is_written(three: Client) -> None:
    three.site.switches.withheld = ("EDIT_ISSUES",)
    assert three.refused("PUT", "issue/ITSM-1", {"fields": {"summary": "x"}})[0] == 403
    assert three.refused("PUT", "issue/ITSM-1/properties/a", {})[0] == 403
    assert three.get("issue/ITSM-1/editmeta") == {"fields": {}}


def test_without_the_permission_to_comment_none_is_added(three: Client) -> None:
    three.site.switches.withheld = ("ADD_COMMENTS",)
    status, (message,), _ = three.refused("POST", "issue/ITSM-1/comment", {"body": TEXT})
    assert (status, message) == (400, "slabridge, you do not have the permission to comment on this issue.")


def test_who_is_no_agent_comments_in_public_although_asked_not_to(three: Client) -> None:
    three.site.switches.withheld = ("SERVICEDESK_AGENT",)
    assert three.post("issue/ITSM-1/comment", {"body": TEXT, "properties": [INTERNAL]})["jsdPublic"] is True
    assert three.mails() == [("ITSM-1", "commented", True)]
    three.site.switches.withheld = ()
    assert three.post("issue/ITSM-1/comment", {"body": TEXT, "properties": [INTERNAL]})["jsdPublic"] is False
    assert three.mails()[1:] == [("ITSM-1", "commented", False)]


def test_comments_of_others_are_neither_edited_nor_deleted(three: Client) -> None:
    id_ = three.act("comment", issue="ITSM-1", by="Ada", body="Mine")["id"]
    assert three.refused("PUT", f"issue/ITSM-1/comment/{id_}", {"body": TEXT})[0] == 400
    assert three.refused("DELETE", f"issue/ITSM-1/comment/{id_}")[0] == 400


def test_a_comment_of_ours_is_deleted(three: Client) -> None:
    three.clock.now = NOW + 9
    id_ = three.post("issue/ITSM-1/comment", {"body": TEXT})["id"]
    assert three.ask("DELETE", f"issue/ITSM-1/comment/{id_}").status_code == 204
    assert three.refused("GET", f"issue/ITSM-1/comment/{id_}")[0] == 404
    assert instant(three.issue()["updated"]) == NOW + 9


def test_an_issue_that_we_may_not_see_is_as_if_it_were_not_there(three: Client) -> None:
    three.site.switches.hidden = ("ITSM-2",)
    assert three.found("project = ITSM") == ["10002", "10000"]
    assert three.wrong("key = ITSM-2") == ["An issue with key 'ITSM-2' does not exist for field 'key'."]
    assert three.ask("GET", "issue/10001").status_code == 404
    fetched = three.post("issue/bulkfetch", {"issueIdsOrKeys": ["10001", "10000"]})
    assert [issue["id"] for issue in fetched["issues"]] == ["10000"]
    assert three.post("changelog/bulkfetch", {"issueIdsOrKeys": ["10001"]}) == {"issueChangeLogs": []}
    assert three.refused("PUT", "issue/ITSM-2", {"fields": {}})[0] == 404


def test_a_project_that_we_may_not_browse_is_as_if_it_were_not_there(three: Client) -> None:
    three.act("move", issue="ITSM-2", project="OPS")
    assert [one["key"] for one in three.get("project")] == ["ITSM", "OPS"]
    three.site.switches.withheld = ("OPS/BROWSE_PROJECTS",)
    assert [one["key"] for one in three.get("project/search")["values"]] == ["ITSM"]
    assert three.refused("GET", "project/OPS")[0] == 404
    assert three.wrong("project = OPS") == ["The value 'OPS' does not exist for the field 'project'."]
    assert three.found("id > 0") == ["10002", "10000"]
    assert three.ask("GET", "issue/ITSM-2").status_code == 404


def test_mails_are_kept_back_only_for_who_administers_the_project(three: Client) -> None:
    def write(text: str) -> None:
        body = {"fields": {"customfield_10054": text}}
        assert three.ask("PUT", "issue/ITSM-1", body, notifyUsers="false").status_code == 204

    write("a")
    assert three.mails() == []
    three.site.switches.withheld = ("ADMINISTER", "ITSM/ADMINISTER_PROJECTS")
    write("a")
    assert three.mails() == []
    write("b")
    assert three.mails() == [("ITSM-1", "updated", False)]
    three.session.delete(f"{three.url}/sandbox/mails", timeout=PATIENCE)
    assert three.ask("PUT", "issue/ITSM-2", {"fields": {"customfield_10054": "c"}}).status_code == 204
    assert three.mails() == [("ITSM-2", "updated", False)]


def test_writes_meet_as_many_conflicts_as_the_switch_says(three: Client) -> None:
    three.site.switches.conflicts = 2
    answers = [three.ask("PUT", "issue/ITSM-1", {"fields": {"summary": "x"}}).status_code for _ in range(3)]
    assert answers == [409, 409, 204]
    assert three.get("issue/ITSM-1/changelog")["total"] == 3
