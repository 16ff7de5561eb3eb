import pytest

from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import Client, Json


def comments(jira: Client, key: str, **query: str) -> Json:
    url = f"{jira.url}/rest/servicedeskapi/request/{key}/comment"
    return jira.session.get(url, params=query, auth=jira.auth, timeout=PATIENCE).json()


def add(jira: Client, key: str, **body: Json) -> tuple[int, Json]:
    url = f"{jira.url}/rest/servicedeskapi/request/{key}/comment"
    answer = jira.session.post(url, json=body, auth=jira.auth, timeout=PATIENCE)
    return answer.status_code, answer.json()


@pytest.fixture(params=["three", "server"])
def either(request: pytest.FixtureRequest) -> Client:
    """A Cloud site and a Data Center."""
    client: Client = request.getfixturevalue(request.param)
    return client


def test_a_comment_is_public_or_internal_and_both_are_listed(either: Client) -> None:
    assert add(either, "ITSM-1", body="Sorry", public=True)[0] == 201
    status, hidden = add(either, "ITSM-1", body="Late\nagain", public=False)
    assert (status, hidden["public"], hidden["body"]) == (201, False, "Late\nagain")
    listed = comments(either, "ITSM-1")
    assert [(one["body"], one["public"]) for one in listed["values"]] == [("Sorry", True), ("Late\nagain", False)]
    assert listed["isLastPage"] is True
    assert [one["public"] for one in comments(either, "ITSM-1", internal="false")["values"]] == [True]
    assert [one["public"] for one in comments(either, "ITSM-1", limit="1", start="1")["values"]] == [False]
    kept = either.get(f"comment/{hidden['id']}/properties/sd.public.comment")
    assert kept["value"] == {"internal": True}


def test_who_is_no_agent_neither_adds_nor_sees_internal_comments(three: Client) -> None:
    add(three, "ITSM-1", body="Late", public=False)
    three.site.switches.withheld = ("SERVICEDESK_AGENT",)
    assert add(three, "ITSM-1", body="Late", public=False)[0] == 403
    assert add(three, "ITSM-1", body="Late", public=True)[0] == 201
    assert [one["public"] for one in comments(three, "ITSM-1")["values"]] == [True]


def test_what_is_no_request_has_no_comments_here(three: Client) -> None:
    three.act("move", issue="ITSM-2", project="OPS", type="software")
    assert add(three, "OPS-1", body="x", public=True)[0] == 404
    assert add(three, "ITSM-9", body="x", public=True)[0] == 404
    assert add(three, "ITSM-1", body=" ", public=True)[0] == 400
