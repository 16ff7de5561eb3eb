"""No text of a ticket changes a query, a comment, the terminal or what is written (docs/promises.md)."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from connectors.interface import NativeTicket
from slabridge.exit import Exit
from slabridge.state import State, tickets
from slabridge.text.printed import line
from tests.hostile.desk import PERSON, Day, keys
from tests.hostile.texts import MARKER, TEXTS, steering
from tests.patience import PATIENCE

pytestmark = pytest.mark.xdist_group("hostile")  # a day takes long to make

NAMES = list(TEXTS)
TOO_LONG = f"ITSM-{len(NAMES)}"
"""Jira takes 255 characters where the holder's name of this one stands."""

_ID = "[0-9a-f]{32}"
_IDS = rf"{_ID}(,{_ID})*"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_NAME = "[a-z0-9_]+"
_WORDS = r"[a-z0-9_.]+(,[a-z0-9_.]+)*"
_BEHIND = rf"sys_updated_on>={_TIME}(\^sys_updated_on>{_TIME}\^ORsys_id>{_ID})?"
_ENCODED = re.compile(
    rf"(sys_created_on>=2016-01-01 00:00:00(\^{_BEHIND})?|{_BEHIND}|{_NAME}IN{_WORDS})?"
    rf"(\^?{_NAME}(IN|=|>|>=|!=){_WORDS})*(\^?ORDERBY{_NAME})*"
)
_JQL = re.compile(
    r"\(project = ITSM\)( AND updated >= \d+)? ORDER BY updated ASC, key ASC|updated >= \d+ ORDER BY updated ASC, key ASC"
)


def test_every_command_ends_as_it_would_with_plain_texts(day: Day) -> None:
    for printed in day.printed:
        refused = printed.command.startswith("run")
        assert printed.code == (Exit.PARTIAL if refused else Exit.COMPLETE), (printed.command, printed.err[-2000:])
        assert "Traceback" not in printed.err


def test_nothing_printed_steers_the_terminal_or_turns_the_direction_of_writing(day: Day) -> None:
    for printed in day.printed:
        assert steering(printed.out) == set(), printed.command
        assert steering(printed.err) == set(), printed.command


def test_no_text_begins_a_line_or_a_key_of_its_own_in_the_log(day: Day) -> None:
    seen = 0
    for printed in day.printed:
        for entry in printed.err.splitlines():
            assert "level=critical" not in re.sub(r'"(\\.|[^"\\])*"', "", entry), entry[:300]
            assert len(entry) < 2_000
            if entry.startswith("{"):
                assert json.loads(entry)["level"] != "critical"
            seen += "unmapped value" in entry
    assert seen > len(TEXTS)


def test_markup_is_printed_as_it_stands_and_does_nothing(day: Day) -> None:
    texts = [TEXTS[name] for name in ("markup", "HTML", "templates", "code", "a cell", "SQL", "other scripts")]
    planned = "".join(one.out for one in day.of("plan") if "--json" not in one.command)
    for text in texts:
        assert text in planned, text
    explained = {one.command.split()[1]: one.out for one in day.of("explain")}
    shown = [(explained[key], text) for key, text in zip(keys(), TEXTS.values(), strict=False) if key in explained]
    assert len(shown) > 3
    for out, text in shown:
        assert line(text) in out, text[:50]


def test_json_loses_no_character(day: Day) -> None:
    plans = [one.out for one in day.of("plan --json")]
    written = [change["after"] for plan in plans for change in _changes(plan)]
    for text in TEXTS.values():
        stored = text if text in written else text.replace("\0", "\N{REPLACEMENT CHARACTER}")
        assert stored in written, text[:50]
        assert " ".join(stored.split()) in written


def test_every_query_is_one_of_ours(day: Day) -> None:
    asked = [
        value
        for visit in day.visits["servicenow"]
        for value in parse_qs(visit.query).get("sysparm_query", ())
        if visit.account == "slabridge"
    ]
    assert len(asked) > 20
    for query in asked:
        assert _ENCODED.fullmatch(query), query
    searches = [body["jql"] for _, _, body in day.sent if isinstance(body, dict) and "jql" in body]
    assert len(searches) > 4
    for jql in searches:
        assert _JQL.fullmatch(jql), jql


