from typing import Any

import pytest

from connectors.interface import CommentWrite, NativeComment, NativeEntry, Value
from tests.connectors.jira.site import MINUTE, NOW, SECOND, Here, issue, scripted, tickets


def test_a_ticket_has_its_values_by_id_and_name_and_its_whole_history(here: Here) -> None:
    id_ = here.open("INC1", at=NOW - 9 * MINUTE, category="Disk full")
    here.change("INC1", at=NOW - 5 * MINUTE, state="Active", assignment_group="Network", assigned_to="Bob")
    here.change("INC1", at=NOW - 4 * MINUTE, category=None)
    ticket = tickets(here.connect().reread([id_]))[id_]
    bob = Value(here.account("Bob"), "Bob")
    desk, network = (Value(code, name) for name, code in _teams(here).items())
    assert (ticket.key, ticket.created, ticket.updated) == ("ITSM-1", NOW - 9 * MINUTE, NOW - 4 * MINUTE)
    assert ticket.fields == {
        "status": (Value("10002", "Active"),),
        "Priority": (Value("3", "Medium"),),
        "Team": (network,),
        "assignee": (bob,),
        "labels": (),
    }
    first, second = ticket.history
    assert first.at == NOW - 5 * MINUTE
    assert first.by == here.account("Alice")
    assert first.changes == {
        "status": ((Value("10001", "New"),), (Value("10002", "Active"),)),
        "Team": ((desk,), (network,)),
        "assignee": ((), (bob,)),
    }
    assert second.changes == {"labels": ((Value("Disk-full", "Disk-full"),), ())}
    assert ticket.written == {"SLA status": None, "SLA due": None, "SLA holder": None}


def _teams(here: Here) -> dict[str, str]:
    options = here.sandbox.site.names.options_of["customfield_10050"]
    return {name: str(options[name]) for name in ("Desk", "Network")}


def test_an_issue_that_is_not_there_is_gone(here: Here) -> None:
    kept, deleted = here.open("INC1"), here.open("INC2")
    here.delete("INC2")
    (page,) = here.connect().reread([deleted, kept, "99999"])
    assert [ticket.id for ticket in page.tickets] == [kept]
    assert page.gone == (deleted, "99999")


def test_an_issue_deleted_between_search_and_fetch_is_gone(here: Here) -> None:
    here.open("INC1", at=NOW - MINUTE)
    deleted = here.open("INC2", at=NOW - MINUTE)
    here.before["issue/bulkfetch"] = lambda: here.delete("INC2")
    (page,) = here.connect().changed(None)
    assert (len(page.tickets), page.gone) == (1, (deleted,))


def test_many_are_reread_in_batches(here: Here) -> None:
    ids = [here.open(f"INC{n}", at=NOW - MINUTE) for n in range(150)]
    pages = list(here.connect(page_size=120).reread(ids))
    assert [len(page.tickets) for page in pages] == [120, 30]
    assert here.calls["POST issue/bulkfetch"] == 3


def test_comments_tell_who_wrote_them_and_who_sees_them(here: Here) -> None:
    id_ = here.open("INC1", caller="Cara")
    here.comment("INC1", "Alice")
    here.comment("INC1", "Alice", internal=True)
    here.comment("INC1", "Cara")
    here.comment("INC1", "Carl", kind="customer")
    here.comment("INC1", "Automation", kind="app")
    jira = here.connect()
    list(jira.write([CommentWrite(id_, "ITSM-1", ("m-1",), "Hello", internal=True)]))
    comments = tickets(jira.reread([id_]))[id_].comments
    people = [here.account(name) for name in ("Alice", "Alice", "Cara", "Carl", "Automation")]
    assert comments == (
        NativeComment(NOW, people[0], "agent", public=True),
        NativeComment(NOW, people[1], "agent", public=False),
        NativeComment(NOW, people[2], "customer", public=True),
        NativeComment(NOW, people[3], "customer", public=True),
        NativeComment(NOW, people[4], "system", public=True),
        NativeComment(NOW, here.sandbox.site.account, "system", public=False, markers=("m-1",)),
    )


