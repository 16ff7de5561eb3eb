"""The chain on small cases worked out by hand: rings, ties, links that come and go, promises made afterwards."""

import tomllib
from typing import Any

import pytest

from tests.sla_engine.judging import Judgement, by_engine, by_reference
from tests.sla_engine.written import Row, change, ticket

NOW = "2026-03-02T20:00:00Z"
DOCUMENT = """
[calendars.always]
timezone = "UTC"
hours = "24x7"
[agreements.top]
kind = "sla"
scope = { level = "top" }
calendar = "always"
objectives.goal = { while = { status = { not = "done" } }, targets = "4h" }
[agreements.below]
kind = "ola"
scope = { level = { not = "top" } }
calendar = "always"
supports = ["top.goal"]
objectives.part = { while = { status = { not = "done" } }, pause = { status = "wait" }, targets = TARGETS }
[[chain]]
stated_by = "above"
waits = { status = "wait" }
until = { status = "done" }
"""


def at(clock: str) -> str:
    return f"2026-03-02T{clock}:00Z"


def made(targets: str = '"8h"') -> dict[str, Any]:
    return tomllib.loads(DOCUMENT.replace("TARGETS", targets))


def named(key: str, one: Row, *links: str, **times: str) -> Row:
    """Return a ticket with a key, linked with others."""
    return one | {"key": key, "links": [{"type": "needs", "source": "test", "id": link, **times} for link in links]}


@pytest.fixture(params=[by_reference, by_engine])
def chain(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - a function of the case
    """Return what gives the chain of the first ticket's first result."""

    def found(document: dict[str, Any], *tickets: Row, now: str = NOW) -> dict[str, Any]:
        judged: Judgement = request.param(document, list(tickets), now, chain=True)
        result: dict[str, Any] = judged.rows[0]["chain"]
        return result

    return found


def walked(chain: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the segments as (from, to, keys of the path)."""
    return [
        (part["from"][11:16], part["to"][11:16], " ".join(key for *_, key in part["path"]))
        for part in chain["segments"]
    ]


def test_a_ring_ends_where_it_would_close(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), status="wait", level="top"), "B")
    found = chain(
        made(),
        top,
        named("B", ticket(at("08:00"), status="wait"), "C"),
        named("C", ticket(at("08:00"), status="wait"), "A"),
    )
    assert walked(found) == [("08:00", "20:00", "A B C")]


def test_of_two_the_one_with_which_it_stands_longest_has_the_time(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), status="wait", level="top"), "C", "B")
    late = named("B", ticket(at("09:00")))
    early = named("C", ticket(at("08:30"), change(at("12:00"), status="done")))
    assert walked(chain(made(), top, late, early)) == [
        ("08:00", "08:30", "A"),
        ("08:30", "12:00", "A C"),
        ("12:00", "20:00", "A B"),
    ]


def test_of_two_that_stand_equally_long_the_name_decides(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("09:00"), status="wait", level="top"), "C", "B")
    assert walked(chain(made(), top, named("C", ticket(at("08:00"))), named("B", ticket(at("08:00"))))) == [
        ("09:00", "20:00", "A B")
    ]


def test_a_link_that_is_cut_and_tied_again_begins_anew(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), status="wait", level="top"))
    top["links"] = [
        {"type": "needs", "source": "test", "id": "B", "from": at("08:00"), "to": at("10:00")},
        {"type": "needs", "source": "test", "id": "B", "from": at("11:00")},
        {"type": "needs", "source": "test", "id": "C", "from": at("09:00")},
    ]
    assert walked(chain(made(), top, named("B", ticket(at("08:00"))), named("C", ticket(at("08:00"))))) == [
        ("08:00", "10:00", "A B"),
        ("10:00", "20:00", "A C"),
    ]


def test_links_that_follow_each_other_are_one(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), status="wait", level="top"))
    top["links"] = [
        {"type": "needs", "source": "test", "id": "B", "to": at("10:00")},
        {"type": "needs", "source": "test", "id": "B", "from": at("10:00")},
        {"type": "needs", "source": "test", "id": "C", "from": at("09:00")},
    ]
    assert walked(chain(made(), top, named("B", ticket(at("08:00"))), named("C", ticket(at("08:00"))))) == [
        ("08:00", "20:00", "A B")
    ]


@pytest.mark.parametrize("links", [["A"], ["nobody"], []])
def test_links_with_itself_and_with_nobody_do_nothing(chain: Any, links: list[str]) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), status="wait", level="top"), *links)
    assert walked(chain(made(), top)) == [("08:00", "20:00", "A")]


def test_what_begins_after_the_instant_is_not_seen_and_an_end_after_it_neither(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), status="wait", level="top"))
    top["links"] = [
        {"type": "needs", "source": "test", "id": "B", "to": at("12:00")},
        {"type": "needs", "source": "test", "id": "C", "from": at("11:00")},
    ]
    others = [named("B", ticket(at("08:00"))), named("C", ticket(at("08:00")))]
    assert walked(chain(made(), top, *others, now=at("10:00"))) == [("08:00", "10:00", "A B")]


def test_time_that_nobody_promised_is_uncovered_and_a_pause_is_paused(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), change(at("10:00"), status="wait"), level="top"), "B")
    below = named("B", ticket(at("09:00"), change(at("11:00"), status="wait")))
    found = chain(made(), top, below)
    assert [(part["ticket"], part["cover"] and part["cover"]["mode"]) for part in found["segments"]] == [
        ("A", None),
        ("B", "running"),
        ("B", "paused"),
    ]
    accounts = found["breach"]["accounts"]
    assert (accounts["uncovered"], accounts["within"], accounts["paused"]) == (7200, 3600, 32400)
    assert (found["breach"]["cause"], found["breach"]["overruns"]) == ("gaps", [])


def test_nobody_is_late_by_a_promise_that_was_made_afterwards(chain: Any) -> None:  # noqa: ANN401
    targets = '[{ when = { priority = "P1" }, within = "1h" }, { within = "20h" }]'
    top = named("A", ticket(at("08:00"), status="wait", level="top"), "B")
    below = named("B", ticket(at("08:00"), change(at("15:00"), priority="P1"), priority="P3"))
    (overrun,) = chain(made(targets), top, below)["breach"]["overruns"]
    assert (overrun["late_from"], overrun["seconds"], overrun["decisive"]) == (at("15:00"), 5 * 3600, False)


def test_agreements_that_do_not_add_up_are_a_misfit(chain: Any) -> None:  # noqa: ANN401
    top = named("A", ticket(at("08:00"), change(at("13:00"), status="done"), status="wait", level="top"), "B")
    below = named("B", ticket(at("08:00"), change(at("13:00"), status="done")))
    breach = chain(made(), top, below)["breach"]
    assert (breach["excess_seconds"], breach["cause"], breach["ended"]) == (3600, "misfit", True)


def test_without_any_promise_beneath_it_is_unbacked(chain: Any) -> None:  # noqa: ANN401
    document = made()
    del document["agreements"]["below"]["supports"]
    assert chain(document, named("A", ticket(at("08:00"), level="top")))["breach"]["cause"] == "unbacked"
