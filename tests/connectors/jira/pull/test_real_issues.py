"""Real issues, where they are at hand: the parser against what a Jira really sends."""

import gzip
import json
from itertools import pairwise
from typing import Any

import pytest

from connectors.interface import NativeTicket
from connectors.jira.field import resolve
from connectors.jira.pull.history import Past
from connectors.jira.pull.issue import Schema, ticket_of
from connectors.jira.pull.people import People
from connectors.jira.row import Rows
from connectors.roles import Listed, Roles
from connectors.roster import NOBODY
from tests.places import SHARED, absent

ISSUES = SHARED / "data/jira_issues33.jsonl.gz"
SYSTEM = {
    "status": "status",
    "priority": "priority",
    "assignee": "user",
    "issuetype": "issuetype",
    "resolution": "resolution",
}
CATALOGUE: list[dict[str, Any]] = [
    *({"id": id_, "name": id_, "schema": {"type": type_, "system": id_}} for id_, type_ in SYSTEM.items()),
    {
        "id": "fixVersions",
        "name": "Fix versions",
        "schema": {"type": "array", "items": "version", "system": "fixVersions"},
    },
    {"id": "labels", "name": "Labels", "schema": {"type": "array", "items": "string", "system": "labels"}},
]


@pytest.fixture(scope="module")
def raw() -> list[dict[str, Any]]:
    if not ISSUES.exists():
        pytest.skip(absent(ISSUES))
    with gzip.open(ISSUES) as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def tickets(raw: list[dict[str, Any]]) -> list[NativeTicket]:
    schema = Schema(resolve([entry["id"] for entry in CATALOGUE], CATALOGUE, str), ())
    past = Past(Rows(schema.read))
    people = People("me", lambda author: str(author.get("accountId")), Roles("jira", Listed(NOBODY), Listed(NOBODY)))
    return [ticket_of(issue, issue["changelog"]["histories"], (), schema, people, past) for issue in raw]


def test_the_status_chain_of_every_real_issue_joins_by_id_and_ends_at_its_status(tickets: list[NativeTicket]) -> None:
    assert len(tickets) == 33
    moves = 0
    for ticket in tickets:
        chain = [entry.changes["status"] for entry in ticket.history if "status" in entry.changes]
        for (_, after), (before, _) in pairwise(chain):
            assert [value.code for value in after] == [value.code for value in before], ticket.key
        if chain:
            assert [value.code for value in chain[-1][1]] == [value.code for value in ticket.fields["status"]]
        moves += len(chain)
    assert moves == 165


def test_history_goes_forward_in_time_and_starts_after_creation(tickets: list[NativeTicket]) -> None:
    for ticket in tickets:
        times = [ticket.created, *(entry.at for entry in ticket.history)]
        assert times == sorted(times), ticket.key


def test_each_history_is_one_entry_and_migrations_say_nothing(raw: list[Any], tickets: list[NativeTicket]) -> None:
    ours = {entry["id"] for entry in CATALOGUE}
    for issue, ticket in zip(raw, tickets, strict=True):
        touching = [h for h in issue["changelog"]["histories"] if any(i.get("fieldId") in ours for i in h["items"])]
        assert len(ticket.history) == len(touching)


def test_people_and_lists_join_up_too(tickets: list[NativeTicket]) -> None:
    for ticket in tickets:
        for name in ("assignee", "priority", "resolution", "issuetype", "fixVersions"):
            held = None
            for entry in ticket.history:
                if name in entry.changes:
                    before, after = ({value.code for value in values} for values in entry.changes[name])
                    assert held in (None, before), (ticket.key, name)
                    held = after
