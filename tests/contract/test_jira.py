"""What the connector relies on, asked of a real site where the environment names one, else of the sandbox.

SLABRIDGE_JIRA_URL     https://<site>.atlassian.net, or a Data Center's address
SLABRIDGE_JIRA_USER    the account's e-mail address (Data Center: user name); without it the token is a bearer
SLABRIDGE_JIRA_TOKEN   its API token (Data Center: personal access token, or password)
SLABRIDGE_JIRA_ISSUE   the key of an issue to write on; a field of it is changed and emptied, a comment deleted again
SLABRIDGE_JIRA_FIELD   the name of a text field on its edit screen
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args

import pytest
from pydantic import SecretStr

import connectors
from connectors.http.credentials import BasicAuth, BearerAuth
from connectors.interface import CommentWrite, FieldsWrite, NativeTicket, Outcome
from connectors.jira.connector import Jira
from connectors.jira.settings import JiraSettings
from slabridge_sandbox.jira.site import Deployment
from tests.connectors.jira.site import MINUTE, NOW, sandbox, tickets

REAL = os.environ.get("SLABRIDGE_JIRA_URL", "")


@dataclass
class Contract:
    """A site, and the issue and the text field that may be written."""

    jira: Jira
    issue: str
    field: str

    def ticket(self) -> NativeTicket:
        (found,) = tickets(self.jira.changed(None)).values()
        return found

    def again(self, id_: str) -> NativeTicket:
        (found,) = tickets(self.jira.reread([id_])).values()
        return found


def connected(url: str, auth: BasicAuth | BearerAuth, issue: str, field: str) -> Contract:
    given: dict[str, Any] = {"fields": ("status", "assignee", "labels"), "written": (field,)}
    jira = connectors.open(JiraSettings(name="jira", url=url, auth=auth, filter=f"key = {issue}", **given))
    assert isinstance(jira, Jira)
    return Contract(jira, issue, field)


@pytest.fixture(params=["real"] if REAL else get_args(Deployment))
def contract(request: pytest.FixtureRequest) -> Iterator[Contract]:
    if request.param == "real":
        token = SecretStr(os.environ["SLABRIDGE_JIRA_TOKEN"])
        user = os.environ.get("SLABRIDGE_JIRA_USER")
        auth = BasicAuth(user, token) if user else BearerAuth(token)
        found = connected(REAL, auth, os.environ["SLABRIDGE_JIRA_ISSUE"], os.environ["SLABRIDGE_JIRA_FIELD"])
        yield found
        found.jira.close()
        return
    with sandbox(request.param) as here:
        here.open("INC1", at=NOW - 9 * MINUTE)
        here.change("INC1", at=NOW - 5 * MINUTE, state="Active", assigned_to="Bob")
        credentials = here.sandbox.credentials
        basic = BasicAuth(credentials.email, SecretStr(credentials.token))
        found = connected(here.url, basic, "ITSM-1", "SLA holder")
        yield found
        found.jira.close()


def test_the_site_says_who_we_are_and_what_time_it_is(contract: Contract) -> None:
    identity = contract.jira.check()
    assert identity.account
    assert identity.now > NOW - 1


def test_histories_join_by_ids_and_end_at_what_is_held(contract: Contract) -> None:
    ticket = contract.ticket()
    assert ticket.key == contract.issue
    chain = [entry.changes["status"] for entry in ticket.history if "status" in entry.changes]
    for (_, after), (before, _) in pairwise(chain):
        assert [value.code for value in after] == [value.code for value in before]
    if chain:
        assert [value.code for value in chain[-1][1]] == [value.code for value in ticket.fields["status"]]
    assert ticket == contract.again(ticket.id)


def test_a_field_is_written_remembered_as_ours_and_emptied(contract: Contract) -> None:
    ticket = contract.ticket()
    for text, ours in (("slabridge was here", {contract.field}), (None, set())):
        (receipt,) = contract.jira.write(
            [FieldsWrite(ticket.id, ticket.key, {contract.field: text}, {"a.b": "0" * 16})]
        )
        assert receipt.outcome is Outcome.APPLIED, receipt.reason
        held = contract.again(ticket.id)
        assert held.written == {contract.field: text}
        assert held.ours == ours


def test_a_property_alone_does_not_touch_the_issue(contract: Contract) -> None:
    ticket = contract.ticket()
    path = ("issue", ticket.id, "properties", "slabridge")
    answer = contract.jira._client._call("PUT", path, json={"told": {}, "judged_by": {}})
    assert answer.status in {200, 201}
    again = contract.again(ticket.id)
    assert (again.updated, again.history) == (ticket.updated, ticket.history)


def test_an_internal_comment_is_found_by_its_marker_and_no_customer_sees_it(contract: Contract) -> None:
    ticket = contract.ticket()
    write = CommentWrite(ticket.id, ticket.key, ("contract#1 breached",), "A test of slabridge; it is deleted again.")
    (receipt,) = contract.jira.write([write])
    assert receipt.outcome is Outcome.APPLIED, receipt.reason
    raws = contract.jira._client.get("issue", ticket.id, "comment", expand="properties").body["comments"]
    for raw in raws:
        if any(held["key"] == "slabridge" for held in raw.get("properties", ())):
            comments = contract.again(ticket.id).comments
            assert (comments[-1].markers, comments[-1].role) == (write.markers, "system")
            contract.jira._client.delete("issue", ticket.id, "comment", str(raw["id"]))
            break
    else:
        pytest.fail("the comment was not found")
