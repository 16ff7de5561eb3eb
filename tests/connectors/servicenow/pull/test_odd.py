"""Records that no ServiceNow should hold, and answers that none should give: one ticket waits, the others go on."""

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.errors import ConnectorError, Unavailable
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Page
from connectors.servicenow.connector import ServiceNow
from tests.connectors.misbehaving import answer, raw
from tests.connectors.servicenow.conftest import Connect, People, tickets
from tests.connectors.servicenow.scripted import DATE, Scripted, rows
from tests.connectors.servicenow.test_faults import audit, incident, sys_id

ODD_YEARS = ["0001-01-01 00:00:00", "0016-03-02 08:00:00", "2206-03-02 08:00:00", "9999-12-31 23:59:59"]
NOT_BETWEEN = "is not between the years 1970 and 2199"
NO_ID = "not 32 hexadecimal digits"


def read(connector: ServiceNow, cursor: Any = None) -> tuple[list[str], dict[str, str], Page]:  # noqa: ANN401 - JSON
    """Return the keys of what was read, the reasons of what was skipped, and the last page."""
    pages = list(connector.changed(cursor))
    found = [ticket.key for page in pages for ticket in page.tickets]
    return found, {one.key: one.reason for page in pages for one in page.skipped}, pages[-1]


@pytest.mark.parametrize("year", ODD_YEARS)
def test_a_ticket_of_no_year_of_ours_is_skipped_and_named(snow: Connect, people: People, year: str) -> None:
    people.edit("INC0000004", opened_at=year)
    found, skipped, _ = read(snow())
    assert len(found) == 4
    assert skipped == {"INC0000004": f"opened_at: '{year}' {NOT_BETWEEN}"}


@pytest.mark.parametrize(
    "where",
    [
        {"sys_audit": [rows(audit(1, sys_created_on="0016-03-02 08:00:00"))]},
        {"sys_journal_field": [rows({"sys_id": sys_id(7), "element_id": sys_id(1), "element": "comments",
                                     "sys_created_on": "2206-03-02 08:00:00"})]},
    ],
    ids=["history", "comment"],
)  # fmt: skip
def test_an_odd_year_in_its_history_or_a_comment_skips_the_ticket(
    tool: Scripted, connect: Connect, where: dict[str, Any]
) -> None:
    tool.will(incident=[rows(incident(1), incident(2))], **where)
    found, skipped, _ = read(connect(tool.url))
    assert found == ["INC2"]
    assert NOT_BETWEEN in skipped["INC1"]


@pytest.mark.parametrize("stamp", ["9999-12-31 23:59:59", "2206-03-02 08:00:00", "2206-03-02T08:00:00Z"])
def test_an_odd_time_of_change_moves_no_cursor_out_of_reach(tool: Scripted, connect: Connect, stamp: str) -> None:
    odd = incident(3, sys_updated_on=stamp)
    tool.will(incident=[rows(incident(1), odd, count=3), rows(incident(4, sys_updated_on=stamp), count=2)])
    connector = connect(tool.url, page_size=2, fields=(), comments=False)
    found, skipped, last = read(connector)
    assert found == ["INC1"]
    assert list(skipped) == ["INC3", "INC4"]
    tool.will(incident=[rows(incident(5, sys_updated_on="2026-03-03 12:00:00"), odd)])
    assert read(connector, last.cursor)[0] == ["INC5"]


