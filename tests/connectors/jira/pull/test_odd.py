"""Issues that no Jira should hold, and answers that none should give: one issue waits, the others go on."""

from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.interface import CommentWrite, FieldsWrite, LinkWrite, Outcome, Page
from connectors.jira.connector import Jira
from tests.connectors.jira.site import MINUTE, NOW, issue, row, scripted
from tests.connectors.jira.test_data_center import ME, SERVER

ODD_TIMES = ["0001-01-01T00:00:00.000+1400", "0012-03-02T08:00:00.000+0000", "2206-01-01T00:00:00.000+0000",
             "9999-12-31T23:59:59.000-1200", None, "yesterday", 1e300, {"a": 1}]  # fmt: skip
NOT_BETWEEN = "is not between the years 1970 and 2199"


def read(jira: Jira, cursor: Any = None) -> tuple[list[str], dict[str, str], Page]:  # noqa: ANN401 - JSON
    """Return the keys of what was read, the reasons of what was skipped, and the last page."""
    pages = list(jira.changed(cursor))
    found = [ticket.key for page in pages for ticket in page.tickets]
    return found, {one.key: one.reason for page in pages for one in page.skipped}, pages[-1]


@pytest.mark.parametrize("created", ODD_TIMES)
def test_an_issue_of_no_year_of_ours_is_skipped_and_named(created: object) -> None:
    odd = issue("2", created=created)
    answers = {"search/jql": [{"issues": [row("1"), row("2")]}], "issue/bulkfetch": [{"issues": [issue("1"), odd]}]}
    with scripted(**answers) as site:
        found, skipped, _ = read(site.connect())
    assert found == ["OPS-1"]
    assert list(skipped) == ["OPS-2"]
    if isinstance(created, str) and created[0].isdigit():
        assert NOT_BETWEEN in skipped["OPS-2"]


def test_an_odd_year_in_its_history_or_a_comment_skips_the_issue() -> None:
    at = "0012-03-02T08:00:00.000+0000"
    comments = {"comments": [{"id": "5", "author": {"accountId": "a"}, "created": at}], "total": 1}
    items = [{"field": "status", "fieldId": "status", "from": "1", "to": "2"}]
    log = {"issueId": "2", "changeHistories": [{"id": "7", "created": at, "items": items}]}
    answers = {
        "search/jql": [{"issues": [row("1"), row("2"), row("3")]}],
        "issue/bulkfetch": [{"issues": [issue("1"), issue("2"), issue("3", comment=comments)]}],
        "changelog/bulkfetch": [{"issueChangeLogs": [log]}],
    }
    with scripted(**answers) as site:
        found, skipped, _ = read(site.connect())
    assert found == ["OPS-1"]
    assert all(NOT_BETWEEN in skipped[key] for key in ("OPS-2", "OPS-3"))


@pytest.mark.parametrize("updated", ODD_TIMES)
def test_an_odd_time_of_change_moves_no_cursor_out_of_reach(updated: object) -> None:
    odd_row, odd = {"id": "2", "fields": {"updated": updated}}, issue("2")
    odd["fields"]["updated"] = updated
    answers: dict[str, Any] = {
        "search/jql": [{"issues": [odd_row, row("1")], "nextPageToken": "a"}, {"issues": [row("3")]}],
        "issue/bulkfetch": [{"issues": [odd, issue("1")]}, {"issues": [issue("3")]}],
    }
    with scripted(**answers) as site:
        found, skipped, last = read(site.connect(page_size=2, concurrency=1))
    assert sorted(found) == ["OPS-1", "OPS-3"]
    assert list(skipped) == ["OPS-2"]
    assert last.cursor["updated"] == NOW - MINUTE


@pytest.mark.parametrize("updated", ODD_TIMES)
def test_in_a_data_center_too(updated: object) -> None:
    log = {"changelog": {"histories": [], "total": 0}}
    odd = {**issue("2"), **log}
    odd["fields"]["updated"] = updated
    good = {**issue("1"), **log}
    rows = [{"id": "2", "fields": {"updated": updated}}, row("1")]
    answers: dict[str, Any] = {
        "serverInfo": [SERVER],
        "myself": [ME],
        "search": [{"issues": rows, "startAt": 0, "total": 2}, {"issues": [odd, good]}],
        "GET issue/2": [odd],
    }
    with scripted(**answers) as site:
        found, skipped, last = read(site.connect())
    assert found == ["OPS-1"]
    assert list(skipped) == ["OPS-2"]
    assert last.cursor["updated"] == NOW - MINUTE


def test_an_issue_in_the_place_of_another_is_skipped() -> None:
    answers: dict[str, Any] = {"serverInfo": [SERVER], "myself": [ME], "GET issue/2": [issue("3")]}
    with scripted(**answers) as site:
        (page,) = site.connect().reread(["2"])
    assert [(one.id, one.reason) for one in page.skipped] == [("2", "Jira does not give it: it answers with another")]


def test_an_issue_that_is_missing_where_another_came_unasked_is_not_taken_for_gone() -> None:
    with scripted(**{"issue/bulkfetch": [{"issues": [issue("1"), issue("../x")]}]}) as site:
        (page,) = site.connect().reread(["1", "2"])
    assert [ticket.id for ticket in page.tickets] == ["1"]
    assert ([one.id for one in page.skipped], page.gone) == (["2"], ())


