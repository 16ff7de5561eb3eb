import pytest
from pydantic import SecretStr

from connectors.errors import Refused, Unavailable
from connectors.http.credentials import BearerAuth
from connectors.interface import Value
from tests.connectors.misbehaving import answer, raw
from tests.connectors.servicenow.conftest import Connect, asked, tickets
from tests.connectors.servicenow.scripted import Scripted, rows


def sys_id(number: int) -> str:
    return f"{number:032x}"


def incident(number: int, **fields: str) -> dict[str, str]:
    stamp = "2026-03-02 08:00:00"
    row = {"sys_id": sys_id(number), "number": f"INC{number}", "sys_updated_on": stamp, "sys_created_on": stamp}
    return {**row, "opened_at": stamp, **fields}


def audit(ticket: int, **fields: str) -> dict[str, str]:
    row = {"sys_id": sys_id(99), "documentkey": sys_id(ticket), "fieldname": "state", "oldvalue": "1", "newvalue": "2"}
    return {**row, "user": "ada", "sys_created_on": "2026-03-02 08:00:00", "record_checkpoint": "1", **fields}


def test_pages_that_access_rules_make_short_or_empty_end_nothing(tool: Scripted, connect: Connect) -> None:
    tool.will(
        incident=[
            rows(incident(1), {}, count=6),  # one of two is hidden
            rows(count=5),  # a whole page is
            rows(incident(4), count=5),
            rows(incident(5), incident(6), count=2),
        ]
    )
    connector = connect(tool.url, page_size=2, fields=(), comments=False)
    assert [ticket.key for ticket in tickets(connector)] == ["INC1", "INC4", "INC5", "INC6"]
    assert [int(asked.params["sysparm_offset"]) for asked in tool.asked] == [0, 0, 2, 0]


def test_a_server_that_gives_less_than_asked_for_is_asked_for_the_rest(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1), count=2), rows(incident(2))])
    connector = connect(tool.url, page_size=200, fields=(), comments=False)
    assert [ticket.key for ticket in tickets(connector)] == ["INC1", "INC2"]


def test_without_a_total_count_reading_goes_on_until_nothing_comes(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1), count=-1), rows(incident(2), count=-1), rows(count=-1)])
    connector = connect(tool.url, page_size=2, fields=(), comments=False)
    assert [ticket.key for ticket in tickets(connector)] == ["INC1", "INC2"]


@pytest.mark.parametrize(
    "found",
    [
        [incident(1, sys_updated_on="2026-03-01 07:59:59")],
        [incident(2), incident(1)],
        [incident(1), incident(1)],
        [{"sys_id": sys_id(1), "number": "INC1"}],
    ],
    ids=["before the window", "out of order", "twice", "without the field"],
)
def test_a_window_that_was_not_kept_is_refused(tool: Scripted, connect: Connect, found: list[dict[str, str]]) -> None:
    tool.will(incident=[rows(*found)])
    with pytest.raises(Refused, match="ignores conditions on sys_updated_on and sys_id"):
        list(connect(tool.url).changed({"updated": "2026-03-01 08:00:00", "id": ""}))


@pytest.mark.parametrize("field", ["documentkey", "fieldname"])
def test_a_condition_on_the_audit_that_was_not_kept_is_refused(tool: Scripted, connect: Connect, field: str) -> None:
    tool.will(incident=[rows(incident(1))], sys_audit=[rows(audit(1, **{field: sys_id(7)}))])
    with pytest.raises(Refused, match=f"sys_audit ignores the condition on {field}"):
        list(connect(tool.url).changed(None))


def test_an_audit_that_does_not_advance_is_refused(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1))], sys_audit=[rows(audit(1), audit(1))])
    with pytest.raises(Refused, match="sys_audit ignores the condition on sys_id"):
        list(connect(tool.url).changed(None))


@pytest.mark.parametrize("seen", [0, 1])
def test_history_that_is_hidden_from_us_is_refused_and_not_taken_for_empty(
    tool: Scripted, connect: Connect, seen: int
) -> None:
    pages = [rows(*[audit(1)] * seen, count=3), rows(count=3 - seen)]
    tool.will(incident=[rows(incident(1))], sys_audit=pages)
    with pytest.raises(Refused, match=rf"{3 - seen} of 3 rows of sys_audit are hidden.*type record, operation read"):
        list(connect(tool.url).changed(None))


@pytest.mark.parametrize(
    "body",
    [
        {"result": [incident(1)], "error": {"message": "Transaction cancelled: maximum execution time exceeded"}},
        {"result": [incident(1)], "status": "failure"},
        [incident(1)],
        {"result": "?"},
    ],
)
def test_a_partial_answer_is_never_taken_for_complete(tool: Scripted, connect: Connect, body: object) -> None:
    tool.will(incident=[answer(200, body, X_Total_Count="1")] * 20)
    with pytest.raises(Unavailable, match="incident"):
        list(connect(tool.url).changed(None))


def test_a_hibernating_instance_is_unavailable(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[raw(200, b"<html><title>Hibernating</title>", Content_Type="text/html")])
    with pytest.raises(Unavailable, match="Hibernating"):
        connect(tool.url).check()


def test_choices_that_may_not_be_read_leave_codes(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1, state="2"))], sys_choice=[answer(403)] * 2)
    (ticket,) = tickets(connect(tool.url))
    assert ticket.fields["state"] == (Value("2", "2"),)