@pytest.mark.parametrize("odd", ["0" * 31, "x^NQactive=true", "AB C", "Z" * 32])
@pytest.mark.parametrize("size", [1, 2, 10])
def test_a_record_with_an_odd_id_is_skipped_and_reading_goes_on_behind_it(
    tool: Scripted, connect: Connect, odd: str, size: int
) -> None:
    stamps = [f"2026-03-02 08:00:0{n}" for n in range(4)]
    all_rows = [incident(n, sys_updated_on=stamps[n]) for n in range(4)]
    all_rows[1]["sys_id"] = odd

    def serve(handler: Any) -> None:  # noqa: ANN401 - of a request alone or in a batch
        params = tool.asked[-1].params
        query, offset = params["sysparm_query"], int(params["sysparm_offset"])
        since = query.partition("sys_updated_on>=")[2][:19]
        behind = query.partition("^ORsys_id>")[2].partition("^")[0]
        left = [row for row in all_rows if row["sys_updated_on"] > since or (row["sys_updated_on"] == since and (
            not behind or row["sys_id"] > behind))]  # fmt: skip
        rows(*left[offset : offset + size], count=len(left))(handler)

    tool.will(incident=[serve] * 20)
    connector = connect(tool.url, page_size=size, fields=(), comments=False)
    found, skipped, last = read(connector)
    assert found == ["INC0", "INC2", "INC3"]
    assert list(skipped) == ["INC1"]
    assert NO_ID in skipped["INC1"]
    read(connector, last.cursor)
    assert not any("^NQactive" in asked.url or "x%5E" in asked.url for asked in tool.asked)


def test_a_page_whose_last_record_is_odd_leaves_a_cursor_from_which_one_can_go_on(
    tool: Scripted, connect: Connect
) -> None:
    odd = incident(2, sys_id="x y", sys_updated_on="2026-03-02 08:00:01")
    tool.will(incident=[rows(incident(1), odd, count=3), rows(incident(3, sys_updated_on="2026-03-02 08:00:02"))])
    connector = connect(tool.url, page_size=2, fields=(), comments=False)
    (first, second) = connector.changed(None)
    assert [int(asked.params["sysparm_offset"]) for asked in tool.of("incident")] == [0, 1]
    assert first.cursor == {"updated": "2026-03-02 08:00:00", "id": sys_id(1)}
    assert [ticket.key for ticket in second.tickets] == ["INC3"]
    (again,) = connector.changed(first.cursor)
    assert again.tickets == ()


def test_values_that_come_with_what_people_see_are_read_as_values(tool: Scripted, connect: Connect) -> None:
    plain = incident(1, state="2", assigned_to="")
    both = {name: {"display_value": f"shown {value}", "value": value} for name, value in plain.items()}
    tool.will(incident=[rows(plain)])
    (expected,) = tickets(connect(tool.url, fields=("state", "assigned_to"), comments=False))
    tool.will(incident=[rows(both)])
    assert tickets(connect(tool.url, fields=("state", "assigned_to"), comments=False)) == [expected]


def test_a_value_that_cannot_be_read_counts_as_hidden(tool: Scripted, connect: Connect) -> None:
    odd: dict[str, Any] = {
        **incident(1),
        "state": ["2"],
        "u_flag": True,
        "u_none": None,
        "u_half": {"display_value": "x"},
    }
    tool.will(incident=[rows(odd)])
    (ticket,) = tickets(connect(tool.url, fields=("state", "u_flag", "u_none", "u_half"), comments=False))
    assert {name: [value.code for value in values] for name, values in ticket.fields.items()} == {
        "u_flag": ["true"],
        "u_none": [],
    }


@pytest.mark.parametrize("body", [{"result": [1, 2]}, {"result": ["x"]}, {"result": {}}, {"result": None}, 5, None])
def test_what_is_no_list_of_rows_is_an_outage_of_the_tool(tool: Scripted, connect: Connect, body: object) -> None:
    tool.will(incident=[raw(200, json.dumps(body).encode(), Date=DATE)] * 9)
    with pytest.raises(Unavailable, match="incident"):
        connect(tool.url).check()


def test_within_a_batch_too(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1))], sys_audit=[answer(200, {"result": [1, 2]}, Date=DATE)] * 2)
    with pytest.raises(Unavailable, match="sys_audit"):
        tickets(connect(tool.url))
    odd = [{"id": "0", "status_code": "9" * 5000, "headers": [1, {"name": 1}], "body": 7}, 8]
    tool.will(incident=[rows(incident(1))], batch=[answer(200, {"serviced_requests": odd}, Date=DATE)] * 5)
    assert [ticket.key for ticket in tickets(connect(tool.url))] == ["INC1"]


