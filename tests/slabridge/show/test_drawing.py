"""Pictures of cycles: what they show, also to who sees no colour or no picture, and that texts of tickets stay texts."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sla_engine import Engine, read_ticket
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions, read_definitions
from slabridge.show.drawing import _KINDS, _LETTER, WIDTH, drawn, page_of
from slabridge.show.picture import Bar, Lane, Picture, most_telling, picture_of, verdict_of
from slabridge.ticket.file import read_batches
from tests.places import CHECKOUT

EXAMPLES = CHECKOUT / "docs" / "examples"
SVG = "{http://www.w3.org/2000/svg}"
AS_OF = "2026-03-02T20:00:00Z"
HOSTILE = '<script>alert(1)</script>" onload="x &\u202e\x1b[2J'


def pictures(document: Path | dict[str, Any], tickets: list[dict[str, Any]] | Path, as_of: str) -> list[Picture]:
    definitions = read_definitions(document) if isinstance(document, Path) else load_definitions(document)
    if isinstance(tickets, Path):
        read = [ticket for batch in read_batches(tickets) for ticket in batch.tickets]
    else:
        read = [read_ticket(ticket) for ticket in tickets]
    engine, at = Engine(definitions), parse_instant(as_of)
    results = engine.evaluate(read, at, segments=True, chain=True).results
    return [picture_of(result, definitions, engine.calendars, at) for result in results]


def parsed(picture: Picture) -> ET.Element:
    return ET.fromstring(drawn(picture))  # noqa: S314 - drawn by us


@pytest.fixture(scope="module")
def example() -> list[Picture]:
    return pictures(EXAMPLES / "chain.toml", EXAMPLES / "chain.jsonl", AS_OF)


def test_a_lane_for_the_clock_and_one_for_each_ticket_that_had_the_time(example: list[Picture]) -> None:
    clock, *lanes = example[0].lanes
    assert [lane.title for lane in lanes] == ["INC0010023 in snow", "PAY-7 in jira", "V-1 in supplier"]
    assert [(bar.kind, bar.labels[-1]) for bar in clock.bars] == [("counted", "counted"), ("over", "3h over")]
    assert [mark.label for mark in clock.marks] == ["breached"]
    assert [mark.label for mark in lanes[1].marks] == ["late"]
    assert [bar.kind for bar in lanes[1].bars] == ["covered", "covered", "closed"]
    assert [(before, after) for _, before, after in example[0].handovers] == [(1, 2), (2, 3), (3, 2), (2, 1)]


def test_it_says_in_words_what_it_shows(example: list[Picture]) -> None:
    svg = parsed(example[0])
    title, words = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert words is not None
    assert title.text == "SLA standard.resolution of INC0010023: breached, 11h used of 8h agreed"
    assert "Payments on PAY-7, counted, 7h, by payments.fix." in str(words.text)
    assert "ran on for 4h after it was late; without that the promise would have held." in str(words.text)
    seen = [text.text for text in svg.findall(f"{SVG}text")]
    late = "payments.fix ran on for 4h after it was late. Else the promise would have held."
    assert seen[1] == f"Payments had PAY-7 for 8h; {late}"
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "title words")


def test_what_a_bar_counts_for_shows_without_colour(example: list[Picture]) -> None:
    text = drawn(example[0])
    assert 'fill="url(#hatch)"' in text
    legend = ("in the hours of a promise beneath", "a promise beneath runs, out of its hours", "over what was agreed")
    assert all(word in text for word in legend)
    assert "the promise beneath is paused" not in text  # only what is there


def test_everything_lies_within_the_page(example: list[Picture]) -> None:
    for picture in example:
        for rect in parsed(picture).findall(f"{SVG}rect"):
            x, width = float(rect.get("x", "0")), float(rect.get("width", "0"))
            assert 0 <= x <= x + width <= WIDTH


def test_no_text_runs_out_of_the_page_to_the_right() -> None:
    drawings = [*pictures(EXAMPLES / "clocks.toml", EXAMPLES / "clocks.jsonl", "2026-03-04T00:00:00Z")]
    texts = [one.attrib | {"text": one.text or ""} for each in drawings for one in parsed(each).iter(f"{SVG}text")]
    to_left = [one for one in texts if one.get("text-anchor") == "end"]
    assert {one["text"] for one in to_left} >= {"21:00", "due 21:00"}
    for one in [one for one in texts if one not in to_left]:
        assert float(one["x"]) + len(one["text"]) * _LETTER * int(one["font-size"]) / 12 <= WIDTH


def test_texts_of_tickets_stay_texts() -> None:
    document = tomllib.loads(
        '[calendars.c]\ntimezone = "UTC"\nhours = "24x7"\n[agreements.a]\nkind = "sla"\ncalendar = "c"\n'
        'objectives.o = { while = { status = { not = "x" } }, targets = "1h" }'
    )
    ticket = {"source": HOSTILE, "key": HOSTILE, "created": "2026-03-02T08:00:00Z", "fields": {"team": HOSTILE}}
    (picture,) = pictures(document, [ticket], AS_OF)
    for text in (drawn(picture), page_of([picture])):
        assert "<script" not in text
        assert not re.search(r"<[^>]*onload=", text)
        assert not {"\u202e", "\x1b"} & set(text)


def test_a_pause_and_time_that_nobody_promised_have_patterns_of_their_own() -> None:
    document = tomllib.loads(
        '[calendars.c]\ntimezone = "Europe/Stockholm"\nhours = { mon-fri = ["08:00-17:00"] }\n'
        '[agreements.a]\nkind = "sla"\ncalendar = "c"\n'
        'objectives.o = { while = { status = { not = "x" } }, pause = { status = "wait" }, targets = "40h" }'
    )
    history = [
        {"at": "2026-03-03T08:00:00Z", "changes": {"status": ["new", "wait"]}},
        {"at": "2026-03-04T08:00:00Z", "changes": {"status": ["wait", "new"]}},
    ]
    ticket = {"source": "s", "key": "T", "created": "2026-03-02T08:00:00Z", "fields": {}, "history": history}
    (picture,) = pictures(document, [ticket | {"fields": {"status": "new"}}], "2026-03-05T08:00:00Z")
    assert [bar.kind for bar in picture.lanes[1].bars] == ["uncovered", "paused", "uncovered"]
    text = drawn(picture)
    assert "url(#dots)" in text
    assert "stroke-dasharray" in text
    assert len(picture.closed) >= 3  # the nights
    assert [mark.label for mark in picture.lanes[0].marks] == ["due"]
    assert "nobody beneath has promised it" in text


def test_the_picture_of_the_page_on_the_chain_is_what_is_drawn(example: list[Picture]) -> None:
    assert (CHECKOUT / "docs" / "chain.svg").read_text("utf-8") == drawn(example[0])


def test_the_most_telling_cycle_is_the_customers_that_was_broken() -> None:
    engine = Engine(read_definitions(EXAMPLES / "chain.toml"))
    (batch,) = read_batches(EXAMPLES / "chain.jsonl")
    turned = engine.evaluate(batch.tickets, parse_instant(AS_OF), segments=True, chain=True).results[::-1]
    assert (turned[most_telling(turned)].kind, turned[most_telling(turned)].breached) == ("sla", True)
    assert verdict_of(turned[0]) == []


def test_nothing_of_the_legend_lies_outside_of_the_picture(example: list[Picture]) -> None:
    bars = tuple(Bar(picture.start, picture.end, (), kind) for picture in example[:1] for kind in _KINDS)
    crowded = replace(example[0], lanes=(*example[0].lanes, Lane("all", "kinds", bars)), closed=((0, 1),))
    svg = parsed(crowded)
    texts = [one for one in svg.iter(f"{SVG}text") if one.text in {*_KINDS.values(), "outside of the clock's hours"}]
    assert len(texts) == len(_KINDS) + 1
    for one in texts:
        assert float(one.attrib["x"]) + len(one.text or "") * _LETTER <= WIDTH
    assert len({one.attrib["y"] for one in texts}) > 1
