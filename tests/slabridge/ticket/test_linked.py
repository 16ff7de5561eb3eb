"""Linked tickets of a file meet, in whatever batches they come, and no others are held."""

import json
import tempfile
from pathlib import Path
from random import Random

from hypothesis import given

from sla_engine import Engine, read_ticket
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions
from slabridge.ticket.linked import read_linked
from tests.reference.random_cases import examples, seeds
from tests.reference.random_chains import random_chain_case


def written(folder: Path, *tickets: object) -> Path:
    path = folder / "tickets.jsonl"
    path.write_text("".join(json.dumps(ticket) + "\n" for ticket in tickets))
    return path


def linked(key: str, *others: str) -> dict[str, object]:
    links = [{"type": "problem", "source": "snow", "id": other} for other in others]
    return {"source": "snow", "key": key, "created": "2026-03-02T08:00:00Z", "fields": {}, "links": links}


@examples(25)
@given(seeds())
def test_each_ticket_alone_with_those_that_it_is_linked_with_is_judged_as_among_all(rng: Random) -> None:
    case = random_chain_case(rng)
    engine, as_of = Engine(load_definitions(case.document)), parse_instant(case.as_of)
    tickets = [read_ticket(ticket) for ticket in case.tickets]
    with tempfile.TemporaryDirectory() as folder:
        held = read_linked(written(Path(folder), *case.tickets))
    together = engine.evaluate(tickets, as_of, chain=True)
    apart = [engine.evaluate([one], as_of, chain=True, others=held.others([one])) for one in tickets]
    assert [row.as_json() for one in apart for row in one.results] == [row.as_json() for row in together.results]
    assert [bool(one.invalid) for one in apart] == [place in dict(together.invalid) for place in range(len(tickets))]


def test_only_tickets_that_are_linked_are_held(tmp_path: Path) -> None:
    tickets = [linked("A", "B"), linked("B"), linked("C"), linked("D", "nobody"), linked("E", "B")]
    held = read_linked(written(tmp_path, *tickets))
    assert sorted(identity for _, identity in held.tickets) == ["A", "B", "D", "E"]
    (alone,) = held.others([read_ticket(linked("A", "B")), read_ticket(linked("E", "B"))])
    assert alone.id == "B"
    assert held.others([read_ticket(linked("C"))]) == []


def test_lines_that_are_no_tickets_link_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tickets.jsonl"
    odd = ['{"links": 5}', '{"links": [5], "source": "a", "key": "b"}', '["links"]', '{"links": ', '"links"']
    odd += ['{"source": [], "key": "k", "links": [{"source": "a", "id": "b"}]}']
    path.write_text("\n".join(odd))
    assert read_linked(path).tickets == {}
