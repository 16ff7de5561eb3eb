import json
from typing import Literal

import pytest

from connectors.errors import Refused, Unavailable
from tests.connectors.jira.site import MINUTE, NOW, SECOND, Here, issue, read, row, scripted, tickets


def test_a_first_load_reads_all_oldest_change_first(here: Here) -> None:
    ids = [here.open(f"INC{n}", at=NOW - (9 - n) * MINUTE) for n in range(5)]
    found, cursor = read(here.connect(page_size=2).changed(None))
    assert found == ids
    assert cursor["updated"] == NOW - 5 * MINUTE


def test_a_first_load_of_nothing_gives_a_cursor(here: Here) -> None:
    jira = here.connect()
    found, cursor = read(jira.changed(None))
    assert found == []
    here.open("INC1")
    assert len(read(jira.changed(cursor))[0]) == 1


def test_what_did_not_change_is_not_fetched_again(here: Here) -> None:
    for n in range(5):
        here.open(f"INC{n}", at=NOW - MINUTE)
    jira = here.connect()
    cursor = read(jira.changed(None))[1]
    here.calls.clear()
    assert list(jira.changed(cursor)) == []
    assert here.calls == {"POST search/jql": 1}


def test_what_changed_is_read_again_and_alone(here: Here) -> None:
    ids = [here.open(f"INC{n}", at=NOW - 3 * MINUTE) for n in range(3)]
    jira = here.connect()
    cursor = read(jira.changed(None))[1]
    here.change("INC1", at=NOW - MINUTE, state="Active")
    found, cursor = read(jira.changed(cursor))
    assert found == [ids[1]]
    assert list(jira.changed(cursor)) == []


def test_a_second_change_at_the_same_instant_is_not_missed(here: Here) -> None:
    id_ = here.open("INC1", at=NOW)
    jira = here.connect()
    cursor = read(jira.changed(None))[1]
    here.change("INC1", at=NOW, state="Active")
    again = tickets(jira.changed(cursor))
    assert again[id_].fields["status"][0].name == "Active"


def test_what_the_index_had_late_is_found_within_the_overlap(here: Here) -> None:
    here.open("INC1", at=NOW - MINUTE)
    jira = here.connect()
    cursor = read(jira.changed(None))[1]
    late = here.open("INC2", at=NOW - 9 * MINUTE)
    assert read(jira.changed(cursor))[0] == [late]


def test_a_clock_that_runs_ahead_does_not_hide_what_comes(here: Here) -> None:
    here.open("INC1", at=NOW + 300 * MINUTE)
    jira = here.connect()
    cursor = read(jira.changed(None))[1]
    assert cursor["updated"] == NOW
    other = here.open("INC2", at=NOW + MINUTE)
    assert other in read(jira.changed(cursor))[0]


@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_an_issue_edited_while_we_page_hides_none(here: Here, size: int) -> None:
    ids = {here.open(f"INC{n}", at=NOW - 60 * MINUTE) for n in range(7)}
    jira = here.connect(page_size=size)
    pages = jira.changed(None)
    found = [ticket.id for ticket in next(pages).tickets]
    here.change("INC0", state="Active")
    found += read(pages)[0]
    assert set(found) == ids
    assert len(found) <= len(ids) + 1


