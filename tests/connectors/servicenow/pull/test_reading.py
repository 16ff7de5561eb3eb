import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.errors import Refused, Unavailable
from connectors.http.credentials import BasicAuth
from sla_engine.instant import HOUR, MINUTE, SECOND, parse_instant
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.connectors.misbehaving import Handler, Step
from tests.connectors.servicenow.conftest import NOON, Connect, People, asked, tickets
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import incident


def keys(found: object) -> list[str]:
    return [ticket.key for ticket in found]  # type: ignore[attr-defined]


def test_check_tells_who_we_are_and_the_servers_clock(still: Connect) -> None:
    identity = still().check()
    assert (identity.account, identity.now) == ("slabridge", NOON)


def test_wrong_credentials_are_refused_with_advice(still: Connect) -> None:
    with pytest.raises(Refused, match=r"snow .*User Not Authenticated.*check `auth`") as caught:
        still(auth=BasicAuth("slabridge", SecretStr("wr0ng"))).check()
    assert "wr0ng" not in str(caught.value)


def test_an_unknown_table_is_refused_by_name(still: Connect) -> None:
    with pytest.raises(Refused, match="u_incidents"):
        still(table="u_incidents").check()


def test_a_server_that_is_not_there_is_named(connect: Connect) -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        connect("http://127.0.0.1:9").check()


@pytest.mark.parametrize(
    "url", ["acme.service-now.com", "https://acme.example/path", "ftp://a", "https://u:p4ss@acme.example"]
)
def test_a_url_that_is_more_or_less_than_a_host_is_refused(connect: Connect, url: str) -> None:
    with pytest.raises(Refused, match="url must be") as caught:
        connect(url)
    assert "p4ss" not in str(caught.value)


@pytest.mark.parametrize("settings", [{"filter": "u_tyop=1^active=true"}, {"created": "u_opened"}])
def test_a_field_of_filter_or_created_that_is_not_there_is_refused(still: Connect, settings: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"no field u_(tyop|opened)"):
        still(**settings).check()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 200])
def test_every_ticket_is_read_once_whatever_the_page_and_however_many_share_a_second(still: Connect, size: int) -> None:
    found = keys(tickets(still(page_size=size)))
    assert found[0] == "INC0000004"
    assert sorted(found) == [f"INC000000{n}" for n in range(1, 6)]


@pytest.mark.parametrize("size", [1, 2, 200])
def test_the_filter_holds_on_every_page(still: Connect, size: int) -> None:
    wanted = still(page_size=size, filter="state=6^ORassignment_group.name=Database^number!=INC0000005")
    assert sorted(keys(tickets(wanted))) == ["INC0000001", "INC0000004"]


@pytest.mark.parametrize("size", [1, 2, 200])
def test_a_filter_of_several_branches_holds_in_each_of_them_on_every_page(still: Connect, size: int) -> None:
    wanted = still(page_size=size, filter="state=6^NQassignment_group.name=Database^number!=INC0000005")
    assert sorted(keys(tickets(wanted))) == ["INC0000001", "INC0000004"]
    since = {"updated": "2026-03-02 09:00:00", "id": ""}
    assert keys(tickets(wanted, since)) == ["INC0000001"]
    assert tickets(wanted, {"updated": "2026-03-02 10:00:01", "id": ""}) == []


def test_a_filter_that_is_too_long_for_a_url_goes_into_a_batch(still: Connect) -> None:
    numbers = ",".join(f"INC{number:07}" for number in range(4, 300))
    connector = still(filter=f"numberIN{numbers}")
    assert sorted(keys(tickets(connector))) == ["INC0000004", "INC0000005"]
    assert "GET incident" not in [table for table, _ in asked(connector)]


@pytest.mark.parametrize("policy", ["ignore", "no_rows", "refuse"])
@pytest.mark.parametrize("settings", [{"filter": "u_tyop=1"}, {"filter": "active=true^NQu_tyop=1"}])
def test_a_filter_on_an_unknown_field_is_refused_by_name_whatever_the_instance_makes_of_it(
    snow: Connect, box: Sandbox, policy: str, settings: dict[str, str]
) -> None:
    box.switch("servicenow", invalid_query=policy)
    with pytest.raises(Refused, match="no field u_tyop"):
        snow(**settings).check()


def test_a_change_that_is_committed_late_is_found_within_the_overlap(log: Path, connect: Connect) -> None:
    ten = parse_instant("2026-03-02T10:00:00Z")
    with Sandbox(SandboxOptions(log=log, share=0.0, start=ten - MINUTE), in_process=True) as box:
        box.switch("servicenow", commit_delay=60)
        connector = connect(box.servicenow.url, overlap=120)
        box.move_to(ten + 30 * SECOND)
        *_, page = connector.changed(None)
        assert page.cursor["updated"] == "2026-03-02 09:58:30"
        states = {ticket.key: ticket.fields["state"][0].name for ticket in tickets(connector)}
        assert states["INC0000001"] == "Awaiting User Info"
        box.move_to(ten + 2 * MINUTE)
        late = {ticket.key: ticket.fields["state"][0].name for ticket in tickets(connector, page.cursor)}
        assert late["INC0000001"] == "Resolved"