def test_labels_that_could_not_be_read_in_an_outage_are_asked_for_again(tool: Scripted, connect: Connect) -> None:
    choice = {
        "sys_id": sys_id(1),
        "name": "incident",
        "element": "state",
        "language": "en",
        "value": "2",
        "label": "Open",
    }
    connector = connect(tool.url, fields=("state",))
    tool.will(incident=[rows(incident(1, state="2"))], sys_choice=[answer(503)] * 6)
    with pytest.raises(Unavailable):
        tickets(connector)
    tool.will(incident=[rows(incident(1, state="2"))], sys_choice=[rows(choice)])
    (ticket,) = tickets(connector)
    assert ticket.fields["state"] == (Value("2", "Open"),)


def test_history_newer_than_the_record_moves_its_fields_on(tool: Scripted, connect: Connect) -> None:
    late = audit(
        1, sys_id=sys_id(100), oldvalue="2", newvalue="6", sys_created_on="2026-03-02 08:00:01", record_checkpoint="2"
    )
    tool.will(incident=[rows(incident(1, state="2"))], sys_audit=[rows(audit(1), late)])
    (ticket,) = tickets(connect(tool.url, fields=("state",)))
    assert ticket.fields["state"] == (Value("6", "6"),)
    assert [entry.changes["state"][1][0].code for entry in ticket.history] == ["2", "6"]


def test_audit_rows_of_one_second_are_told_apart_by_update_person_and_field(tool: Scripted, connect: Connect) -> None:
    changes = [
        audit(1, sys_id=sys_id(51), record_checkpoint="10", oldvalue="2", newvalue="3"),
        audit(1, sys_id=sys_id(52), record_checkpoint="9", oldvalue="1", newvalue="2"),
        audit(1, sys_id=sys_id(53), record_checkpoint="9", fieldname="active", oldvalue="x", newvalue="y"),
        audit(1, sys_id=sys_id(54), record_checkpoint="10", oldvalue="3", newvalue="4"),
        audit(1, sys_id=sys_id(55), record_checkpoint="11", fieldname="active", oldvalue="y", newvalue="z"),
        audit(1, sys_id=sys_id(56), record_checkpoint="11", user="bo", oldvalue="4", newvalue="5"),
    ]
    tool.will(incident=[rows(incident(1, state="5", active="z"))], sys_audit=[rows(*changes)])
    (ticket,) = tickets(connect(tool.url, fields=("state", "active")))
    told = [
        (entry.by, {field: after[0].code for field, (_, after) in entry.changes.items()}) for entry in ticket.history
    ]
    assert told == [
        ("ada", {"state": "2", "active": "y"}),
        ("ada", {"state": "3"}),
        ("ada", {"state": "4"}),
        ("ada", {"active": "z"}),
        ("bo", {"state": "5"}),
    ]


def test_booleans_read_alike_in_record_and_audit(tool: Scripted, connect: Connect) -> None:
    change = audit(1, fieldname="active", oldvalue="1", newvalue="0")
    tool.will(incident=[rows(incident(1, active="false"))], sys_audit=[rows(change)])
    (ticket,) = tickets(connect(tool.url, fields=("active",)))
    (entry,) = ticket.history
    assert entry.changes["active"] == ((Value("true", "true"),), (Value("false", "false"),))


def test_a_list_of_references_is_several_values(tool: Scripted, connect: Connect) -> None:
    both = f"{sys_id(7)},{sys_id(8)}"
    tool.will(incident=[rows(incident(1, watch_list=both)), rows({"watch_list": both})])
    (ticket,) = tickets(connect(tool.url, fields=("watch_list",)))
    assert [value.code for value in ticket.fields["watch_list"]] == [sys_id(7), sys_id(8)]


def test_an_audit_row_without_a_date_skips_its_ticket_alone(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1), incident(2))], sys_audit=[rows(audit(1, sys_created_on=""))])
    (page,) = connect(tool.url).changed(None)
    assert [skipped.key for skipped in page.skipped] == ["INC1"]
    assert [ticket.key for ticket in page.tickets] == ["INC2"]


def test_the_own_table_has_the_last_word_on_labels(tool: Scripted, connect: Connect) -> None:
    choices = [
        {"sys_id": sys_id(n), "name": table, "element": "state", "language": "en", "value": "2", "label": label}
        for n, (table, label) in enumerate([("incident", "In Progress"), ("task", "Work in Progress")], start=1)
    ]
    tool.will(incident=[rows(incident(1, state="2"))], sys_choice=[rows(*choices)])
    (ticket,) = tickets(connect(tool.url, fields=("state",)))
    assert ticket.fields["state"] == (Value("2", "In Progress"),)


def test_we_call_ourselves_by_our_name(tool: Scripted, connect: Connect) -> None:
    connector = connect(tool.url)
    connector.check()
    assert tool.asked[0].headers["User-Agent"] == "slabridge"
    assert connector.calls == 1


def test_queries_stay_short_enough_for_a_url_where_there_is_no_batch(tool: Scripted, connect: Connect) -> None:
    found = [incident(number) for number in range(1, 61)]
    tool.will(batch=[answer(404)], incident=[rows(*found)])
    tickets(connect(tool.url, fields=tuple(f"u_field_number_{n}" for n in range(8)), concurrency=1))
    assert all(len(asked.url) < 2048 for asked in tool.calls)
    assert len(tool.of("sys_audit")) == len(tool.of("sys_journal_field")) == 2


def test_a_bearer_account_is_asked_for_its_name(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1))], sys_user=[rows({"sys_id": sys_id(5), "user_name": "sla.bot"})])
    connector = connect(tool.url, auth=BearerAuth(SecretStr("t")), fields=(), written=())
    assert connector.check().account == "sla.bot"
    assert asked(connector)[-1] == ("GET sys_user", "sys_id=javascript:gs.getUserID()")
