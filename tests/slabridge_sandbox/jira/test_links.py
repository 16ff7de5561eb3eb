from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client, Json, instant
from tests.slabridge_sandbox.jira.test_people import items

LINK: Json = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "ITSM-1"}, "outwardIssue": {"id": "10001"}}


def ends(jira: Client, key: str) -> list[tuple[str, str, str]]:
    """Return (side, key of the other, type) of an issue's links."""
    return [
        (side, link[side]["key"], link["type"]["name"])
        for link in jira.issue(key)["issuelinks"]
        for side in ("inwardIssue", "outwardIssue")
        if side in link
    ]


def test_a_link_is_seen_from_both_ends_and_says_so_in_both_histories(three: Client) -> None:
    three.clock.now = NOW + MINUTE
    assert three.ask("POST", "issueLink", LINK).status_code == 201
    assert ends(three, "ITSM-1") == [("outwardIssue", "ITSM-2", "Blocks")]
    assert ends(three, "ITSM-2") == [("inwardIssue", "ITSM-1", "Blocks")]
    assert items(three, "ITSM-1") == [["Link", None, None, "ITSM-2", "This issue blocks ITSM-2"]]
    assert items(three, "ITSM-2") == [["Link", None, None, "ITSM-1", "This issue is blocked by ITSM-1"]]
    assert {instant(three.issue(key)["updated"]) for key in ("ITSM-1", "ITSM-2")} == {NOW + MINUTE}


def test_a_link_that_is_taken_away_leaves_its_histories(three: Client) -> None:
    made = three.act("link", issue="ITSM-1", to="ITSM-3", type="Problem/Incident", by="Ada")
    assert three.act("unlink", link=made["id"], by="Ada") == {"unlinked": True}
    assert ends(three, "ITSM-1") == ends(three, "ITSM-3") == []
    assert items(three, "ITSM-3") == [["Link", "ITSM-1", "This issue is caused by ITSM-1", None, None]]
    assert three.act("unlink", link=made["id"]) == {"unlinked": False}
    assert three.ask("DELETE", f"issueLink/{made['id']}").status_code == 404


def test_a_link_of_a_moved_issue_has_its_new_key_and_history_the_old_one(three: Client) -> None:
    three.act("link", issue="ITSM-1", to="ITSM-2")
    three.act("move", issue="ITSM-2", project="OPS")
    assert ends(three, "ITSM-1") == [("outwardIssue", "OPS-1", "Blocks")]
    assert items(three, "ITSM-1") == [["Link", None, None, "ITSM-2", "This issue blocks ITSM-2"]]


def test_a_deleted_issue_takes_its_links_with_it(three: Client) -> None:
    three.act("link", issue="ITSM-1", to="ITSM-2")
    three.act("delete", issue="ITSM-2")
    assert ends(three, "ITSM-1") == []


def test_what_cannot_be_linked_is_refused(three: Client) -> None:
    assert three.refused("POST", "issueLink", LINK | {"type": {"name": "Loves"}})[0] == 404
    assert three.refused("POST", "issueLink", LINK | {"outwardIssue": {"key": "ITSM-99"}})[0] == 404
    assert three.refused("POST", "issueLink", LINK | {"outwardIssue": {"key": "ITSM-1"}})[0] == 400


def test_a_remote_link_of_one_global_id_stands_once_and_is_found_by_it(three: Client) -> None:
    sent = {"globalId": "system=snow&id=1", "object": {"url": "https://snow.example/1", "title": "INC1"}}
    assert three.ask("POST", "issue/ITSM-1/remotelink", sent).status_code == 201
    assert three.ask("POST", "issue/ITSM-1/remotelink", sent | {"relationship": "causes"}).status_code == 200
    (found,) = three.get("issue/ITSM-1/remotelink")
    assert (found["globalId"], found["relationship"], found["object"]["title"]) == (
        "system=snow&id=1",
        "causes",
        "INC1",
    )
    assert three.get("issue/ITSM-1/remotelink", globalId="system=snow&id=1") == found
    assert items(three, "ITSM-1")[0][0] == "RemoteIssueLink"
    assert three.refused("GET", "issue/ITSM-1/remotelink", globalId="system=snow&id=2")[0] == 404
    assert three.ask("DELETE", "issue/ITSM-1/remotelink", globalId="system=snow&id=1").status_code == 204
    assert three.get("issue/ITSM-1/remotelink") == []
    assert three.refused("POST", "issue/ITSM-1/remotelink", {"object": {"url": "x"}})[0] == 400
    three.act("remote-link", issue="ITSM-2", url="https://snow.example/2", title="INC2", by="Ada")
    assert three.get("issue/ITSM-2/changelog")["values"][-1]["author"]["displayName"] == "Ada"


def test_a_remote_link_that_is_written_again_holds_nothing_but_what_was_sent(three: Client) -> None:
    whole: Json = {
        "globalId": "id=1",
        "application": {"name": "Snow"},
        "relationship": "causes",
        "object": {"url": "https://a.example", "title": "A", "summary": "due", "status": {"resolved": True}},
    }
    made = three.ask("POST", "issue/ITSM-1/remotelink", whole).json()
    three.clock.now = NOW + MINUTE
    less: Json = {"globalId": "id=1", "object": {"url": "https://b.example", "title": "A"}}
    assert three.ask("PUT", f"issue/ITSM-1/remotelink/{made['id']}", less).status_code == 204
    found = three.get(f"issue/ITSM-1/remotelink/{made['id']}")
    assert (found["globalId"], found["application"], found.get("relationship")) == ("id=1", {}, None)
    assert found["object"] == {"url": "https://b.example", "title": "A", "icon": {}, "status": {"icon": {}}}
    assert instant(three.issue("ITSM-1")["updated"]) == NOW + MINUTE
    assert items(three, "ITSM-1") == [["RemoteIssueLink", None, None, "1", 'This issue links to "A (Snow)"']]
    assert three.ask("DELETE", f"issue/ITSM-1/remotelink/{made['id']}").status_code == 204
    assert three.refused("GET", f"issue/ITSM-1/remotelink/{made['id']}")[0] == 404


def test_a_remote_link_takes_the_permission_to_link_and_belongs_to_one_issue(three: Client) -> None:
    sent: Json = {"globalId": "id=1", "object": {"url": "https://a.example", "title": "A"}}
    made = three.ask("POST", "issue/ITSM-1/remotelink", sent).json()
    assert three.refused("PUT", f"issue/ITSM-2/remotelink/{made['id']}", sent)[0] == 400
    assert three.refused("POST", "issue/ITSM-1/remotelink", sent | {"globalId": "x" * 256})[0] == 400
    three.act("remote-unlink", issue="ITSM-1", by="Ada")
    three.site.switches.withheld = ("LINK_ISSUES",)
    for method, path in (("POST", "remotelink"), ("PUT", "remotelink/1"), ("DELETE", "remotelink/1")):
        assert three.refused(method, f"issue/ITSM-1/{path}", sent)[0] == 403
    assert three.get("issue/ITSM-1/remotelink") == []