def test_our_comment_is_not_taken_without_its_key_where_another_came_in_its_place() -> None:
    ours = {"id": "5", "author": {"accountId": "me"}, "created": "2026-03-02T08:00:00.000+0000"}
    bulk = [{"issues": [issue("1", comment={"comments": [ours], "total": 1})]}]
    with scripted(**{"issue/bulkfetch": bulk, "comment/list": [{"values": [{**ours, "id": "6"}]}]}) as site:
        jira = site.connect()
        with pytest.raises(Unavailable, match="not asked for"):
            list(jira.reread(["1"]))


@pytest.mark.parametrize(
    "answers",
    [
        {"changelog/bulkfetch": [{"issueChangeLogs": [{"issueId": "1", "changeHistories": 5}]}]},
        {"changelog/bulkfetch": [{"issueChangeLogs": [{"issueId": "1", "changeHistories": ["x", 7]}]}]},
        {"changelog/bulkfetch": [{"issueChangeLogs": [{"issueId": "1", "changeHistories": [{"created": NOW}]}]}]},
    ],
)
def test_a_history_of_an_odd_shape_skips_its_issue(answers: dict[str, list[object]]) -> None:
    bulk = [{"issues": [issue("1"), issue("2")]}]
    with scripted(**{"search/jql": [{"issues": [row("1"), row("2")]}], "issue/bulkfetch": bulk, **answers}) as site:
        found, skipped, _ = read(site.connect())
    assert (found, list(skipped)) == (["OPS-2"], ["OPS-1"])


@pytest.mark.parametrize(
    "answers",
    [
        {"search/jql": [{"issues": [row("1")], "nextPageToken": ["a"]}]},
        {"search/jql": [{"issues": [{"id": "1", "fields": 5}]}]},
        {"issue/bulkfetch": [{"issues": [], "issueErrors": [5]}]},
        {"issue/bulkfetch": [{"issues": [issue("1", comment={"comments": [7], "total": 2})]}],
         "issue/1/comment": [{"comments": [{"id": "1"}], "total": "x"}]},
        {"field": [[{"id": "status"}]]},
        {"field": [[{"id": "status", "name": "Status", "schema": "x"}]]},
    ],
)  # fmt: skip
def test_an_answer_of_an_odd_shape_is_an_outage_of_the_tool(answers: dict[str, list[object]]) -> None:
    usual: dict[str, list[object]] = {"search/jql": [{"issues": [row("1")]}]}
    with scripted(**{**usual, **answers}) as site, pytest.raises(Unavailable, match="jira: "):
        list(site.connect().changed(None))


def test_a_document_that_is_too_deep_skips_its_issue() -> None:
    deep: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(450):
        deep = {"type": "doc", "content": [deep]}
    schema = {"type": "string", "system": "description"}
    fields = [[{"id": "description", "name": "Description", "schema": schema}]]
    bulk = [{"issues": [issue("1"), issue("2", description=deep)]}]
    answers = {"search/jql": [{"issues": [row("1"), row("2")]}], "issue/bulkfetch": bulk, "field": fields}
    with scripted(**answers) as site:
        found, skipped, _ = read(site.connect(fields=("description",)))
    assert (found, list(skipped)) == (["OPS-1"], ["OPS-2"])


@pytest.mark.parametrize("answer", [(200, {}), (200, None), (200, "<html></html>"), (202, {}), (201, {"id": "1"})])
def test_fields_that_jira_does_not_say_were_set_are_unclear(answer: object) -> None:
    with scripted(**{"issue/1": [answer], "mypermissions": [{"permissions": {}}]}) as site:
        jira = site.connect(written=("Due",))
        (receipt,) = jira.write([FieldsWrite("1", "OPS-1", {"Due": None})])
        assert receipt.outcome is Outcome.UNCLEAR
        assert "may have been applied" in receipt.reason


@pytest.mark.parametrize("answer", [None, {}, {"permissions": []}, [], "<html></html>"])
def test_who_says_nothing_of_permissions_has_not_said_that_there_are_none(answer: object) -> None:
    with scripted(mypermissions=[answer]) as site, pytest.raises(Unavailable, match="mypermissions"):
        list(site.connect().write([LinkWrite("1", "OPS-1", "https://sla.acme.com/tickets/jira/1", None)]))


@pytest.mark.parametrize("answer", [(200, {}), (201, {}), (200, {"id": "5"}), (201, None), (200, "<html></html>")])
def test_a_comment_that_jira_does_not_say_was_posted_is_unclear_and_sent_once(answer: object) -> None:
    with scripted(**{"issue/1/comment": [answer]}) as site:
        (receipt,) = site.connect().write([CommentWrite("1", "OPS-1", ("m",), "text", internal=False)])
        assert receipt.outcome is Outcome.UNCLEAR
        assert len(site.asked["issue/1/comment"]) == 1


@pytest.mark.parametrize("cycle", [{"epochMillis": -1}, {"epochMillis": 1e300}, {"epochMillis": 7_258_118_400_000}])
def test_an_sla_of_no_year_of_ours_is_left_out(cycle: dict[str, float]) -> None:
    field = {"id": "customfield_9", "name": "Time", "schema": {"type": "sd-servicelevelagreement"}}
    took = {"millis": 1}
    ongoing = {"startTime": cycle, "paused": False, "breached": False, "elapsedTime": took, "goalDuration": took}
    held = issue("1", customfield_9={"name": "Time", "ongoingCycle": ongoing})
    with scripted(field=[[field]], **{"issue/bulkfetch": [{"issues": [held]}]}) as site:
        assert list(site.connect(fields=(), comments=False).clocks(["1"])) == []
