"""Which clock stands for which cycle."""

from dataclasses import replace

from connectors.interface import NativeClock
from sla_engine.instant import HOUR
from slabridge.compare.pairing import pair
from tests.slabridge.run.making import NOW, ended, result

CLOCK = NativeClock(
    ticket="1",
    name="Resolution",
    kind="sla",
    stage="running",
    started_at=NOW - HOUR,
    stopped_at=None,
    due_at=NOW + 3 * HOUR,
    breached=False,
    elapsed=HOUR,
)
NAMES = {"standard.resolution": ["Resolution"]}


def test_a_clock_goes_with_the_cycle_that_starts_with_it() -> None:
    first, second = ended(NOW - 3 * HOUR, started_at=NOW - 5 * HOUR), result(cycle=2)
    assert [one.ours for one in pair([CLOCK], [first, second], NAMES)] == [second, first]


def test_a_clock_that_starts_within_a_cycle_goes_with_it() -> None:
    first, second = ended(NOW - HOUR, started_at=NOW - 5 * HOUR), result(cycle=2, started_at=NOW - HOUR // 2)
    late = replace(CLOCK, started_at=NOW - 2 * HOUR)
    assert pair([late], [first, second], NAMES)[0].ours == first


def test_a_clock_that_lasted_does_not_go_with_a_cycle_cancelled_at_once() -> None:
    cancelled, lasting = ended(NOW - HOUR, stage="cancelled"), result(cycle=2)
    assert pair([CLOCK], [lasting, cancelled], NAMES)[0].ours == lasting


def test_a_clock_without_a_cycle_and_an_objective_without_a_clock_say_so() -> None:
    there, here = pair([CLOCK], [result(objective="response")], NAMES)
    assert (there.ours, there.note) == (None, "no cycle of standard.resolution here")
    assert (here.theirs, here.objective) == (None, "standard.response")
    assert "`native`" in here.note


def test_an_unnamed_clock_goes_with_the_nearest_start_of_its_kind() -> None:
    near, far = result(), result(objective="response", started_at=NOW - 3 * HOUR)
    other_kind = result(agreement="team", kind="ola", objective="handling", started_at=NOW - HOUR)
    pairs = pair([CLOCK], [near, far, other_kind], {})
    assert [(one.theirs, one.ours) for one in pairs] == [(CLOCK, near), (None, far), (None, other_kind)]


def test_two_unnamed_clocks_at_once_go_with_nothing() -> None:
    other = replace(CLOCK, name="Response")
    pairs = pair([CLOCK, other], [result()], {})
    assert [one.ours for one in pairs if one.theirs] == [None, None]
    assert pairs[0].note == "it may stand for standard.resolution: say which under `native`"


def test_clocks_that_follow_each_other_go_with_one_objective() -> None:
    cancelled = replace(CLOCK, name="P3", stage="cancelled", stopped_at=NOW - HOUR // 2)
    following = replace(CLOCK, name="P1", started_at=NOW - HOUR // 2)
    mine = result()
    assert [one.ours for one in pair([cancelled, following], [mine], {})] == [mine, mine]


def test_a_clock_of_a_kind_that_we_have_no_objective_of_says_so() -> None:
    (one, _) = pair([replace(CLOCK, kind="uc")], [result()], {})
    assert one.note == "no uc objective is left for it"