def test_no_address_has_anything_of_a_text_in_it(day: Day) -> None:
    for _, url, _ in day.sent:
        path = url.partition("?")[0]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+(/[A-Za-z0-9_.-]+)+", path), url


def test_reads_send_nothing_of_a_text(day: Day) -> None:
    texts = [text for text in TEXTS.values() if len(text) > 8]
    for _, url, body in day.sent:
        if isinstance(body, dict) and not ({"fields", "body"} & body.keys()) and "/api/now" not in url:
            sent = json.dumps(body, ensure_ascii=False)
            assert not any(text in sent for text in texts), sent[:300]


def test_a_marker_in_the_comment_of_a_person_is_not_taken_for_ours(day: Day) -> None:
    for name, native in _natives(day):
        markers = [marker for comment in native.comments for marker in comment.markers]
        foreign = [comment for comment in native.comments if not comment.markers]
        told = [] if native.key == TOO_LONG and not markers else ["standard.resolution#1 breached"]
        assert told == [marker for marker in markers if marker == MARKER[11:-1]], (name, native.key)
        assert len(markers) == len(set(markers))
        assert len(foreign) == 2, (name, native.key)


def test_our_comments_are_plain_text_of_a_few_lines_with_one_marker(day: Day) -> None:
    rows = _ask(day, "/api/now/table/sys_journal_field", sysparm_limit="1000")
    ours = [row["value"] for row in rows if row["sys_created_by"] == "slabridge"]
    assert len(ours) >= len(TEXTS)
    for text in ours:
        assert "[code]" not in text.lower()
        assert len(text) < 1_000
        assert len(re.findall(r"^\[slabridge ", text, re.MULTILINE)) == 1
        assert len(text.splitlines()) == 5, text


def test_a_holder_stands_on_the_ticket_as_the_tool_names_it_and_drifts_no_more(day: Day) -> None:
    held = {native.key: native.written for _, native in _natives(day)}
    snow, jira = keys()[: len(TEXTS)], keys()[len(TEXTS) :]
    for key, text in zip(snow, TEXTS.values(), strict=True):
        assert held[key]["u_sla_holder"] == text, text[:50]
    for key, text in zip(jira, TEXTS.values(), strict=True):
        if key != TOO_LONG:
            assert " ".join(text.split()) in held[key].values(), text[:50]
    (*_, last) = day.of("run")
    assert re.search(r"snow +│ +\d+ │ +\d+ │ +0 │ +0 │", last.out), last.out
    assert re.search(r"jira +│ +\d+ │ +\d+ │ +0 │ +0 │", last.out), last.out


def test_nothing_is_quarantined_but_what_the_tool_has_no_room_for(day: Day) -> None:
    (status,) = day.of("status --quarantine --json")
    assert {entry["key"] for entry in json.loads(status.out)["quarantined"]} <= {TOO_LONG}


def test_the_state_holds_every_name_whole(day: Day) -> None:
    config = day.job.config()
    state = State.of(config.state)
    try:
        with state.begin() as transaction:
            found = {key: native.native for key in keys() for _, native in tickets.find(transaction, key)}
    finally:
        state.close()
    teams = {value.name for native in found.values() for values in native.fields.values() for value in values}
    for text in TEXTS.values():
        assert text in teams, text[:50]


def _changes(plan: str) -> Iterator[dict[str, Any]]:
    for entry in plan.splitlines():
        yield from json.loads(entry).get("fields", ())


def _natives(day: Day) -> Iterator[tuple[str, NativeTicket]]:
    with day.job.connections() as found:
        for connection, _, natives in found:
            assert len(natives) == len(TEXTS)
            for native in natives:
                yield connection.name, native


def _ask(day: Day, path: str, **query: str) -> list[dict[str, Any]]:
    url = day.job.sandbox.servicenow.url + path
    return list(requests.get(url, params=query, auth=PERSON, timeout=PATIENCE).json()["result"])
