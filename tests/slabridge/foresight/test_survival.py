"""Cycles are compared with those like them; where these are too few, with more."""

import numpy as np
import pytest

from sla_engine.instant import HOUR
from slabridge.foresight.samples import HANDED_OVER, Samples
from slabridge.foresight.survival import FEW, LEAST, Like, Survival, likes_of

OBJECTIVE = "standard.resolution"
Row = tuple[int, str, str, int, int]
"""Ticket, priority, holder, used when seen, and took (hours)."""


def samples_of(rows: list[Row]) -> Samples:
    ticket, priority, holder, used, took = (np.array(column) for column in zip(*rows, strict=True))
    held = {}
    for name, column in (("priority", priority), ("team", holder)):
        values, codes = np.unique(column, return_inverse=True)
        held[name] = (codes.astype(np.int64), tuple(str(value) for value in values))
    nothing = np.zeros(len(rows), np.int64)
    return Samples(
        ticket=ticket,
        cycle=nothing + 1,
        moment=nothing + HANDED_OVER,
        at=nothing,
        began=nothing,
        due=nothing,
        used=used * HOUR,
        target=nothing + 8 * HOUR,
        took=took * HOUR,
        ended=nothing == 0,
        breached=took > 8,
        fields=held,
    )


def risk_of(survival: Survival, like: Like, used: int) -> tuple[float, int, Like]:
    found = survival.risks([like], np.array([used * HOUR]), np.array([8 * HOUR]))
    return float(found.risk[0]), int(found.alike[0]), found.likes[0]


def test_a_cycle_is_compared_with_those_of_its_priority_and_holder() -> None:
    rows = [(n, "P1", "Network", 0, 4 if n % 4 else 12) for n in range(40)]
    rows += [(100 + n, "P1", "Mail", 0, 12) for n in range(40)]
    survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
    assert risk_of(survival, Like(OBJECTIVE, "P1", "Network"), 0) == (0.25, 40, Like(OBJECTIVE, "P1", "Network"))
    assert risk_of(survival, Like(OBJECTIVE, "P1", "Mail"), 0)[0] == 1.0


def test_time_used_is_taken_into_account() -> None:
    rows = [(n, "P1", "Network", 0, 4 if n % 4 else 12) for n in range(40)]
    survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
    assert risk_of(survival, Like(OBJECTIVE, "P1", "Network"), 5)[0] == 1.0


def test_of_a_holder_with_few_cycles_those_of_its_priority_are_taken_and_else_all() -> None:
    rows = [(n, "P1", "Network", 0, 4) for n in range(LEAST)] + [(100, "P1", "Rare", 0, 12), (101, "P9", "Rare", 0, 12)]
    survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
    assert risk_of(survival, Like(OBJECTIVE, "P1", "Rare"), 0)[2] == Like(OBJECTIVE, "P1")
    assert risk_of(survival, Like(OBJECTIVE, "P9", "Rare"), 0)[2] == Like(OBJECTIVE)
    assert risk_of(survival, Like(OBJECTIVE, "P9", "Never seen"), 0)[0] == pytest.approx(2 / (LEAST + 2))


def test_where_nobody_of_a_group_took_that_long_a_larger_group_is_asked() -> None:
    rows = [(n, "P1", "Network", 0, 4) for n in range(LEAST)] + [(100 + n, "P1", "Mail", 0, 12) for n in range(LEAST)]
    survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
    assert risk_of(survival, Like(OBJECTIVE, "P1", "Network"), 6) == (1.0, LEAST, Like(OBJECTIVE, "P1"))


def test_where_few_of_a_group_took_that_long_a_larger_group_is_asked_too() -> None:
    for many, group in ((FEW - 1, Like(OBJECTIVE, "P1")), (FEW, Like(OBJECTIVE, "P1", "Network"))):
        rows = [(n, "P1", "Network", 0, 12 if n < many else 4) for n in range(LEAST)]
        rows += [(100 + n, "P1", "Mail", 0, 7) for n in range(LEAST)]
        survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
        assert risk_of(survival, Like(OBJECTIVE, "P1", "Network"), 6)[2] == group


def test_what_outlasts_all_that_is_known_has_no_forecast() -> None:
    rows = [(n, "P1", "Network", 0, 4) for n in range(LEAST)]
    survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
    assert np.isnan(risk_of(survival, Like(OBJECTIVE, "P1", "Network"), 6)[0])


def test_a_cycle_counts_for_a_holder_from_when_he_had_it_and_once() -> None:
    # All come to Mail with five hours used, some of them twice; of these it is not known who would have ended before.
    rows = [(n, "P1", "Desk", 0, 6 if n % 2 else 12) for n in range(60)]
    rows += [(n, "P1", "Mail", used, 6 if n % 2 else 12) for n in range(60) for used in (5, 5 + n % 2)]
    survival = Survival.of(OBJECTIVE, samples_of(rows), "team")
    curve = survival.curves[Like(OBJECTIVE, "P1", "Mail")]
    assert curve.count == 60
    assert risk_of(survival, Like(OBJECTIVE, "P1", "Mail"), 5)[0] == 0.5


def test_where_the_holder_is_a_person_nobody_is_told_apart_by_it() -> None:
    rows = [(n, "P1", "Alice", 0, 4) for n in range(LEAST)]
    samples = samples_of(rows)
    survival = Survival.of(OBJECTIVE, samples, None)
    assert {like.holder for like in survival.curves} == {None}
    assert {like.holder for like in likes_of(OBJECTIVE, samples, None)} == {None}


def test_two_cycles_of_a_ticket_are_two() -> None:
    rows = [(n, "P1", "Network", 0, 4) for n in range(LEAST)]
    samples = samples_of(rows)
    again = samples_of(rows)
    again.cycle[:] = 2
    both = Samples.together([samples, again])
    assert Survival.of(OBJECTIVE, both, "team").curves[Like(OBJECTIVE)].count == 2 * LEAST
