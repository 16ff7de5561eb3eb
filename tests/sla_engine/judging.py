"""The two judges that tests compare: the reference and the engine, with one face."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sla_engine
from sla_engine.instant import format_instant, parse_instant
from slabridge.config import load_definitions
from tests import reference

Rows = list[dict[str, Any]]
Judge = Callable[[dict[str, Any], Rows, str], "Judgement"]


@dataclass
class Judgement:
    """The rows of the output with segments, without `definition`; the positions of invalid tickets."""

    rows: Rows
    invalid: list[int]


def by_reference(document: dict[str, Any], tickets: Rows, as_of: str, *, chain: bool = False) -> Judgement:
    return Judgement(*reference.evaluate(document, tickets, as_of, chain=chain))


def by_engine(document: dict[str, Any], tickets: Rows, as_of: str, *, chain: bool = False) -> Judgement:
    evaluation = evaluation_of(document, tickets, as_of, chain=chain)
    if not chain:
        printed = [json.loads(line) for block in evaluation.lines() for line in block.splitlines()]
        assert printed == [result.as_json() for result in evaluation.results]
        assert_lines_come_to_the_same(document, tickets, as_of, evaluation)
    rows = [result.as_json(segments=True) for result in evaluation.results]
    for row, result in zip(rows, evaluation.results, strict=True):
        assert tickets[result.position]["key"] == row["ticket"]
        assert len(row.pop("definition")) == 16
        step_at = result.next_step_at
        row |= {
            "percent_step": result.percent_step,
            "next_step_at": None if step_at is None else format_instant(step_at),
        }
    return Judgement(rows, [position for position, _ in evaluation.invalid])


def assert_lines_come_to_the_same(
    document: dict[str, Any], tickets: Rows, as_of: str, evaluation: sla_engine.Evaluation
) -> None:
    """Check that tickets read from lines of JSON come to what they come to one by one."""
    engine = sla_engine.Engine(load_definitions(document))
    read = sla_engine.read_lines([json.dumps(ticket).encode() for ticket in tickets], engine.columns)
    assert read.invalid == []
    found = engine.evaluate_read(read, parse_instant(as_of), segments=True)
    assert found.results == evaluation.results
    assert (found.invalid, found.warnings) == (evaluation.invalid, evaluation.warnings)


def evaluation_of(document: dict[str, Any], tickets: Rows, as_of: str, *, chain: bool = False) -> sla_engine.Evaluation:
    read = [sla_engine.read_ticket(ticket) for ticket in tickets]
    return sla_engine.evaluate(read, load_definitions(document), parse_instant(as_of), chain=chain)