def test_markers_are_asked_for_only_where_there_may_be_some(here: Here) -> None:
    id_ = here.open("INC1")
    here.comment("INC1", "Alice")
    jira = here.connect()
    list(jira.reread([id_]))
    assert here.calls["POST comment/list"] == 0
    list(jira.write([CommentWrite(id_, "ITSM-1", (f"m-{n}",), "Hello") for n in range(3)]))
    markers = [comment.markers for comment in tickets(jira.reread([id_]))[id_].comments]
    assert markers == [(), ("m-0",), ("m-1",), ("m-2",)]
    assert here.calls["POST comment/list"] == 1


def test_comments_can_be_left_out(here: Here) -> None:
    id_ = here.open("INC1")
    here.comment("INC1", "Alice")
    assert tickets(here.connect(comments=False).reread([id_]))[id_].comments == ()


def _comment(id_: int, **more: object) -> dict[str, Any]:
    return {"id": str(id_), "author": {"accountId": "a"}, "created": "2026-03-03T09:00:00.000+0100", **more}


def test_comments_that_a_payload_cuts_off_are_read_to_the_end() -> None:
    cut = {"comments": [_comment(1)], "total": 3}
    pages: list[object] = [
        {"comments": [_comment(1), _comment(2)], "total": 3},
        {"comments": [_comment(3)], "total": 3},
    ]
    with scripted(**{"issue/bulkfetch": [{"issues": [issue("1", comment=cut)]}], "issue/1/comment": pages}) as site:
        ticket = tickets(site.connect().reread(["1"]))["1"]
        assert len(ticket.comments) == 3


def test_outside_service_projects_the_reporter_is_no_customer_and_restricted_comments_are_not_public() -> None:
    raw = [_comment(1), _comment(2, visibility={"type": "role", "value": "Administrators"})]
    payload = issue("1", comment={"comments": raw, "total": 2}, reporter={"accountId": "a"})
    payload["fields"]["project"] = {"key": "OPS", "projectTypeKey": "software"}
    with scripted(**{"issue/bulkfetch": [{"issues": [payload]}]}) as site:
        comments = tickets(site.connect().reread(["1"]))["1"].comments
        assert [(comment.role, comment.public) for comment in comments] == [("agent", True), ("agent", False)]


STATUS = {"field": "status", "fieldId": "status", "fieldtype": "jira"}


def _history(id_: str, created: object, from_: str, to: str, **item: object) -> dict[str, Any]:
    names = {"from": from_, "fromString": f"S{from_}", "to": to, "toString": f"S{to}"}
    return {"id": id_, "author": {"accountId": "a"}, "created": created, "items": [{**STATUS, **names, **item}]}


def _chain(answers: list[object]) -> tuple[NativeEntry, ...]:
    payload = issue("1", status={"id": "9", "name": "S9"})
    with scripted(**{"issue/bulkfetch": [{"issues": [payload]}], "changelog/bulkfetch": answers}) as site:
        return tickets(site.connect().reread(["1"]))["1"].history


def _codes(entries: tuple[NativeEntry, ...]) -> list[str]:
    return [values[0].code for entry in entries for values in entry.changes["status"]]


def test_a_history_spread_over_pages_is_one() -> None:
    at = NOW - 5 * MINUTE
    pages: list[object] = [
        {"issueChangeLogs": [{"issueId": "1", "changeHistories": [_history("1", at, "1", "2")]}], "nextPageToken": "a"},
        {"issueChangeLogs": [], "nextPageToken": "b"},
        {"issueChangeLogs": [{"issueId": "1", "changeHistories": [_history("2", at + SECOND, "2", "9")]}]},
    ]
    assert _codes(_chain(pages)) == ["1", "2", "2", "9"]


