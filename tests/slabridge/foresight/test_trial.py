"""The model is used where a trial by time shows that it is better, and no longer than it is right."""

from dataclasses import replace

import numpy as np
import pytest

from sla_engine.instant import DAY
from sla_engine.zone import Zone
from slabridge.foresight import trial
from slabridge.foresight.model import LEAST, Model, is_there
from slabridge.foresight.samples import Samples
from slabridge.foresight.trial import LATER, Pair, Teacher
from tests.slabridge.foresight.made import AS_OF, TARGET, random_source, samples_of

UNTIL = AS_OF - 40 * DAY
TEACHER = Teacher(Zone("UTC"), "team", with_model=True)
UTC = Zone("UTC")

pytestmark = pytest.mark.skipif(not is_there(), reason="the extra predict is not installed")


def both(hidden: float = 0.0, shift: float = 0.0) -> tuple[Samples, Samples]:
    """Return the same cycles as known at UNTIL, and as known at AS_OF."""
    came = samples_of(6_000, random_source(4), hidden=hidden, shift=shift)
    began = came.only((came.began < UNTIL) & (came.at <= UNTIL))
    elapsed = np.minimum(began.took, UNTIL - began.began)
    ended = began.ended & (began.began + began.took <= UNTIL)
    names = ("ticket", "cycle", "moment", "at", "began", "due", "used", "target")
    return Samples(
        **{name: getattr(began, name) for name in names},
        took=elapsed,
        ended=ended,
        breached=elapsed > TARGET,
        fields=began.fields,
    ), came


def test_a_model_that_sees_what_the_table_does_not_is_used() -> None:
    known, came = both()
    found = TEACHER.tried("sla.resolution", known, came, UNTIL, AS_OF)
    assert found.ships_at_start
    for moment in (0, LATER):
        pair = found.moments[moment]
        assert pair.model is not None
        assert pair.model.auc > pair.table.auc + 0.2


def test_a_model_that_sees_no_more_than_the_table_is_not_used() -> None:
    known, came = both(hidden=1.0)
    assert not TEACHER.tried("sla.resolution", known, came, UNTIL, AS_OF).ships


def test_a_model_that_is_better_only_later_is_not_asked_at_the_start() -> None:
    known, came = both()
    found = TEACHER.tried("sla.resolution", known, came, UNTIL, AS_OF)
    poor = found.moments[0].table
    alone = replace(found, moments={**found.moments, 0: Pair(poor, poor)})
    assert alone.ships
    assert not alone.ships_at_start


def test_a_model_that_is_wrong_on_average_is_not_used() -> None:
    known, came = both(shift=0.2)
    found = TEACHER.tried("sla.resolution", known, came, UNTIL, AS_OF)
    pair = found.moments[0]
    assert pair.model is not None
    assert pair.model.auc > pair.table.auc + trial.GAIN
    assert pair.model.error > trial.ERROR
    assert not found.ships


def test_it_is_tried_on_cycles_that_began_later_than_all_it_learned_from() -> None:
    known, came = both()
    found = TEACHER.tried("sla.resolution", known, came, UNTIL, AS_OF)
    assert found.first == UNTIL + TARGET
    assert found.last == AS_OF - TARGET
    tested = (came.began >= found.first) & (came.began < found.last) & (came.moment == 0)
    assert found.moments[0].table.count == int((tested & came.decided).sum())
    assert int(known.began.max()) < UNTIL


def test_without_the_extra_there_is_a_table_and_no_model() -> None:
    known, came = both()
    found = Teacher(UTC, "team", with_model=False).tried("sla.resolution", known, came, UNTIL, AS_OF)
    assert found.moments[0].model is None
    assert found.moments[0].table.count > 0
    assert not found.ships


def test_of_few_cycles_no_model_is_learned() -> None:
    assert Model.of(samples_of(LEAST * 2, random_source(1)), UTC) is None


def test_what_was_learned_says_the_same_when_it_was_kept_and_read() -> None:
    _, came = both()
    one, other = (Model.of(came, UTC) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.risks(came, UTC).tolist() == other.risks(came, UTC).tolist()


def test_a_model_that_is_off_of_late_has_drifted() -> None:
    _, came = both()
    model = Model.of(came, UTC)
    assert model is not None
    assert not TEACHER.has_drifted(model, came, AS_OF)
    later = samples_of(6_000, random_source(5), shift=0.2, days=60)
    assert TEACHER.has_drifted(model, later, AS_OF)


def test_a_value_that_was_never_seen_is_taken_as_any_other() -> None:
    _, came = both()
    model = Model.of(came, UTC)
    assert model is not None
    codes, _ = came.fields["category"]
    strange = Samples(
        **{name: getattr(came, name) for name in Samples.__slots__ if name != "fields"},
        fields={**came.fields, "category": (codes, ("new", "newer"))},
    )
    risks = model.risks(strange, UTC)
    assert ((risks > 0) & (risks < 1)).all()


def test_where_there_is_no_cycle_to_try_it_on_no_model_is_used_and_none_has_drifted() -> None:
    known, came = both()
    found = TEACHER.tried("sla.resolution", known, came, AS_OF, AS_OF)
    assert (found.moments, found.ships) == ({}, False)
    model = Model.of(known, UTC)
    assert model is not None
    assert model.risks(came.only(came.began > AS_OF), UTC).tolist() == []
    assert not TEACHER.has_drifted(model, came, AS_OF + 400 * DAY)
