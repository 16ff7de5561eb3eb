"""The figures of docs/engine.md are what the engine gives."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from sla_engine import Calendar, Definitions, Engine, Result, evaluate, read_ticket
from sla_engine.duration import parse_duration
from sla_engine.instant import format_instant, parse_instant
from slabridge.config import load_definitions
from tests.docs.pages import parts, rows, section, tables
from tests.places import CHECKOUT

ENGINE = CHECKOUT / "docs" / "engine.md"
CALENDARS = tomllib.loads(next(part.text for part in parts(ENGINE) if part.kind == "toml"))
Row = dict[str, Any]


@dataclass
class Example:
    """A table of results, and what it is about: a configuration, a ticket and an instant."""

    heading: str
    document: dict[str, Any]
    ticket: str
    as_of: str
    table: list[dict[str, str]] = field(default_factory=list)


def examples() -> Iterator[Example]:
    """Yield the page's examples; a block of configuration adds to the one before, unless it begins an agreement."""
    heading = ticket = as_of = ""
    document: dict[str, Any] = {}
    for part in parts(ENGINE):
        if part.kind == "prose" and part.text.startswith("#"):
            heading = part.text.strip("# \n")
        elif part.kind == "toml":
            fresh = part.text.startswith("[")
            document = merged(CALENDARS if fresh else document, tomllib.loads(part.text))
        elif part.kind == "json":
            ticket = part.text
        elif part.kind == "prose" and (found := re.search(r"As of `(\S+)`", part.text)):
            as_of = found[1]
        elif part.kind == "table" and ticket and as_of and {"cycle", "status"} & rows(part.text)[0].keys():
            yield Example(heading, document, ticket, as_of, rows(part.text))


def merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {key: merged(under[key], over[key]) for key in under.keys() & over.keys() if isinstance(over[key], dict)}
    return under | over | both


def judged(example: Example) -> list[Result]:
    ticket = read_ticket(json.loads(example.ticket))
    evaluation = evaluate([ticket], load_definitions(example.document), parse_instant(example.as_of))
    assert not evaluation.invalid
    assert not evaluation.warnings
    return list(evaluation.results)


def value(cell: str) -> object:
    try:
        read: object = json.loads(cell)
    except ValueError:
        return cell
    return read


EXAMPLES = list(examples())


def test_the_page_has_examples_of_every_rule() -> None:
    assert {example.heading for example in EXAMPLES} == {
        "Replay",
        "Deciding row",
        "Deadlines",
        "Results",
        "Attribution",
    }
    assert len(EXAMPLES) == 15


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{n} {e.heading}" for n, e in enumerate(EXAMPLES, 1)])
def test_a_table_of_results_is_what_the_engine_gives(example: Example) -> None:
    lines = [result.as_json(segments=True) for result in judged(example)]
    if "mode" in example.table[0]:
        lines = [line | segment for line in lines for segment in line["segments"]]
    assert [{name: line[name] for name in example.table[0]} for line in lines] == [
        {name: value(cell) for name, cell in row.items()} for row in example.table
    ]


def test_elapsed_and_due_are_what_the_calendars_give() -> None:
    calendars = {name: Calendar(definition) for name, definition in definitions().calendars.items()}
    elapsed, due = tables(section(ENGINE, "Calendars"))
    for row in elapsed:
        start, end = (np.array([parse_instant(row[name])]) for name in ("from", "to"))
        assert calendars[row["calendar"]].elapsed(start, end)[0] == parse_duration(row["elapsed"]).ms, row
    for row in due:
        start, amount = np.array([parse_instant(row["from"])]), np.array([parse_duration(row["working time"]).ms])
        assert format_instant(int(calendars[row["calendar"]].due(start, amount)[0])) == row["due"], row


def test_a_condition_holds_as_the_page_says() -> None:
    [table] = [
        table for table in tables(section(ENGINE, "Conditions")) if "holds" in table[0] and "condition" in table[0]
    ]
    for row in table:
        condition = tomllib.loads(f"scope = {row['condition'].strip('`')}")
        goal = {"start": {"begun": "yes"}, "targets": "4h"}
        agreement = {"kind": "sla", "calendar": "always", "objectives": {"goal": goal}} | condition
        held = json.loads(row["the field `x` is"].strip("`"))
        ticket = {"source": "s", "key": "T", "created": "2026-03-02T07:00:00Z", "fields": {"x": held, "begun": "yes"}}
        engine = Engine(load_definitions(CALENDARS | {"agreements": {"a": agreement}}))
        results = engine.evaluate([read_ticket(ticket)], parse_instant("2026-03-02T08:00:00Z")).results
        assert len(results) == (row["holds"] == "yes"), row


def definitions() -> Definitions:
    agreement = {"kind": "sla", "calendar": "always", "objectives": {"goal": {"start": {"a": "b"}, "targets": "1h"}}}
    return load_definitions(CALENDARS | {"agreements": {"a": agreement}})
