from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from connectors.errors import Refused, Unavailable
from connectors.interface import Value
from connectors.settings import BearerAuth
from tests.connectors.misbehaving import Misbehaving, Step, answer, raw
from tests.connectors.servicenow.conftest import NOON, Connect, asked, tickets

DATE = formatdate(NOON / 1000, usegmt=True)


def sys_id(number: int) -> str:
    return f"{number:032x}"


def incident(number: int, **fields: str) -> dict[str, str]:
    stamp = "2026-03-02 08:00:00"
    row = {"sys_id": sys_id(number), "number": f"INC{number}", "sys_updated_on": stamp, "sys_created_on": stamp}
    return {**row, "opened_at": stamp, **fields}


def audit(ticket: int, **fields: str) -> dict[str, str]:
    row = {"sys_id": sys_id(99), "documentkey": sys_id(ticket), "fieldname": "state", "oldvalue": "1", "newvalue": "2"}
    return {**row, "user": "ada", "sys_created_on": "2026-03-02 08:00:00", "record_checkpoint": "1", **fields}


def rows(*found: Mapping[str, str], count: int | None = None) -> Step:
    headers = (
        {"Date": DATE} if count == -1 else {"Date": DATE, "X_Total_Count": str(len(found) if count is None else count)}
    )
    return answer(200, {"result": list(found)}, **headers)


NONE = rows()


def test_pages_that_access_rules_make_short_or_empty_end_nothing(server: Misbehaving, connect: Connect) -> None:
    server.will(
        rows(incident(1), {}, count=6),  # one of two is hidden
        rows(count=5),  # a whole page is
        rows(incident(4), count=5),
        rows(incident(5), incident(6), count=2),
    )
    connector = connect(server.url, page_size=2, fields=(), comments=False)
    assert [ticket.key for ticket in tickets(connector)] == ["INC1", "INC4", "INC5", "INC6"]
    assert [int(parse_qs(request.path)["sysparm_offset"][0]) for request in server.seen] == [0, 0, 2, 0]


def test_a_server_that_gives_less_than_asked_for_is_asked_for_the_rest(server: Misbehaving, connect: Connect) -> None:
    server.will(rows(incident(1), count=2), rows(incident(2)))
    connector = connect(server.url, page_size=200, fields=(), comments=False)
    assert [ticket.key for ticket in tickets(connector)] == ["INC1", "INC2"]


def test_without_a_total_count_reading_goes_on_until_nothing_comes(server: Misbehaving, connect: Connect) -> None:
    server.will(rows(incident(1), count=-1), rows(incident(2), count=-1), rows(count=-1))
    connector = connect(server.url, page_size=2, fields=(), comments=False)
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
def test_a_window_that_was_not_kept_is_refused(
    server: Misbehaving, connect: Connect, found: list[dict[str, str]]
) -> None:
    server.will(rows(*found))
    with pytest.raises(Refused, match="ignores conditions on sys_updated_on and sys_id"):
        list(connect(server.url).changed({"updated": "2026-03-01 08:00:00", "id": ""}))


@pytest.mark.parametrize("field", ["documentkey", "fieldname"])
def test_a_condition_on_the_audit_that_was_not_kept_is_refused(
    server: Misbehaving, connect: Connect, field: str
) -> None:
    server.will(rows(incident(1)), rows(audit(1, **{field: sys_id(7)})))
    with pytest.raises(Refused, match=f"sys_audit ignores the condition on {field}"):
        list(connect(server.url).changed(None))


def test_an_audit_that_does_not_advance_is_refused(server: Misbehaving, connect: Connect) -> None:
    server.will(rows(incident(1)), rows(audit(1), audit(1)))
    with pytest.raises(Refused, match="sys_audit ignores the condition on sys_id"):
        list(connect(server.url).changed(None))


@pytest.mark.parametrize("table", ["sys_audit", "sys_journal_field"])
def test_history_that_is_hidden_from_us_is_refused_and_not_taken_for_empty(
    server: Misbehaving, connect: Connect, table: str
) -> None:
    server.will(rows(incident(1)), *([NONE] if table == "sys_journal_field" else []), rows(count=3))
    with pytest.raises(Refused, match=f"3 of 3 rows of {table} are hidden"):
        list(connect(server.url).changed(None))


@pytest.mark.parametrize(
    "body",
    [
        {"result": [incident(1)], "error": {"message": "Transaction cancelled: maximum execution time exceeded"}},
        {"result": [incident(1)], "status": "failure"},
        [incident(1)],
        {"result": "?"},
    ],
)
def test_a_partial_answer_is_never_taken_for_complete(server: Misbehaving, connect: Connect, body: object) -> None:
    server.will(answer(200, body, X_Total_Count="1"))
    with pytest.raises(Unavailable, match="incident"):
        list(connect(server.url).changed(None))


def test_a_hibernating_instance_is_unavailable(server: Misbehaving, connect: Connect) -> None:
    server.will(raw(200, b"<html><title>Hibernating</title>", Content_Type="text/html"))
    with pytest.raises(Unavailable, match="Hibernating"):
        connect(server.url).check()


def test_choices_that_may_not_be_read_leave_codes(server: Misbehaving, connect: Connect) -> None:
    server.will(rows(incident(1, state="2")), NONE, NONE, answer(403))
    (ticket,) = tickets(connect(server.url))
    assert ticket.fields["state"] == (Value("2", "2"),)


