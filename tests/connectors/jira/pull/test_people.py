from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.errors import Refused
from connectors.roster import Roster
from tests.connectors.jira.site import Here, issue, scripted, tickets

PARTICIPANTS = {
    "id": "customfield_9",
    "name": "Request participants",
    "schema": {"type": "array", "items": "user", "custom": "com.atlassian.servicedesk:sd-request-participants"},
}
SOFTWARE = {"key": "OPS", "projectTypeKey": "software"}
DESK = {"key": "OPS", "projectTypeKey": "service_desk"}


def by(account: str, kind: str = "atlassian", **more: object) -> dict[str, Any]:
    author = {"accountId": account, "accountType": kind, "displayName": account}
    return {"id": "1", "author": author, "created": "2026-03-03T09:00:00.000+0100", **more}


def role(raw: dict[str, Any], *, answers: dict[str, Any] | None = None, **settings: Any) -> tuple[str, bool]:  # noqa: ANN401 - those of JiraSettings
    fields = settings.pop("payload", {})
    payload = issue("1", reporter={"accountId": "rita"}, comment={"comments": [raw], "total": 1}, **fields)
    given = {"issue/bulkfetch": [{"issues": [payload]}], **(answers or {})}
    with scripted(**given) as site:
        (comment,) = tickets(site.connect(**settings).reread(["1"]))["1"].comments
        return comment.role, comment.public


@pytest.mark.parametrize(
    ("raw", "project", "expected"),
    [
        (by("anna"), DESK, "agent"),
        (by("rita"), DESK, "customer"),
        (by("rita"), SOFTWARE, "agent"),
        (by("carl", "customer"), SOFTWARE, "customer"),
        (by("bot", "app"), DESK, "system"),
        (by("paul"), DESK, "customer"),
        (by("paul"), SOFTWARE, "agent"),
    ],
)
def test_who_asks_is_a_customer_by_jiras_own_notion(
    raw: dict[str, Any], project: dict[str, str], expected: str
) -> None:
    payload = {"project": project, "customfield_9": [{"accountId": "paul"}]}
    assert role(raw, answers={"field": [[PARTICIPANTS]]}, payload=payload, fields=())[0] == expected


def test_outside_service_projects_agents_are_whom_the_configuration_names() -> None:
    for account, expected in (("anna", "agent"), ("emil", "customer")):
        assert role(by(account), payload={"project": SOFTWARE}, agents=Roster(("anna",)))[0] == expected
        assert role(by(account), payload={"project": DESK}, agents=Roster(("anna",)))[0] == "agent"


def test_jiras_own_notion_comes_before_the_configuration() -> None:
    assert role(by("rita"), agents=Roster(("rita",)))[0] == "customer"
    assert role(by("carl", "customer"), payload={"project": SOFTWARE}, agents=Roster(("carl",)))[0] == "customer"


MEMBERS = [
    {"values": [{"accountId": "a"}, {"accountId": "b"}], "total": 3, "isLast": False},
    {"values": [{"accountId": "anna"}], "total": 3, "isLast": True},
]


def test_members_of_groups_are_agents_and_read_once_to_the_end() -> None:
    comments = {"comments": [by("anna"), by("emil") | {"id": "2"}], "total": 2}
    payload = issue("1", comment=comments, project=SOFTWARE)
    with scripted(**{"issue/bulkfetch": [{"issues": [payload]}], "group/member": MEMBERS}) as site:
        jira = site.connect(agents=Roster(groups=("jira-service-users",)))
        for _ in range(2):
            found = tickets(jira.reread(["1"]))["1"].comments
            assert [comment.role for comment in found] == ["agent", "customer"]
        assert len(site.queries["group/member"]) == 2
        assert "groupname=jira-service-users" in site.queries["group/member"][0]


def test_a_group_that_cannot_be_read_is_refused_by_name() -> None:
    answer = (403, {"errorMessages": ["no permission"]})
    with scripted(**{"group/member": [answer]}) as site, pytest.raises(Refused, match=r"agents\.groups 'staff'"):
        list(site.connect(agents=Roster(groups=("staff",))).reread(["1"]))


def test_fields_without_history_and_comments_that_are_not_read_are_gaps(here: Here) -> None:
    jira = here.connect()
    assert jira.gaps() == {}
    assert set(here.connect(comments=False).gaps()) == {"comments"}


def test_computed_fields_are_gaps() -> None:
    sla = {"type": "sd-servicelevelagreement", "custom": "com.atlassian.servicedesk:sd-sla-field"}
    scripted_field = {"type": "number", "custom": "com.onresolve.jira.groovy.groovyrunner:scripted-field"}
    catalogue = [
        {"id": "status", "name": "Status", "schema": {"type": "status", "system": "status"}},
        {"id": "votes", "name": "Votes", "schema": {"type": "votes", "system": "votes"}},
        {"id": "customfield_1", "name": "Time to resolution", "schema": sla},
        {"id": "customfield_2", "name": "Computed", "schema": scripted_field},
    ]
    with scripted(field=[catalogue]) as site:
        gaps = site.connect(fields=("status", "votes", "Time to resolution", "Computed")).gaps()
        assert set(gaps) == {"votes", "Time to resolution", "Computed"}
        assert "customfield_1" in gaps["Time to resolution"]


def test_an_unknown_author_is_no_agent_and_that_is_said_once() -> None:
    nobody: list[dict[str, Any]] = [{"author": None}, {"author": {}}, {"author": {"accountId": "unknown"}}]
    raw = [by("anna") | {"id": str(n)} | who for n, who in enumerate(nobody)]
    payload = issue("1", comment={"comments": raw, "total": 3}, project=DESK)
    with scripted(**{"issue/bulkfetch": [{"issues": [payload]}]}) as site, capture_logs() as logs:
        found = tickets(site.connect().reread(["1"]))["1"].comments
    assert [comment.role for comment in found] == ["system"] * 3
    assert [log["ticket"] for log in logs if log["event"] == "author of a comment is not known"] == ["OPS-1"]


def test_whoever_relays_the_customers_words_is_no_agent_anywhere() -> None:
    for project in (DESK, SOFTWARE):
        for no in (Roster(accounts=("sync",)), Roster(domains=("Relay.example",))):
            mail = {"author": {"accountId": "sync", "emailAddress": "in@relay.EXAMPLE"}}
            assert role(by("sync") | mail, payload={"project": project}, not_agents=no)[0] == "customer"
    sync = Roster(accounts=("sync",))
    assert role(by("sync"), payload={"project": DESK}, agents=sync, not_agents=sync)[0] == "customer"


def test_an_app_that_is_named_is_what_it_is_named_as() -> None:
    assert role(by("sync", "app"), agents=Roster(("sync",)))[0] == "agent"
    assert role(by("sync", "app"), not_agents=Roster(("sync",)))[0] == "customer"


def test_members_of_a_group_are_no_agents_where_the_configuration_says_so() -> None:
    answers = {"group/member": [{"values": [{"accountId": "emil"}], "total": 1, "isLast": True}]}
    assert role(by("emil"), answers=answers, not_agents=Roster(groups=("relays",)))[0] == "customer"
    assert role(by("anna"), answers=answers, not_agents=Roster(groups=("relays",)))[0] == "agent"


def test_an_author_whose_address_is_not_shown_is_reported_where_domains_decide() -> None:
    with capture_logs() as logs:
        assert role(by("anna"), not_agents=Roster(domains=("relay.example",)))[0] == "agent"
    assert [log["event"] for log in logs if "author" in log["event"]] == ["author of a comment shows no e-mail address"]