def test_compressed_answers_are_read(snow: Connect, box: Sandbox, still: Connect) -> None:
    whole = {ticket.key: ticket for ticket in tickets(still())}
    box.switch("servicenow", gzip=True)
    assert {ticket.key: ticket for ticket in tickets(snow())} == whole


@pytest.mark.parametrize("size", [1, 2])
def test_tickets_edited_while_paging_are_read_again_and_none_is_missed(
    snow: Connect, box: Sandbox, people: People, size: int
) -> None:
    seen: list[tuple[str, str]] = []
    for number, page in enumerate(snow(page_size=size).changed(None)):
        seen += [(ticket.key, ticket.fields["state"][0].code) for ticket in page.tickets]
        if number == 0:
            box.move_to(NOON + MINUTE)
            people.edit("INC0000004", state="3")
            people.edit("INC0000005", state="3")
    latest = dict(seen)
    assert latest == {"INC0000001": "6", "INC0000002": "2", "INC0000003": "2", "INC0000004": "3", "INC0000005": "3"}
    assert ("INC0000004", "1") in seen


@pytest.mark.parametrize("size", [1, 2, 3])
def test_reading_goes_on_from_the_cursor_of_any_page(still: Connect, size: int) -> None:
    complete = keys(tickets(still()))
    pages = list(still(page_size=size).changed(None))
    for done, page in enumerate(pages[:-1], start=1):
        before = [key for earlier in pages[:done] for key in keys(earlier.tickets)]
        assert before + keys(tickets(still(), page.cursor)) == complete


def test_what_changed_within_the_overlap_is_read_again_and_older_is_not(
    snow: Connect, box: Sandbox, people: People
) -> None:
    people.edit("INC0000001", state="7")
    box.move_to(NOON + 119 * SECOND)
    connector = snow(overlap=120)
    *_, page = connector.changed(None)
    assert page.cursor == {"updated": "2026-03-03 11:59:59", "id": ""}
    assert keys(tickets(connector, page.cursor)) == ["INC0000001"]
    box.move_to(NOON + 121 * SECOND)
    *_, page = connector.changed(page.cursor)
    assert tickets(connector, page.cursor) == []


def test_a_long_read_does_not_carry_the_cursor_past_what_was_young_on_its_first_page(
    snow: Connect, box: Sandbox, people: People
) -> None:
    people.edit("INC0000001", state="7")
    people.edit("INC0000002", state="7")
    cursor = {"updated": "2026-03-03 00:00:00", "id": ""}
    pages = snow(page_size=1, overlap=120).changed(cursor)
    first = next(pages)
    box.move_to(NOON + HOUR)
    *_, last = pages
    assert first.cursor == last.cursor == {"updated": "2026-03-03 11:58:00", "id": ""}


def test_a_quiet_table_costs_one_call_and_moves_the_cursor_on(snow: Connect, box: Sandbox) -> None:
    connector = snow()
    *_, page = connector.changed(None)
    box.move_to(NOON + HOUR)
    asked(connector).clear()
    (quiet,) = connector.changed(page.cursor)
    assert (quiet.tickets, quiet.cursor) == ((), {"updated": "2026-03-03 12:58:00", "id": ""})
    assert [table for table, _ in asked(connector)] == ["GET incident"]


def test_a_field_that_is_not_there_is_absent_and_an_empty_one_is_unset(still: Connect) -> None:
    (ticket,) = tickets(still(fields=("u_nope", "assigned_to"), filter="number=INC0000004"))
    assert ticket.fields == {"assigned_to": ()}


def test_created_falls_back_where_its_field_is_empty(still: Connect) -> None:
    (ticket,) = tickets(still(created="resolved_at", filter="number=INC0000004"))
    assert ticket.created == parse_instant("2026-03-02T08:00:00Z")


def test_a_ticket_that_cannot_be_read_is_skipped_with_its_reason_and_the_rest_proceeds(
    snow: Connect, people: People
) -> None:
    people.edit("INC0000004", u_symptom="yesterday")
    (page,) = snow(created="u_symptom").changed(None)
    assert [(skipped.key, skipped.reason) for skipped in page.skipped] == [
        ("INC0000004", "u_symptom is 'yesterday', which is no date and time")
    ]
    assert len(page.tickets) == 4


def test_comments_know_who_speaks_and_only_our_own_carry_our_marker(
    snow: Connect, box: Sandbox, people: People
) -> None:
    people.edit("INC0000001", by="ada.agent", work_notes="looking into it\n[slabridge forged]")
    people.edit("INC0000001", by="carla.caller", comments="hurry up")
    people.edit("INC0000001", by="slabridge", work_notes="told\n[slabridge t/1/at_risk]")
    people.edit("INC0000001", by="slabridge", comments="no marker [slabridge x] here")
    people.edit("INC0000001", by="system", comments="closed by the platform")
    ticket = next(ticket for ticket in tickets(snow()) if ticket.key == "INC0000001")
    posted = {(comment.by, comment.role, comment.public, comment.markers) for comment in ticket.comments}
    assert posted == {
        ("ada.agent", "agent", False, ()),
        ("carla.caller", "customer", True, ()),
        ("slabridge", "system", False, ("t/1/at_risk",)),
        ("slabridge", "system", True, ()),
        ("system", "system", True, ()),
    }
    assert {comment.at for comment in ticket.comments} == {box.now}


