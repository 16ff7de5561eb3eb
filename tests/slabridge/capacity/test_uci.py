"""A real log, kept beside the checkout (`tests/sla_engine/test_uci.py`): how near a replay comes to what happened."""

import tomllib

import pytest

from sla_engine import Engine
from sla_engine.instant import DAY, parse_instant
from slabridge.capacity.gathered import Gathered
from slabridge.capacity.growth import Grown
from slabridge.capacity.hours import LocalHours
from slabridge.capacity.replay import replay
from slabridge.capacity.teams import TeamVisits
from slabridge.capacity.trial import Trial
from slabridge.config import load_definitions
from slabridge.ticket.file import read_batches
from tests.places import absent
from tests.sla_engine.test_uci import AS_OF, CONFIGURATION, LOG

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=absent(LOG))


def test_the_same_tickets_replayed_keep_what_was_kept_in_truth_to_half_a_point() -> None:
    engine, until = Engine(load_definitions(tomllib.loads(CONFIGURATION))), parse_instant(AS_OF)
    first = engine.zone.instant(until // DAY - 91, 0)
    gathered = Gathered(engine, first, until)
    for batch in read_batches(LOG):
        gathered.add(batch.tickets)
    visits = TeamVisits(gathered, LocalHours.of(engine.zone, first, until))
    replays = {growth: replay(visits.work, visits.copies(growth), visits.teams, until) for growth in (0, 20, 50)}
    trial = Trial(gathered, replays)
    for batch in read_batches(LOG):
        trial.add(batch.tickets)
    assert len(visits.teams.slots) > 20
    for name, truth in gathered.kept.items():
        one = Grown(name, None, truth, {growth: kept[name] for growth, kept in trial.kept.items()})
        again = one.replayed[0].percent
        assert truth.percent is not None
        assert again is not None
        assert abs(again - truth.percent) < 0.5
        assert 0 <= (one.fall(20) or 0) < (one.fall(50) or 0)
