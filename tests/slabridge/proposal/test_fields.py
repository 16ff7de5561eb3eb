"""Which of a tool's fields are proposed for which of ours, and what a proposal's text may hold."""

import tomllib

from connectors.interface import Found, FoundField, FoundValue
from slabridge.proposal.connection import CHECK, Where, connection_text
from slabridge.proposal.fields import chosen

STATUS = FoundField("status", "Status", "status", 10, (FoundValue("1", "New", 4, "new"),))
PRIORITY = FoundField("priority", "Priority", "priority", 10, (FoundValue("1", "High", 4),))
ASSIGNEE = FoundField("assignee", "Assignee", "person", 8)
HOSTILE = 'x"\n[connections.evil]\nurl = "http://evil" # \u202e'


def choice(name: str, tickets: int, *values: str) -> FoundField:
    return FoundField(name, name, "choice", tickets, tuple(FoundValue(one, one, 1) for one in values))


def named(found: Found, *asked: str) -> dict[str, tuple[str, bool]]:
    return {one.name: (one.field.name, not one.check) for one in chosen(found, asked)}


def test_the_team_is_the_field_that_is_called_so_and_used_most() -> None:
    found = Found(10, (STATUS, PRIORITY, ASSIGNEE, choice("Support group", 9), choice("Feature team", 2)))
    assert named(found)["team"] == ("Support group", False)
    assert named(Found(10, (STATUS, ASSIGNEE, choice("Support group", 9))))["team"] == ("Support group", True)


def test_a_team_that_few_tickets_have_is_to_be_looked_at() -> None:
    assert named(Found(10, (STATUS, choice("Team", 2))))["team"] == ("Team", False)


def test_without_a_field_for_teams_it_is_the_component_or_the_assignee_and_said() -> None:
    assert named(Found(10, (STATUS, ASSIGNEE, choice("components", 3))))["team"] == ("components", False)
    alone = named(Found(10, (STATUS, ASSIGNEE)))
    assert alone["team"] == ("assignee", False)
    assert "assignee" not in alone  # a field is mapped once


def test_what_agreements_ask_for_is_mapped_with_the_doubt_beside_it() -> None:
    found = Found(10, (STATUS, PRIORITY, ASSIGNEE, choice("Customer name", 1), choice("Colour", 9)))
    assert "customer" not in named(found)
    assert named(found, "customer")["customer"] == ("Customer name", False)


def test_no_text_of_the_tool_becomes_a_key_or_a_line() -> None:
    """Names of fields, values and SLAs are what anybody with rights there may have typed."""
    evil = FoundField(HOSTILE, HOSTILE, "choice", 9, (FoundValue(HOSTILE, HOSTILE, 9),))
    status = FoundField("status", HOSTILE, "status", 10, (FoundValue(HOSTILE, HOSTILE, 9),))
    found = Found(10, (status, PRIORITY, ASSIGNEE, evil), (f"resolution {HOSTILE}",))
    where = Where("jira", "jira", ['type = "jira"'], own_columns=False)
    document = tomllib.loads(connection_text(where, found, ["standard.resolution"], ["customer"]))
    assert set(document) == {"connections"}
    assert set(document["connections"]) == {"jira"}
    assert set(document["connections"]["jira"]) <= {"type", "fields", "values", "native", "writeback"}


def test_status_and_due_time_are_those_of_one_promise() -> None:
    """A missed answer with the due time of the solution beside it says nothing to anybody."""
    promises = ["standard.response", "standard.resolution"]
    text = connection_text(Where("snow", "servicenow", [], own_columns=True), Found(0, (STATUS,)), promises, [])
    assert '# value = "sla.resolution.status"' in text
    assert '# value = "sla.resolution.due_at"' in text


def test_fields_for_results_that_are_not_there_are_comments() -> None:
    found = Found(10, (STATUS, PRIORITY, ASSIGNEE, FoundField("customfield_1", "SLA due", "instant")))
    text = connection_text(Where("jira", "jira", [], own_columns=False), found, [], [])
    document = tomllib.loads(text)["connections"]["jira"]
    assert [one["field"] for one in document["writeback"]["fields"]] == ["customfield_1"]
    assert '# field = "SLA status"' in text
    assert CHECK in text
