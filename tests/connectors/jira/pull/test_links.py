"""Links between issues and to things elsewhere, with their history, of both kinds of Jira."""

from typing import Any

import pytest

from connectors.errors import Refused
from connectors.interface import NativeTicket, Value
from connectors.jira.field import ISSUE_LINKS, REMOTE_LINKS
from tests.connectors.jira.site import MINUTE, NOW, Here, tickets

LINKS = {"fields": (ISSUE_LINKS, REMOTE_LINKS), "written": ()}


def course(ticket: NativeTicket, field: str) -> list[tuple[int, tuple[Value, ...], tuple[Value, ...]]]:
    return [(entry.at, *entry.changes[field]) for entry in ticket.history if field in entry.changes]


def act(here: Here, name: str, **asked: Any) -> Any:  # noqa: ANN401 - what an act gives
    return here.act(name, **{"by": "A person", **asked})


def test_an_issue_link_is_said_as_each_of_its_issues_says_it(either: Here) -> None:
    one, other = either.open("INC1", at=NOW - MINUTE), either.open("INC2", at=NOW - MINUTE)
    number = act(either, "link", issue="ITSM-1", to="ITSM-2", type="Blocks")["id"]
    act(either, "link", issue="ITSM-1", to="ITSM-2", type="Relates")
    found = tickets(either.connect(**LINKS).reread([one, other]))
    assert found[one].fields[ISSUE_LINKS] == (
        Value("blocks ITSM-2", "Blocks outward"),
        Value("relates to ITSM-2", "Relates both"),
    )
    assert found[other].fields[ISSUE_LINKS][0] == Value("is blocked by ITSM-1", "Blocks inward")

    either.clock.now = NOW + MINUTE
    act(either, "unlink", link=number)
    found = tickets(either.connect(**LINKS).reread([one, other]))
    blocks, relates = Value("blocks ITSM-2", "Blocks outward"), Value("relates to ITSM-2", "Relates both")
    assert found[one].fields[ISSUE_LINKS] == (relates,)
    first, second, third = course(found[one], ISSUE_LINKS)
    assert first == (NOW, (), (blocks,))
    assert second[0] == NOW
    assert set(second[2]) == {blocks, relates}
    assert third[0] == NOW + MINUTE
    assert (set(third[1]), set(third[2])) == ({blocks, relates}, {relates})


def test_a_link_to_an_issue_that_was_moved_since_is_one_link(either: Here) -> None:
    one, other = either.open("INC1", at=NOW - MINUTE), either.open("INC2", at=NOW - MINUTE)
    act(either, "link", issue="ITSM-1", to="ITSM-2", type="Blocks")
    key = act(either, "move", issue="ITSM-2", project="OTHER")["key"]
    found = tickets(either.connect(**LINKS).reread([one, other]))
    link = Value(f"blocks {key}", "Blocks outward")
    assert course(found[one], ISSUE_LINKS) == [(NOW, (), (link,))]
    assert found[other].keys == ("ITSM-2",)


def test_remote_links_come_with_their_address_and_of_one_that_is_gone_the_title_stays(either: Here) -> None:
    one = either.open("INC1", at=NOW - MINUTE)
    url = "https://acme.service-now.com/incident.do?number=INC7"
    act(either, "remote-link", issue="ITSM-1", url=url, title="An incident", globalId="id=7")
    found = tickets(either.connect(**LINKS).reread([one]))[one]
    (link,) = found.fields[REMOTE_LINKS]
    assert link.name == f"{url} id=7"
    assert course(found, REMOTE_LINKS) == [(NOW, (), (link,))]


def test_keys_are_looked_up_also_those_that_an_issue_had(either: Here) -> None:
    one, other = either.open("INC1", at=NOW - MINUTE), either.open("INC2", at=NOW - MINUTE)
    act(either, "move", issue="ITSM-2", project="OTHER")
    keys = ["ITSM-1", "ITSM-2", "NONE-1", "../myself", "ITSM-1?x=1"]
    assert either.connect(**LINKS).ids_of(keys) == {"ITSM-1": one, "ITSM-2": other}


def test_what_is_no_id_of_jira_is_gone_and_asked_of_nobody(either: Here) -> None:
    jira = either.connect(**LINKS)
    jira.check()
    either.calls.clear()
    (page,) = jira.reread(["../myself", "x"])
    assert page.gone == ("../myself", "x")
    assert not either.calls


def test_a_type_of_link_that_the_site_has_not_is_refused_with_the_one_that_is_meant(either: Here) -> None:
    asked = {"is blocked by": "`connections.jira.links[0].issue_link`", "Blocks": "", "fixes": "`here`"}
    with pytest.raises(Refused) as raised:
        either.connect(**LINKS, link_types=asked).gaps()
    said = str(raised.value)
    assert "'is blocked by' (`connections.jira.links[0].issue_link`)" in said
    assert 'write issue_link = "Blocks", direction = "inward"' in said
    assert "'fixes' (`here`); the site has Blocks, " in said
    assert "'Blocks' (" not in said
    assert either.connect(**LINKS, link_types={"Blocks": ""}).gaps() == {}
