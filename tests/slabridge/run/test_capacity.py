"""What teams carry, over the state that runs on two tools left."""

from sla_engine.instant import DAY, HOUR
from slabridge.app.capacity import capacity
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.databases import rows

DECIDED = """
SELECT agreement, objective, COUNT(*), SUM(CASE WHEN breached THEN 1 ELSE 0 END) FROM result
WHERE stage <> 'cancelled' AND NOT excluded
  AND (breached AND breached_at >= {0} OR NOT breached AND stage = 'completed' AND stopped_at >= {0})
GROUP BY agreement, objective
"""


def test_what_is_kept_in_truth_is_what_the_runs_said(reported: Job) -> None:
    reported.run_at(NOON)
    reported.run_at(NOON + 5 * HOUR)
    found = capacity(reported.config(), None, 20)
    assert found is not None
    assert found.until == NOON + 5 * HOUR
    said = {
        f"{a}.{o}": (cycles, breached) for a, o, cycles, breached in rows(reported.place, DECIDED.format(found.first))
    }
    assert len(said) > 3
    assert {one.objective: (one.truth.cycles, one.truth.breached) for one in found.grown if one.truth.cycles} == said
    assert [one.promised for one in found.grown if one.objective == "desk.fix"] == [90.0]
    [(created,)] = rows(reported.place, "SELECT COUNT(*) FROM ticket")
    assert isinstance(created, int)
    assert 0 < found.arrivals[0].count <= created
    assert sum(load.open for load in found.loads) > 0


def test_a_later_first_date_counts_less(reported: Job) -> None:
    reported.run_at(NOON + 5 * HOUR)
    every, later = (capacity(reported.config(), since, 20) for since in (NOON - 40 * DAY, NOON - 12 * HOUR))
    assert every is not None
    assert later is not None
    assert later.arrivals[0].count < every.arrivals[0].count
    assert [one.objective for one in later.grown] == [one.objective for one in every.grown]
