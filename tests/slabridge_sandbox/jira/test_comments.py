from typing import Any

import pytest

from tests.slabridge_sandbox.jira.client import NOW, Client, instant

MARKER = {"key": "slabridge", "value": {"marker": "sla.resolution/1/breached"}}
INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}


def document(*lines: str) -> dict[str, Any]:
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "doc", "version": 1, "content": paragraphs}


def test_a_comment_is_a_document_in_version_3_and_text_in_version_2(three: Client) -> None:
    added = three.post("issue/ITSM-1/comment", {"body": document("Breached", "Group 70 holds it")})
    assert (added["id"], added["body"]) == ("10000", document("Breached", "Group 70 holds it"))
    assert added["author"]["displayName"] == added["updateAuthor"]["displayName"] == "slabridge"
    (read,) = three.get("issue/ITSM-1/comment", version=2)["comments"]
    assert read["body"] == "Breached\n\nGroup 70 holds it"
    text = three.post("issue/ITSM-1/comment", {"body": "One\nTwo\n\nThree"}, version=2)
    assert text["body"] == "One\nTwo\n\nThree"
    assert three.get("issue/ITSM-1/comment/10001")["body"]["content"][0]["content"][1] == {"type": "hardBreak"}


def test_a_comment_is_public_unless_its_property_says_internal(three: Client) -> None:
    assert three.post("issue/10000/comment", {"body": document("x")})["jsdPublic"] is True
    hidden = three.post("issue/10000/comment", {"body": document("x"), "properties": [INTERNAL]})
    assert hidden["jsdPublic"] is False
    assert [one["jsdPublic"] for one in three.issue()["comment"]["comments"]] == [True, False]


def test_properties_of_comments_are_read_where_they_are_expanded(three: Client) -> None:
    body = {"body": document("x"), "properties": [INTERNAL, MARKER]}
    assert "properties" not in three.post("issue/10000/comment", body)
    assert "properties" not in three.issue()["comment"]["comments"][0]
    (bulk,) = three.post("comment/list", {"ids": [10000, 4]}, expand="properties")["values"]
    assert bulk["properties"] == [INTERNAL, MARKER]
    assert "properties" not in three.post("comment/list", {"ids": [10000]})["values"][0]
    (one,) = three.get("issue/10000/comment", expand="properties")["comments"]
    assert one["properties"] == [INTERNAL, MARKER]


def test_a_comment_bumps_updated_and_leaves_no_history(three: Client) -> None:
    three.clock.now = NOW + 5
    three.post("issue/10000/comment", {"body": document("x")})
    assert instant(three.issue()["updated"]) == NOW + 5
    assert three.get("issue/10000/changelog")["total"] == 2


def test_comments_come_by_pages_in_either_order(three: Client) -> None:
    for number in range(3):
        three.post("issue/10000/comment", {"body": document(str(number))})
        three.clock.now += 1000
    page = three.get("issue/10000/comment", maxResults=2)
    assert (page["startAt"], page["maxResults"], page["total"]) == (0, 2, 3)
    assert [one["id"] for one in page["comments"]] == ["10000", "10001"]
    assert [one["id"] for one in three.get("issue/10000/comment", orderBy="-created", startAt=1)["comments"]] == [
        "10001",
        "10000",
    ]
    assert three.refused("GET", "issue/10000/comment", orderBy="author")[0] == 400


def test_bulkfetch_and_search_give_the_comments_of_issues(three: Client) -> None:
    three.post("issue/10001/comment", {"body": document("x")})
    issues = three.post("issue/bulkfetch", {"issueIdsOrKeys": ["10000", "10001"], "fields": ["comment"]})["issues"]
    assert [issue["fields"]["comment"]["total"] for issue in issues] == [0, 1]
    (found,) = three.post("search/jql", {"jql": "key = ITSM-2", "fields": ["comment"]})["issues"]
    assert found["fields"]["comment"]["comments"][0]["body"] == document("x")


def test_a_comment_is_edited_in_place(three: Client) -> None:
    three.post("issue/10000/comment", {"body": document("x"), "properties": [MARKER]})
    three.clock.now = NOW + 60_000
    answer = three.ask("PUT", "issue/10000/comment/10000", {"body": document("y"), "properties": [INTERNAL]})
    assert answer.status_code == 200
    edited = three.get("issue/10000/comment/10000", expand="properties")
    assert (edited["body"], edited["jsdPublic"]) == (document("y"), False)
    assert edited["properties"] == [MARKER, INTERNAL]
    assert instant(edited["created"]) == NOW
    assert instant(edited["updated"]) == NOW + 60_000
    assert three.refused("PUT", "issue/10001/comment/10000", {"body": document("y")})[0] == 404


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (3, "text"),
        (3, None),
        (3, {"type": "doc", "version": 1}),
        (3, {"type": "doc", "version": 1, "content": [{"type": "text", "text": "no block"}]}),
        (
            3,
            {
                "type": "doc",
                "version": 1,
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}],
            },
        ),
        (3, {"type": "doc", "version": 1, "content": []}),
        (2, {"type": "doc", "version": 1, "content": []}),
        (2, "  "),
        (2, "x" * 32_768),
    ],
)
def test_a_body_that_cannot_be_is_refused(three: Client, version: int, body: object) -> None:
    status, _, errors = three.refused("POST", "issue/10000/comment", {"body": body}, version=version)
    assert (status, list(errors)) == (400, ["comment"])
    assert three.issue()["comment"]["total"] == 0


def test_visibility_is_kept_and_must_name_a_role_or_group(three: Client) -> None:
    body = {"body": document("x"), "visibility": {"type": "role", "value": "Service Desk Team"}}
    assert three.post("issue/10000/comment", body)["visibility"] == body["visibility"]
    wrong = body | {"visibility": {"type": "user", "value": "x"}}
    assert three.refused("POST", "issue/10000/comment", wrong)[0] == 400


def test_comments_by_id_are_one_to_a_thousand(three: Client) -> None:
    assert three.refused("POST", "comment/list", {"ids": []})[0] == 400
    assert three.refused("POST", "comment/list", {"ids": list(range(1001))})[0] == 400
    assert three.refused("POST", "comment/list", {"ids": ["a"]})[0] == 400
