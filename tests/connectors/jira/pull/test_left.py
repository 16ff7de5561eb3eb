"""Fields that left their project."""

from structlog.testing import capture_logs

from connectors.interface import NativeEntry, NativeTicket
from tests.connectors.jira.site import MINUTE, NOW, Here, tickets

TEAM = "customfield_10050"
"""What the sandbox's field `Team` is."""
SAID = "field is empty and its history is not, and whether it left the project cannot be told"


def handed_over(here: Here) -> str:
    id_ = here.open("INC1", at=NOW - 9 * MINUTE)
    here.change("INC1", at=NOW - 5 * MINUTE, assignment_group="Network")
    here.change("INC1", at=NOW - 4 * MINUTE, category="Disk full")
    return id_


def read(here: Here, id_: str) -> NativeTicket:
    return tickets(here.connect().reread([id_]))[id_]


def test_what_a_field_held_that_left_the_project_ends_at_the_last_update(either: Here) -> None:
    id_ = handed_over(either)
    team = read(either, id_).fields["Team"]
    assert read(either, id_).observed == ()
    either.sandbox.site.switches.off_project = {"ITSM": (TEAM,)}
    found = read(either, id_)
    assert found.observed == (NativeEntry(NOW - 4 * MINUTE, "", {"Team": (team, ())}),)
    assert found.fields["Team"] == ()


def test_the_screen_is_asked_for_once_for_project_and_type(here: Here) -> None:
    ids = [here.open(f"INC{n}", at=NOW - 9 * MINUTE) for n in range(3)]
    for n in range(3):
        here.change(f"INC{n}", at=NOW - 5 * MINUTE, assignment_group="Network")
    here.sandbox.site.switches.off_project = {"ITSM": (TEAM,)}
    assert all(ticket.observed for ticket in tickets(here.connect().reread(ids)).values())
    assert here.calls["GET issue/*/editmeta"] == 1


def test_what_was_emptied_by_somebody_and_what_never_held_anything_is_not_asked_for(here: Here) -> None:
    id_ = handed_over(here)
    here.change("INC1", at=NOW - 3 * MINUTE, assignment_group=None)
    here.sandbox.site.switches.off_project = {"ITSM": (TEAM, "assignee")}
    assert read(here, id_).observed == ()
    assert here.calls["GET issue/*/editmeta"] == 0


def test_where_no_screen_is_shown_it_is_said_once_and_the_history_stands(here: Here) -> None:
    ids = [handed_over(here)]
    here.sandbox.site.switches.off_project = {"ITSM": (TEAM,)}
    here.sandbox.site.switches.withheld = ("EDIT_ISSUES",)
    jira = here.connect()
    with capture_logs() as logs:
        found = [tickets(jira.reread(ids))[ids[0]].observed for _ in range(2)]
    assert found == [(), ()]
    assert [log["field"] for log in logs if log["event"] == SAID] == ["Team"]
