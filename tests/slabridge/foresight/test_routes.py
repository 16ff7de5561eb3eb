"""Where tickets like one another ended."""

from collections import Counter
from itertools import pairwise

import numpy as np

from sla_engine import read_ticket
from sla_engine.tabulate import tabulate
from slabridge.foresight.routes import OFFERED, Routes, count_ends

FIELDS = ("team", "category")


def ticket(number: int, teams: list[str], category: str = "mail") -> dict[str, object]:
    steps = pairwise(teams)
    history = [{"at": f"2026-03-02T{9 + n:02}:00:00Z", "changes": {"team": [*step]}} for n, step in enumerate(steps)]
    fields = {"team": teams[-1], "category": category}
    return {
        "source": "snow",
        "key": f"T{number}",
        "created": "2026-03-02T08:00:00Z",
        "fields": fields,
        "history": history,
    }


def ends_of(rows: list[dict[str, object]], over: list[bool]) -> dict[tuple[str, ...], Counter[str]]:
    table, _ = tabulate([read_ticket(row) for row in rows], FIELDS)
    return count_ends(table, np.array(over), FIELDS)


def test_each_ticket_that_is_over_counts_once_for_whatever_it_held() -> None:
    rows = [ticket(1, ["Desk", "Network", "Desk", "Mail"]), ticket(2, ["Desk"]), ticket(3, ["Desk", "Storage"])]
    found = ends_of(rows, [True, True, False])
    assert found[()] == {"Mail": 1, "Desk": 1}
    assert found["Desk",] == {"Mail": 1, "Desk": 1}
    assert found["Network",] == {"Mail": 1}
    assert found["Desk", "mail"] == {"Mail": 1, "Desk": 1}


def test_a_ticket_that_nobody_has_in_the_end_says_nothing() -> None:
    assert ends_of([ticket(1, ["Desk", ""])], [True]) == {}


def test_the_likeliest_three_teams_are_named_and_those_of_the_nearest_group_weigh_most() -> None:
    counted = {
        (): Counter({"Desk": 60, "Mail": 20, "Network": 10, "Storage": 10}),
        ("Desk",): Counter({"Desk": 60, "Mail": 20, "Network": 10, "Storage": 10}),
        ("Desk", "vpn"): Counter({"Network": 40}),
    }
    found = Routes.of(FIELDS, counted).last(("Desk", "vpn"))
    assert [team for team, _ in found] == ["Network", "Desk", "Mail"]
    assert len(found) == OFFERED
    assert found[0][1] == (40 + 10 * 0.1) / 50


def test_of_what_was_never_seen_the_larger_group_says() -> None:
    counted = {(): Counter({"Desk": 5, "Mail": 5}), ("Desk",): Counter({"Mail": 10})}
    assert Routes.of(FIELDS, counted).last(("Desk", "never"))[0] == ("Mail", (10 + 10 * 0.5) / 20)
    assert Routes.of(FIELDS, {}).last(("Desk", "never")) == []