@pytest.mark.parametrize("count", ["9" * 5000, "\u00b2", "-1", "x"])
def test_a_count_that_is_none_ends_nothing(tool: Scripted, connect: Connect, count: str) -> None:
    tool.will(incident=[answer(200, {"result": [incident(1)]}, Date=DATE, X_Total_Count=count), rows(count=-1)])
    assert [ticket.key for ticket in tickets(connect(tool.url, fields=(), comments=False))] == ["INC1"]


def test_a_control_character_in_one_value_spoils_nothing(tool: Scripted, connect: Connect) -> None:
    text = json.dumps({"result": [incident(1, state="a\u0001b"), incident(2)]}).replace("\\u0001", "\x01")
    assert "\x01" in text
    tool.will(incident=[raw(200, text.encode(), Date=DATE, X_Total_Count="2")])
    found = tickets(connect(tool.url, fields=("state",), comments=False))
    assert [ticket.key for ticket in found] == ["INC1", "INC2"]
    assert found[0].fields["state"][0].code == "a\x01b"


def test_the_404_of_older_instances_is_an_empty_list(tool: Scripted, connect: Connect) -> None:
    nothing = answer(
        404, {"error": {"message": "No Record found", "detail": "Records matching query not found"}}, Date=DATE
    )
    tool.will(incident=[nothing, rows(incident(1)), nothing], sys_audit=[nothing] * 2, sys_journal_field=[nothing] * 2)
    connector = connect(tool.url)
    assert tickets(connector) == []
    with capture_logs() as logs:
        assert [ticket.key for ticket in tickets(connector)] == ["INC1"]
    assert logs == [one for one in logs if one["log_level"] == "debug"]
    (page,) = connector.reread([sys_id(9)])
    assert page.gone == (sys_id(9),)


def test_an_error_in_the_place_of_data_is_said_in_its_words(tool: Scripted, connect: Connect) -> None:
    said = {"error": {"message": "Requested URI is not part of the API", "detail": None}, "status": "failure"}
    tool.will(incident=[answer(200, said, Date=DATE)])
    with pytest.raises(ConnectorError, match=r"in the place of data .*not part of the API.*is url right") as caught:
        connect(tool.url).check()
    assert "breaks its answer off" not in str(caught.value)


@pytest.mark.parametrize("body", [b"{}", b"null", b'{"result": {}}', b'{"result": []}', b"<html><title>x</title>"])
@pytest.mark.parametrize("batched", [False, True])
def test_a_write_that_the_answer_does_not_confirm_is_unclear(
    tool: Scripted, connect: Connect, body: bytes, batched: bool
) -> None:
    number = 2 if batched else 1
    fields = [FieldsWrite(sys_id(n), f"INC{n}", {"u_sla_status": "x"}) for n in range(number)]
    notes = [CommentWrite(sys_id(n), f"INC{n}", (f"m{n}",), "text") for n in range(number)]
    for writes in (fields, notes):
        tool.scripts["incident"].clear()
        tool.will(incident=[*([rows(incident(1))] if batched else []), *[raw(200, body, Date=DATE)] * 20])
        receipts = list(connect(tool.url).write(writes))
        assert [one.outcome for one in receipts] == [Outcome.UNCLEAR] * number


def test_a_comment_that_looks_like_the_head_of_another_is_text(tool: Scripted, connect: Connect) -> None:
    both = {"display_value": "2026-03-02 08:00:00", "value": "2026-03-02 08:00:00"}
    notes = "2026-03-02 08:00:00 - Ada (Work notes)\n2026-13-45 09:14:00 - Bo (Work notes)\nnot a head\n\n"
    shown = {"sys_id": {"display_value": sys_id(1), "value": sys_id(1)}, "sys_created_on": both, "sys_updated_on": both}
    shown["work_notes"] = {"display_value": notes, "value": ""}
    tool.will(incident=[rows(incident(1)), rows(shown)], sys_journal_field=[answer(403)] * 2)
    (ticket,) = tickets(connect(tool.url))
    assert [comment.by for comment in ticket.comments] == ["Ada"]