@pytest.mark.parametrize("created", [(NOW - MINUTE) // 1000, NOW - MINUTE, "2026-03-03T15:59:00.000+0800"])
def test_history_times_are_read_as_seconds_milliseconds_and_text(created: object) -> None:
    answer = {"issueChangeLogs": [{"issueId": "1", "changeHistories": [_history("1", created, "1", "9")]}]}
    assert _chain([answer])[0].at == NOW - MINUTE


def test_histories_of_one_instant_go_by_their_ids_as_numbers() -> None:
    at = NOW - MINUTE
    rows = [_history("10", at, "3", "9"), _history("8", at, "1", "2"), _history("9", at, "2", "3")]
    assert _codes(_chain([{"issueChangeLogs": [{"issueId": "1", "changeHistories": rows}]}])) == list("122339")


def test_a_time_cut_to_the_second_is_not_before_the_ticket_began() -> None:
    payload = issue("1", created="2026-03-03T08:00:00.700+0000")
    rows = [_history("1", NOW // 1000, "1", "9")]
    logs = [{"issueChangeLogs": [{"issueId": "1", "changeHistories": rows}]}]
    with scripted(**{"issue/bulkfetch": [{"issues": [payload]}], "changelog/bulkfetch": logs}) as site:
        assert tickets(site.connect().reread(["1"]))["1"].history[0].at == NOW + 700


def test_one_issue_that_cannot_be_read_is_skipped_and_the_others_go_on() -> None:
    broken = issue("2", created="yesterday")
    odd = issue("3", comment={"comments": [{"id": "1"}], "total": 1})
    bulk = [{"issues": [issue("1"), broken, odd]}]
    with scripted(**{"issue/bulkfetch": bulk}) as site:
        (page,) = site.connect().reread(["1", "2", "3"])
    assert [ticket.id for ticket in page.tickets] == ["1"]
    assert [(one.id, one.key) for one in page.skipped] == [("2", "OPS-2"), ("3", "OPS-3")]
    assert "date-time" in page.skipped[0].reason
    assert "yesterday" not in page.skipped[0].reason
    assert page.gone == ()


def test_an_issue_that_an_answer_had_no_room_for_is_asked_for_again() -> None:
    bulk: list[object] = [
        {"issues": [issue("1")], "issueErrors": [{"id": "2", "errorMessage": "payload too large"}]},
        {"issues": [issue("2")], "issueErrors": []},
    ]
    with scripted(**{"issue/bulkfetch": bulk}) as site:
        assert set(tickets(site.connect().reread(["1", "2"]))) == {"1", "2"}


def test_an_issue_that_jira_cannot_give_is_skipped_and_one_that_is_not_there_is_gone() -> None:
    errors = [{"id": id_, "errorMessage": "cannot be read"} for id_ in ("2", "3")]
    answers: dict[str, object] = {
        "issue/bulkfetch": [{"issues": [], "issueErrors": errors}],
        "issue/2": [{"id": "2"}],
        "issue/3": [(404, {"errorMessages": ["Issue does not exist"]})],
    }
    with scripted(**answers) as site:
        (page,) = site.connect().reread(["2", "3"])
    assert [one.id for one in page.skipped] == ["2"]
    assert page.gone == ("3",)


def test_rows_without_field_ids_are_read_however_few_fields_are_asked_for() -> None:
    """A Cloud that lets `fieldIds` drop rows that have a name alone must not cost us history."""
    named = {"field": "Note", "fieldtype": "custom", "from": None, "fromString": "A", "to": None, "toString": "B"}
    log = {"issueId": "1", "changeHistories": [{"id": "1", "created": NOW - MINUTE, "items": [named]}]}
    answers = {
        "issue/bulkfetch": [{"issues": [issue("1", customfield_2="B")]}],
        "changelog/bulkfetch": [{"issueChangeLogs": [log]}],
    }
    with scripted(**answers) as site:
        ticket = tickets(site.connect(fields=("Note",)).reread(["1"]))["1"]
        (asked,) = site.asked["changelog/bulkfetch"]
    assert "fieldIds" not in asked
    assert len(ticket.history) == 1


def test_a_value_of_unknown_shape_is_left_out_and_one_that_is_not_there_is_empty() -> None:
    with scripted(**{"issue/bulkfetch": [{"issues": [issue("1", status={"colour": "green"})]}]}) as site:
        assert tickets(site.connect().reread(["1"]))["1"].fields == {"components": ()}
