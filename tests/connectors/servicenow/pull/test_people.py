"""Whose comments are an agent's."""

import pytest
from structlog.testing import capture_logs

from connectors.errors import Refused
from connectors.roster import Roster
from connectors.servicenow.connector import ServiceNow
from slabridge_sandbox.embedded import Sandbox
from tests.connectors.servicenow.conftest import Connect, People, asked, tickets
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import incident, sys_id

WHO = ("ada.agent", "bo.agent", "carla.caller")


@pytest.fixture
def talk(people: People) -> None:
    for name in WHO:
        people.edit("INC0000001", by=name, comments=f"{name} speaks")
    group = people.ask("POST", "sys_user_group", body={"name": "Mail Relays"})["sys_id"]
    user = people.find("sys_user", user_name="bo.agent")
    people.ask("POST", "sys_user_grmember", body={"group": group, "user": user})
    people.ask("PATCH", f"sys_user/{user}", body={"email": "bo@Relay.example"})


def roles(connector: ServiceNow) -> dict[str, str]:
    (ticket,) = [ticket for ticket in tickets(connector) if ticket.key == "INC0000001"]
    return {comment.by.lower().replace(" ", "."): comment.role for comment in ticket.comments}


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize("journal", [True, False])
@pytest.mark.parametrize(
    "no", [Roster(accounts=("BO.Agent",)), Roster(groups=("mail relays",)), Roster(domains=("relay.EXAMPLE",))]
)
def test_whoever_relays_the_callers_words_is_no_agent(
    snow: Connect, box: Sandbox, no: Roster, *, journal: bool
) -> None:
    box.switch("servicenow", hidden_tables=[] if journal else ["sys_journal_field"])
    assert roles(snow()) == dict(zip(WHO, ("agent", "agent", "customer"), strict=True))
    assert roles(snow(not_agents=no)) == dict(zip(WHO, ("agent", "customer", "customer"), strict=True))
    assert roles(snow(agents=no, not_agents=no))["bo.agent"] == "customer"


@pytest.mark.usefixtures("talk")
def test_where_somebody_is_named_the_others_are_no_agents(snow: Connect) -> None:
    expected = dict(zip(WHO, ("customer", "agent", "customer"), strict=True))
    assert roles(snow(agents=Roster(groups=("Mail Relays",)))) == expected
    assert roles(snow(agents=Roster(accounts=("bo.agent", "carla.caller")))) == expected


@pytest.mark.usefixtures("talk")
def test_people_and_groups_are_asked_for_once(snow: Connect) -> None:
    connector = snow(page_size=1, not_agents=Roster(groups=("Mail Relays",), domains=("relay.example",)))
    for _ in range(2):
        roles(connector)
    queries = [query for _, query in asked(connector)]
    assert len([query for query in queries if query.startswith(("user_nameIN", "group.nameIN"))]) == 2


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize(
    ("group", "hidden", "message"),
    [
        ("Nobody", {}, "'Nobody' are needed"),
        ("a^b", {}, "cannot be looked for"),
        ("Mail Relays", {"hidden_tables": ["sys_user_grmember"]}, "sys_user_grmember"),
        ("Mail Relays", {"hidden_rows": {"sys_user_grmember": "sys_idISNOTEMPTY"}}, "hidden"),
    ],
)
def test_a_group_whose_members_cannot_be_read_is_refused(
    snow: Connect, box: Sandbox, group: str, hidden: dict[str, object], message: str
) -> None:
    box.switch("servicenow", **hidden)
    with pytest.raises(Refused, match=message):
        roles(snow(agents=Roster(groups=(group,))))


def test_an_unknown_author_is_no_agent_and_that_is_said_once(tool: Scripted, connect: Connect) -> None:
    said = [
        {"sys_id": sys_id(n), "element_id": sys_id(1), "element": "comments", "value": "hi", "sys_created_by": by}
        | {"sys_created_on": "2026-03-02 08:00:00"}
        for n, by in enumerate(("", "guest"), start=7)
    ]
    tool.will(incident=[rows(incident(1))], sys_journal_field=[rows(*said)])
    with capture_logs() as logs:
        (ticket,) = tickets(connect(tool.url, fields=()))
    assert [comment.role for comment in ticket.comments] == ["system", "system"]
    assert [log["event"] for log in logs if "author" in log["event"]] == ["author of a comment is not known"]