def test_labels_that_could_not_be_read_in_an_outage_are_asked_for_again(server: Misbehaving, connect: Connect) -> None:
    choice = {
        "sys_id": sys_id(1),
        "name": "incident",
        "element": "state",
        "language": "en",
        "value": "2",
        "label": "Open",
    }
    connector = connect(server.url, fields=("state",))
    server.will(rows(incident(1, state="2")), NONE, NONE, answer(429, Retry_After="3600"))
    with pytest.raises(Unavailable):
        tickets(connector)
    server.will(rows(incident(1, state="2")), NONE, NONE, rows(choice))
    (ticket,) = tickets(connector)
    assert ticket.fields["state"] == (Value("2", "Open"),)


def test_history_newer_than_the_record_moves_its_fields_on(server: Misbehaving, connect: Connect) -> None:
    late = audit(
        1, sys_id=sys_id(100), oldvalue="2", newvalue="6", sys_created_on="2026-03-02 08:00:01", record_checkpoint="2"
    )
    server.will(rows(incident(1, state="2")), rows(audit(1), late), NONE, NONE)
    (ticket,) = tickets(connect(server.url, fields=("state",)))
    assert ticket.fields["state"] == (Value("6", "6"),)
    assert [entry.changes["state"][1][0].code for entry in ticket.history] == ["2", "6"]


def test_audit_rows_of_one_second_are_told_apart_by_update_person_and_field(
    server: Misbehaving, connect: Connect
) -> None:
    changes = [
        audit(1, sys_id=sys_id(51), record_checkpoint="10", oldvalue="2", newvalue="3"),
        audit(1, sys_id=sys_id(52), record_checkpoint="9", oldvalue="1", newvalue="2"),
        audit(1, sys_id=sys_id(53), record_checkpoint="9", fieldname="active", oldvalue="x", newvalue="y"),
        audit(1, sys_id=sys_id(54), record_checkpoint="10", oldvalue="3", newvalue="4"),
        audit(1, sys_id=sys_id(55), record_checkpoint="11", fieldname="active", oldvalue="y", newvalue="z"),
        audit(1, sys_id=sys_id(56), record_checkpoint="11", user="bo", oldvalue="4", newvalue="5"),
    ]
    server.will(rows(incident(1, state="5", active="z")), rows(*changes), NONE, NONE)
    (ticket,) = tickets(connect(server.url, fields=("state", "active")))
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


def test_booleans_read_alike_in_record_and_audit(server: Misbehaving, connect: Connect) -> None:
    change = audit(1, fieldname="active", oldvalue="1", newvalue="0")
    server.will(rows(incident(1, active="false")), rows(change), NONE, NONE)
    (ticket,) = tickets(connect(server.url, fields=("active",)))
    (entry,) = ticket.history
    assert entry.changes["active"] == ((Value("true", "true"),), (Value("false", "false"),))


def test_a_list_of_references_is_several_values(server: Misbehaving, connect: Connect) -> None:
    both = f"{sys_id(7)},{sys_id(8)}"
    server.will(rows(incident(1, watch_list=both)), NONE, NONE, rows({"watch_list": both}), NONE)
    (ticket,) = tickets(connect(server.url, fields=("watch_list",)))
    assert [value.code for value in ticket.fields["watch_list"]] == [sys_id(7), sys_id(8)]


def test_an_audit_row_without_a_date_skips_its_ticket_alone(server: Misbehaving, connect: Connect) -> None:
    server.will(rows(incident(1), incident(2)), rows(audit(1, sys_created_on="")), NONE, NONE)
    (page,) = connect(server.url).changed(None)
    assert [skipped.key for skipped in page.skipped] == ["INC1"]
    assert [ticket.key for ticket in page.tickets] == ["INC2"]


def test_the_own_table_has_the_last_word_on_labels(server: Misbehaving, connect: Connect) -> None:
    choices = [
        {"sys_id": sys_id(n), "name": table, "element": "state", "language": "en", "value": "2", "label": label}
        for n, (table, label) in enumerate([("incident", "In Progress"), ("task", "Work in Progress")], start=1)
    ]
    server.will(rows(incident(1, state="2")), NONE, NONE, rows(*choices))
    (ticket,) = tickets(connect(server.url, fields=("state",)))
    assert ticket.fields["state"] == (Value("2", "In Progress"),)


def test_we_call_ourselves_by_our_name(server: Misbehaving, connect: Connect) -> None:
    server.will(NONE)
    connector = connect(server.url)
    connector.check()
    assert server.seen[0].headers["User-Agent"] == "slabridge"
    assert connector.calls == 1


def test_queries_stay_short_enough_for_a_url(server: Misbehaving, connect: Connect) -> None:
    found = [incident(number) for number in range(1, 41)]
    server.will(rows(*found), NONE, NONE)
    tickets(connect(server.url, fields=tuple(f"u_field_number_{n}" for n in range(8))))
    assert all(len(request.path) < 2048 for request in server.seen)
    assert len(server.seen) == 3


def test_a_bearer_account_is_asked_for_its_name(server: Misbehaving, connect: Connect) -> None:
    server.will(rows(incident(1)), rows({"sys_id": sys_id(5), "user_name": "sla.bot"}))
    connector = connect(server.url, auth=BearerAuth(SecretStr("t")))
    assert connector.check().account == "sla.bot"
    assert asked(connector)[-1] == ("GET sys_user", "sys_id=javascript:gs.getUserID()")