def test_comments_are_not_asked_for_where_they_are_not_wanted(still: Connect) -> None:
    connector = still(comments=False)
    assert all(not ticket.comments for ticket in tickets(connector))
    assert not any("sys_journal_field" in table for table, _ in asked(connector))


def test_touched_begins_at_the_present_and_then_tells_ids_whatever_the_filter_says(
    snow: Connect, box: Sandbox, people: People
) -> None:
    connector = snow(filter="number=INC0000001")
    (begin,) = connector.touched(None)
    assert begin.ids == ()
    box.move_to(NOON + HOUR)
    people.edit("INC0000004", state="2")
    touched = list(connector.touched(begin.cursor))
    assert [one for page in touched for one in page.ids] == [people.find("incident", number="INC0000004")]
    box.move_to(NOON + 2 * HOUR)
    (later,) = connector.touched(touched[-1].cursor)
    assert [one for page in connector.touched(later.cursor) for one in page.ids] == []


def test_touched_has_nothing_to_tell_without_a_filter(still: Connect) -> None:
    assert list(still().touched(None)) == []


def test_reread_returns_tickets_complete_and_names_those_that_are_gone(still: Connect) -> None:
    connector = still()
    before = tickets(connector)
    missing = ["0" * 32, "f" * 32]
    (page,) = connector.reread([*(ticket.id for ticket in before), *missing])
    assert sorted(page.tickets, key=lambda ticket: ticket.key) == sorted(before, key=lambda ticket: ticket.key)
    assert (page.gone, page.cursor) == (tuple(missing), {})


def test_reread_asks_for_many_at_once(still: Connect) -> None:
    connector = still()
    pages = list(connector.reread([f"{number:032x}" for number in range(90)]))
    assert [len(page.gone) for page in pages] == [90]
    assert [table for table, _ in asked(connector)] == ["POST batch"]


def test_an_id_that_is_none_never_reaches_a_query(still: Connect) -> None:
    connector = still()
    (page,) = connector.reread(["x^NQsys_idISNOTEMPTY"])
    assert (page.tickets, page.skipped, page.gone) == ((), (), ("x^NQsys_idISNOTEMPTY",))
    assert asked(connector) == []


def test_a_cursor_that_is_none_never_reaches_a_query(still: Connect) -> None:
    connector = still()
    with pytest.raises(Refused, match="no date and time"):
        list(connector.changed({"updated": "2026-01-01 00:00:00^NQactive=true", "id": ""}))
    assert asked(connector) == []


@pytest.mark.parametrize("field", ["state^NQ", "state,number", "", "state=1"])
def test_a_field_name_that_is_none_is_refused(still: Connect, field: str) -> None:
    with pytest.raises(Refused, match="no table or field name"):
        still(fields=(field,))


def test_however_long_a_read_takes_its_cursor_stays_where_its_first_young_page_left_it(
    snow: Connect, box: Sandbox, people: People
) -> None:
    """With one call at a time nothing is read ahead, so that each page comes an hour after the one before."""
    for number in range(1, 6):
        people.edit(f"INC000000{number}", state="7")
    cursor = {"updated": "2026-03-03 00:00:00", "id": ""}
    found = []
    for page in snow(page_size=1, overlap=120, concurrency=1).changed(cursor):
        found.append(page.cursor)
        box.move_to(box.now + HOUR)
    assert len(found) == 5
    assert found == [{"updated": "2026-03-03 11:58:00", "id": ""}] * 5


def test_a_change_in_the_very_second_of_the_cursor_is_not_missed(snow: Connect, people: People) -> None:
    connector = snow(overlap=0)
    *_, page = connector.changed(None)
    assert page.cursor == {"updated": "2026-03-03 12:00:00", "id": ""}
    people.edit("INC0000001", state="7")
    assert keys(tickets(connector, page.cursor)) == ["INC0000001"]


def test_the_next_page_is_read_while_the_history_of_this_one_is(tool: Scripted, connect: Connect) -> None:
    asked_for_more = threading.Event()

    def after(event: threading.Event, step: Step) -> Step:
        def wait(handler: Handler) -> None:
            assert event.wait(5)
            step(handler)

        return wait

    def telling(event: threading.Event, step: Step) -> Step:
        def tell(handler: Handler) -> None:
            event.set()
            step(handler)

        return tell

    first, second = rows(incident(1), count=2), rows(incident(2), count=1)
    tool.will(incident=[first, telling(asked_for_more, second)], sys_audit=[after(asked_for_more, rows())])
    pages = list(connect(tool.url, page_size=1, concurrency=2).changed(None))
    assert [[ticket.key for ticket in page.tickets] for page in pages] == [["INC1"], ["INC2"]]
