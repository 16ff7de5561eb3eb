"""Pictures of cycles: what they show, also to who sees no colour or no picture, and that texts of tickets stay texts."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sla_engine import Engine, read_ticket
from sla_engine.instant import format_instant, parse_instant
from slabridge.config import load_definitions, read_definitions
from slabridge.show.canvas import SIZE
from slabridge.show.drawing import drawn, drawn_as
from slabridge.show.figure import figure_of, page_of
from slabridge.show.legend import KINDS
from slabridge.show.lettering import length
from slabridge.show.palette import COLOURS, RULES
from slabridge.show.picture import Bar, Lane, Mark, Picture, most_telling, picture_of
from slabridge.show.scale import NARROW, WIDE, Form
from slabridge.show.sentences import verdict_of
from slabridge.text.language import Language
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


def spans(picture: Picture, form: Form, language: str = "en") -> list[tuple[float, float, float, str]]:
    """Return where texts begin and end, and in which line, and that none runs out of the page."""
    svg = ET.fromstring(drawn_as(picture, Language(language), form, titled=form is WIDE))  # noqa: S314 - drawn by us
    found = []
    for one in svg.findall(f"{SVG}text"):
        text, x = one.text or "", float(one.attrib["x"])
        wide = length(text, float(one.get("font-size", SIZE)), bold=one.get("font-weight") == "600")
        start = x - wide if one.get("text-anchor") == "end" else x
        assert start >= 0, text
        assert start + wide <= form.width, text
        if one.get("aria-hidden") is None:
            found.append((float(one.attrib["y"]), start, start + wide, text))
    return found


@pytest.fixture(scope="module")
def example() -> list[Picture]:
    return pictures(EXAMPLES / "chain.toml", EXAMPLES / "chain.jsonl", AS_OF)


def test_a_lane_for_the_clock_and_one_for_each_ticket_that_had_the_time(example: list[Picture]) -> None:
    clock, *lanes = example[0].lanes
    assert [str(lane.title) for lane in lanes] == ["INC0010023 in snow", "PAY-7 in jira", "V-1 in supplier"]
    assert [(bar.kind, str(bar.labels[0])) for bar in clock.bars] == [("counted", "counted"), ("over", "3h over")]
    assert [mark.kind for mark in clock.marks] == ["breach"]
    assert [mark.kind for mark in lanes[1].marks] == ["late"]
    assert [bar.kind for bar in lanes[1].bars] == ["covered", "covered", "closed"]
    assert [(before, after) for _, before, after in example[0].handovers] == [(1, 2), (2, 3), (3, 2), (2, 1)]


def test_it_says_in_words_what_it_shows(example: list[Picture]) -> None:
    svg = parsed(example[0])
    title, words = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert words is not None
    assert title.text == "SLA standard.resolution of INC0010023: breached, 11h used of 8h agreed"
    assert "Payments on PAY-7, counted, 7h, by payments.fix." in str(words.text)
    assert "ran on for 4h after it was late; without that, the promise would have been kept." in str(words.text)
    seen = [text.text for text in svg.findall(f"{SVG}text")]
    late = "payments.fix ran on for 4h after it was late. Without that, the promise would have been kept."
    assert seen[1] == f"Payments had PAY-7 for 8h; {late}"
    assert (svg.get("role"), svg.get("aria-labelledby"), svg.get("aria-describedby")) == ("img", "title", "words")


def test_what_a_bar_counts_for_shows_without_colour(example: list[Picture]) -> None:
    text = drawn(example[0])
    assert 'fill="url(#hatch)"' in text
    legend = ("in the hours of its OLA or UC", "outside the hours of its OLA or UC", "over what was agreed")
    assert all(word in text for word in legend)
    assert "its OLA or UC is paused" not in text  # only what is there


def test_everything_lies_within_the_page(example: list[Picture]) -> None:
    for picture in example:
        for rect in parsed(picture).findall(f"{SVG}rect"):
            x, width = float(rect.get("x", "0")), float(rect.get("width", "0"))
            assert 0 <= x <= x + width <= WIDE.width


def test_no_text_runs_out_of_the_page_to_the_right() -> None:
    drawings = [*pictures(EXAMPLES / "clocks.toml", EXAMPLES / "clocks.jsonl", "2026-03-04T00:00:00Z")]
    texts = [one.attrib | {"text": one.text or ""} for each in drawings for one in parsed(each).iter(f"{SVG}text")]
    to_left = [one for one in texts if one.get("text-anchor") == "end"]
    assert {one["text"] for one in to_left} >= {"21:00", "due 21:00"}
    assert all(spans(each, WIDE) for each in drawings)


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
    assert [mark.kind for mark in picture.lanes[0].marks] == ["due"]
    assert "under no OLA or UC" in text


def test_the_most_telling_cycle_is_the_customers_that_was_broken() -> None:
    engine = Engine(read_definitions(EXAMPLES / "chain.toml"))
    (batch,) = read_batches(EXAMPLES / "chain.jsonl")
    turned = engine.evaluate(batch.tickets, parse_instant(AS_OF), segments=True, chain=True).results[::-1]
    assert (turned[most_telling(turned)].kind, turned[most_telling(turned)].breached) == ("sla", True)
    assert verdict_of(turned[0]) == []


def test_nothing_of_the_legend_lies_outside_of_the_picture(example: list[Picture]) -> None:
    bars = tuple(Bar(picture.start, picture.end, (), kind) for picture in example[:1] for kind in KINDS)
    night = ((example[0].start, example[0].end),)
    svg = parsed(replace(example[0], lanes=(*example[0].lanes, Lane("all", "kinds", bars)), closed=night))
    texts = [one for one in svg.iter(f"{SVG}text") if one.text in {*KINDS.values(), "outside of the clock's hours"}]
    assert len(texts) == len(KINDS) + 1
    for one in texts:
        assert float(one.attrib["x"]) + length(one.text or "", SIZE) <= WIDE.width
    assert len({one.attrib["y"] for one in texts}) > 1


FORMS = pytest.mark.parametrize("form", [WIDE, NARROW], ids=lambda form: form.name)


@FORMS
def test_marks_that_are_close_to_each_other_can_all_be_read(example: list[Picture], form: Form) -> None:
    lane = example[0].lanes[0]
    minute = 60_000
    at = lane.bars[0].start + 200 * minute
    marks = (Mark(at + minute, "late"), Mark(at, "breach"), Mark(at + 20 * minute, "due"))
    texts = spans(replace(example[0], lanes=(replace(lane, marks=marks), *example[0].lanes[1:])), form)
    marked = [one for one in texts if one[3].split()[0] in {"late", "breached", "due"}]
    assert len(marked) >= 3
    for one in marked:
        for other in marked:
            assert one is other or one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1], (one, other)


@FORMS
def test_a_name_that_does_not_fit_into_its_bar_stands_beside_it(example: list[Picture], form: Form) -> None:
    assert {"Service Desk 1h", "Service Desk 30m"} <= {text for *_, text in spans(example[0], form)}
    (desk,) = [one for one in spans(example[0], form) if one[3] == "Service Desk 30m"]
    assert desk[2] < form.width - form.edge  # to the left of a bar at the end


def test_the_legend_names_who_had_the_time_where_it_was_more_than_one(example: list[Picture]) -> None:
    legend = [text for *_, text in spans(example[0], WIDE)][-7:]
    assert legend[:3] == ["Service Desk", "Payments", "Vendor"]
    assert "Service Desk" not in {text for *_, text in spans(example[1], WIDE)}  # one alone: in the bar, with its time


@FORMS
def test_the_year_and_the_time_zone_stand_on_it(form: Form) -> None:
    picture = pictures(EXAMPLES / "clocks.toml", EXAMPLES / "clocks.jsonl", "2026-03-04T00:00:00Z")[0]
    texts = {text for *_, text in spans(picture, form)}
    assert {"2026", "Europe/Stockholm"} <= texts or "2026, Europe/Stockholm" in texts


def test_days_begin_at_midnight_also_after_the_clocks_were_changed() -> None:
    document = tomllib.loads(
        '[calendars.c]\ntimezone = "Europe/Stockholm"\nhours = "24x7"\n[agreements.a]\nkind = "sla"\ncalendar = "c"\n'
        'objectives.o = { while = { status = { not = "x" } }, targets = "1000h" }'
    )
    ticket = {"source": "s", "key": "T", "created": "2026-03-26T08:00:00Z", "fields": {}}
    (picture,) = pictures(document, [ticket], "2026-04-05T08:00:00Z")
    times = [text for *_, text in spans(picture, WIDE) if re.fullmatch(r"\d\d:\d\d", text)]
    assert set(times) == {"00:00"}


def test_it_is_said_in_swedish(example: list[Picture]) -> None:
    svg, english = drawn(example[0], "sv"), drawn(example[0])
    assert "överskriden, 11 h förbrukat av 8 h avtalat" in svg
    assert "mån 2 mars" in svg
    assert "försenad 14:30" in svg
    ours = {text for *_, text in spans(example[0], WIDE)} & {text for *_, text in spans(example[0], WIDE, "sv")}
    names = r"[\d:]+|UTC|[a-z]+\.[a-z]+|Vendor|SLA resolution|(Service Desk|Payments)( [\dhm]+)?"
    assert [text for text in ours if not re.fullmatch(f"{names}|2026", text)] == []
    assert 'lang="sv"' in page_of(example, "sv")
    assert svg != english


def crowded(segments: int) -> Picture:
    """A ticket that two teams throw to and fro for a month."""
    document = tomllib.loads(
        '[calendars.c]\ntimezone = "Europe/Stockholm"\nhours = { mon-fri = ["08:00-17:00"] }\n[agreements.a]\n'
        'kind = "sla"\ncalendar = "c"\nobjectives.o = { while = { status = { not = "x" } }, targets = "40h" }'
    )
    start, hour = parse_instant("2026-03-02T08:00:00Z"), 3_600_000
    history = [
        {"at": format_instant(start + number * hour), "changes": {"team": [f"T{number % 2}", f"T{(number + 1) % 2}"]}}
        for number in range(1, segments)
    ]
    fields = {"team": f"T{segments % 2}"}
    ticket = {"source": "s", "key": "T", "created": "2026-03-02T08:00:00Z", "fields": fields, "history": history}
    (picture,) = pictures(document, [ticket], format_instant(start + segments * hour))
    return picture


def test_five_hundred_handovers_stay_a_picture_that_is_quickly_sent() -> None:
    picture = crowded(500)
    assert len(picture.lanes[1].bars) == 500
    assert len(figure_of(picture, 1).encode()) < 200_000
    took = []
    for _ in range(3):
        begun = process_time()
        drawn(picture)
        took.append(process_time() - begun)
    assert min(took) < 0.05


def test_what_is_too_short_to_be_drawn_is_said_to_be() -> None:
    text = drawn(crowded(3000))
    assert "several in turn, too short to be drawn" in text
    assert len(text) < 40_000


@FORMS
@pytest.mark.parametrize(
    "name",
    [
        "W" * 1000,
        HOSTILE * 20,
        "\u05e9\u05dc\u05d5\u05dd " * 50,
        "\u5de5\u7a0b" * 100,
        "\ufdfd" * 30,
        "a\u0301\u0302" * 99,
    ],
    ids=["long", "hostile", "right to left", "wide", "ligatures", "marks"],
)
def test_names_of_any_kind_stay_inside(example: list[Picture], name: str, form: Form) -> None:
    bars = [replace(bar, labels=(f"{name} 1h", name)) for bar in example[0].lanes[2].bars]
    lanes = [replace(lane, title=name, subtitle=name, bars=tuple(bars)) for lane in example[0].lanes]
    picture = replace(example[0], title=name, summary=name, lanes=tuple(lanes), holders=(name, name, "x"), zone="UTC")
    assert spans(picture, form)
    assert "<script" not in figure_of(picture, 1)


def test_pictures_on_one_page_have_ids_of_their_own(example: list[Picture]) -> None:
    page = ET.fromstring(f"<div>{figure_of(example[0], 1)}{figure_of(example[0], 2)}</div>")  # noqa: S314 - by us
    ids = [one.attrib["id"] for one in page.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids)) == 4 * 4
    used = {name for one in page.iter() for name in re.findall(r"url\(#([^)]+)\)", one.get("fill", ""))}
    used |= {
        one.attrib[name]
        for one in page.iter()
        for name in ("aria-labelledby", "aria-describedby")
        if name in one.attrib
    }
    assert used <= set(ids)


def test_pages_may_forbid_styles_of_elements(example: list[Picture]) -> None:
    assert " style=" not in figure_of(example[0], 1)


def test_every_colour_of_a_picture_has_one_in_the_dark_scheme(example: list[Picture]) -> None:
    dark = RULES[RULES.index("prefers-color-scheme: dark") :]
    for one in parsed(example[0]).iter():
        fill, stroke = one.get("fill", "none"), one.get("stroke")
        names = [name for name in one.get("class", "").split() if name not in {"on-wide", "on-narrow"}]
        if fill.startswith("#"):
            (name,) = [name for name in names if not name.endswith("-line")]
            assert fill == COLOURS[name][0]
            assert f".timeline .{name} {{" in dark
        if stroke is not None:
            (name,) = [name for name in names if name.endswith("-line")]
            assert stroke == COLOURS[name.removesuffix("-line")][0]
            assert f".timeline .{name} {{" in dark


def light_of(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_and_the_borders_of_bars_stand_out(scheme: int) -> None:
    def contrast(one: str, other: str) -> float:
        darker, lighter = sorted(light_of(COLOURS[name][scheme]) for name in (one, other))
        return (lighter + 0.05) / (darker + 0.05)

    grounds = [name for name in COLOURS if name.startswith("tint-")] + ["counted", "over", "paper", "night"]
    assert min(contrast("ink", ground) for ground in grounds) >= 4.5
    assert min(contrast(text, ground) for text in ("grey", "red") for ground in ("paper", "night")) >= 4.5
    assert min(contrast("grey", ground) for ground in ("paper", "night")) >= 3