def test_a_run_that_ends_between_pages_goes_on_where_it_was(here: Here) -> None:
    ids = [here.open(f"INC{n}", at=NOW - (60 - n // 4) * MINUTE) for n in range(10)]
    jira = here.connect(page_size=3, overlap=60)
    first = next(jira.changed(None))
    cursor = json.loads(json.dumps(first.cursor))
    rest, _ = read(jira.changed(cursor))
    assert [ticket.id for ticket in first.tickets] + rest == ids


def test_every_cursor_on_the_way_leads_to_the_same_end(here: Here) -> None:
    ids = [here.open(f"INC{n}", at=NOW - (60 - n % 4) * MINUTE) for n in range(10)]
    jira = here.connect(page_size=2)
    done: list[str] = []
    cursors = []
    for page in jira.changed(None):
        done = [*done, *(ticket.id for ticket in page.tickets)]
        cursors.append((page.cursor, list(done)))
    for cursor, seen in cursors:
        assert set(seen) | set(read(jira.changed(cursor))[0]) == set(ids)


def test_the_filter_holds_and_joins_with_the_window(here: Here) -> None:
    wanted = here.open("INC1", at=NOW - MINUTE, priority="1 - Critical")
    here.open("INC2", at=NOW - MINUTE)
    jira = here.connect(filter="priority = Highest OR priority = High")
    found, cursor = read(jira.changed(None))
    assert found == [wanted]
    assert list(jira.changed(cursor)) == []


def test_a_thousand_changed_issues_take_few_calls(here: Here) -> None:
    for n in range(1000):
        here.open(f"INC{n}", at=NOW - 60 * MINUTE + n * SECOND)
        here.change(f"INC{n}", at=NOW - 30 * MINUTE + n * SECOND, state="Active")
    jira = here.connect()
    jira.check()
    here.calls.clear()
    assert len(read(jira.changed(None))[0]) == 1000
    assert here.calls == {
        "GET field": 1, "GET status": 1, "POST search/jql": 10, "POST issue/bulkfetch": 10,
        "POST changelog/bulkfetch": 2,
    }  # fmt: skip


def test_touched_follows_what_left_the_filter(here: Here) -> None:
    jira = here.connect(filter="priority = Highest")
    (first,) = jira.touched(None)
    assert (first.ids, first.cursor["updated"]) == ((), NOW)
    here.clock.now += MINUTE
    left = here.open("INC1", priority="3 - Moderate", at=here.clock.now - SECOND)
    here.calls.clear()
    (second,) = jira.touched(first.cursor)
    assert second.ids == (left,)
    assert here.calls == {"POST search/jql": 1}
    assert list(jira.touched(second.cursor)) == []


def test_touched_has_nothing_to_add_without_a_filter(here: Here) -> None:
    here.open("INC1")
    assert list(here.connect().touched(None)) == []


def test_short_and_empty_pages_end_nothing() -> None:
    pages: list[object] = [
        {"issues": [row("1")], "nextPageToken": "a"},
        {"issues": [], "nextPageToken": "b", "isLast": False},
        {"issues": [row("2"), row("1")], "nextPageToken": "c"},
        {"issues": [row("3")], "isLast": True},
    ]
    bulk = [{"issues": [issue("3"), issue("1"), issue("2"), issue("77")]}]
    with scripted(**{"search/jql": pages, "issue/bulkfetch": bulk}) as site:
        assert sorted(read(site.connect().changed(None))[0]) == ["1", "2", "3"]
        assert [body.get("nextPageToken") for body in site.asked["search/jql"]] == [None, "a", "b", "c"]
        assert site.asked["issue/bulkfetch"][0]["issueIdsOrKeys"] == ["1", "2", "3"]


def test_the_search_is_bounded_by_epoch_milliseconds_at_a_full_minute() -> None:
    with scripted(**{"search/jql": [{"issues": []}]}) as site:
        jira = site.connect(filter="project = OPS", overlap=600)
        list(jira.changed({"updated": NOW + 30_500, "read": {}}))
        list(jira.changed(None))
        jqls = [body["jql"] for body in site.asked["search/jql"]]
        assert jqls[0] == f"(project = OPS) AND updated >= {NOW - 10 * MINUTE} ORDER BY updated ASC, key ASC"
        assert jqls[1] == "(project = OPS) AND updated >= 0 ORDER BY updated ASC, key ASC"


@pytest.mark.parametrize(
    "pages",
    [
        [{"issues": [], "nextPageToken": "a"}, {"issues": [], "nextPageToken": "a"}],
        [{"issues": [], "isLast": False}],
    ],
)
def test_pages_that_lead_nowhere_are_an_error_and_no_loop(pages: list[object]) -> None:
    with scripted(**{"search/jql": pages}) as site, pytest.raises(Unavailable, match="lead nowhere"):
        list(site.connect().changed(None))


def test_an_issue_from_before_the_window_is_an_error() -> None:
    search = [{"issues": [row("1", NOW - 60 * MINUTE)]}]
    with scripted(**{"search/jql": search}) as site, pytest.raises(Unavailable, match="gave an issue of"):
        list(site.connect().changed({"updated": NOW, "read": {}}))


@pytest.mark.parametrize("answer", [{"values": []}, {"issues": {}}, {"issues": [{"id": "1"}]}, [], {"issues": ["1"]}])
def test_an_answer_that_no_jira_gives_is_an_error(answer: object) -> None:
    with scripted(**{"search/jql": [answer]}) as site, pytest.raises(Unavailable):
        list(site.connect().changed(None))


def test_a_filter_that_jira_does_not_understand_is_refused_in_its_words(here: Here) -> None:
    with pytest.raises(Refused, match="Field 'colour' does not exist"):
        list(here.connect(filter="colour = red").changed(None))


def test_the_cursor_does_not_pass_what_was_not_read_when_the_index_is_behind() -> None:
    search: list[object] = [
        {"issues": [row("1", NOW - 50 * MINUTE), row("2", NOW - MINUTE)], "nextPageToken": "a"},
        {"issues": [row("3", NOW - 40 * MINUTE)]},
    ]
    with scripted(**{"search/jql": search, "issue/bulkfetch": [{"issues": [issue("1"), issue("2")]}]}) as site:
        first = next(site.connect(page_size=2).changed(None))
        assert first.cursor["updated"] == NOW - 50 * MINUTE


EXPIRED = (400, {"errorMessages": ["The provided next page token is invalid or expired."]})


@pytest.mark.parametrize(
    ("updated", "since"), [(NOW - 90 * MINUTE, NOW - 90 * MINUTE), (NOW - MINUTE, NOW - 10 * MINUTE)]
)
def test_an_expired_token_begins_anew_where_the_index_surely_was(updated: int, since: int) -> None:
    rows = [row("1", updated), row("2", updated)]
    pages: list[object] = [
        {"issues": rows, "nextPageToken": "a"},
        EXPIRED,
        {"issues": [*rows, row("3")], "isLast": True},
    ]
    bulk = [{"issues": [issue(id_) for id_ in "123"]}]
    with scripted(**{"search/jql": pages, "issue/bulkfetch": bulk}) as site:
        assert sorted(read(site.connect(overlap=600).changed(None))[0]) == ["1", "2", "3"]
        assert [body["jql"].split()[2] for body in site.asked["search/jql"]] == ["0", "0", str(since)]


def test_tokens_that_expire_without_progress_are_an_error_and_no_loop() -> None:
    first = {"issues": [row("1", NOW - 90 * MINUTE)], "nextPageToken": "a"}
    with scripted(**{"search/jql": [first, EXPIRED, first, EXPIRED]}) as site, pytest.raises(Refused, match="expired"):
        list(site.connect().changed(None))


def test_tokens_that_expire_in_the_sandbox_cost_no_issue(here: Here) -> None:
    ids = {here.open(f"INC{n}", at=NOW - (60 - n) * MINUTE) for n in range(7)}
    here.sandbox.switches.token_expiry = 1
    here.before["issue/bulkfetch"] = lambda: setattr(here.clock, "now", here.clock.now + 5 * SECOND)
    assert set(read(here.connect(page_size=2).changed(None))[0]) == ids


@pytest.mark.parametrize("shape", ["ms", "s", "iso"])
def test_histories_that_are_spread_over_pages_in_any_form_join(either: Here, shape: Literal["ms", "s", "iso"]) -> None:
    either.sandbox.switches.history_page = 1
    either.sandbox.switches.history_created = shape
    id_ = either.open("INC1", at=NOW - 9 * MINUTE)
    for n in range(1, 4):
        either.change("INC1", at=NOW - (9 - n) * MINUTE, assignment_group=f"Team {n}")
    (ticket,) = tickets(either.connect().changed(None)).values()
    assert ticket.id == id_
    assert [entry.at for entry in ticket.history] == [NOW - (9 - n) * MINUTE for n in range(1, 4)]


def test_a_moved_issue_stays_the_same_ticket_under_another_key(either: Here) -> None:
    id_ = either.open("INC1", at=NOW - 9 * MINUTE)
    jira = either.connect()
    cursor = read(jira.changed(None))[1]
    either.clock.now += MINUTE
    either.act("move", issue=id_, project="NET")
    (ticket,) = tickets(jira.changed(cursor)).values()
    assert (ticket.id, ticket.key) == (id_, "NET-1")


def test_a_migration_to_another_workflow_is_seen_when_the_issue_is_read_by_id(either: Here) -> None:
    id_ = either.open("INC1", at=NOW - 90 * MINUTE)
    jira = either.connect()
    before = tickets(jira.changed(None))[id_]
    either.act("migrate", workflow="New workflow", statuses={"New": "Active"})
    after = tickets(jira.reread([id_]))[id_]
    assert after.updated == before.updated
    assert [entry.changes["status"][1][0].name for entry in after.history] == ["Active"]


def test_a_renamed_status_keeps_its_code_and_has_its_present_name_in_history(either: Here) -> None:
    id_ = either.open("INC1", at=NOW - 9 * MINUTE)
    either.change("INC1", at=NOW - 5 * MINUTE, state="Active")
    either.act("rename-status", **{"from": "Active", "to": "Doing"})
    ticket = tickets(either.connect().reread([id_]))[id_]
    (entry,) = ticket.history
    (changed,), (held,) = entry.changes["status"][1], ticket.fields["status"]
    assert (changed.code, changed.name, held.code, held.name) == ("10002", "Doing", "10002", "Doing")


def test_an_issue_that_our_account_may_no_more_see_is_gone(either: Here) -> None:
    id_ = either.open("INC1", at=NOW - MINUTE)
    jira = either.connect()
    assert set(tickets(jira.changed(None))) == {id_}
    either.sandbox.switches.hidden = (id_,)
    (page,) = jira.reread([id_])
    assert (page.tickets, page.gone) == ((), (id_,))
