"""What runs say of the future: kept for those who look, told by ladders, written in steps (docs/foresight.md)."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
import sqlalchemy as sa

from sla_engine.instant import MINUTE
from slabridge.config import ConfigError
from slabridge.foresight.curve import Curve
from slabridge.foresight.learned import Learned, packed
from slabridge.foresight.routes import Routes
from slabridge.foresight.survival import Like, Survival
from slabridge.state import State, forecasts
from slabridge.state.schema import forecast, ticket
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.run.receiving import Webhook
from tests.slabridge.run.telling import steps, telling

RESOLUTION = "standard.resolution"


class Said(NamedTuple):
    risk: float
    alike: int
    basis: str
    as_of: int
    next_at: int | None


@pytest.fixture
def foreseeing(job: Job) -> Job:
    """Let the state know of 40 cycles of priority 1: 20 ended after 2:20 h, 8 after 3:30 h, and 12 took 6 h.

    The open one of `small` has used two hours of its four at NOON.
    """
    job.text += "\n[foresight]\n"
    job.run()
    took = np.repeat(np.array([140 * MINUTE, 210 * MINUTE, 360 * MINUTE]), [20, 8, 12])
    curve = Curve.of(np.zeros_like(took), took, np.ones(len(took), np.bool_))
    survival = Survival({Like(RESOLUTION, "P1"): curve})
    learn(job, Learned(0, NOON, (), ("priority", "team"), "team", survival, Routes.of((), {}), checked_at=NOON))
    return job


def learn(job: Job, learned: Learned) -> None:
    state = State.of(job.place)
    with state.begin() as sql:
        forecasts.keep(sql, learned.as_of, packed(learned))
        sql.execute(sa.update(ticket).where(ticket.c.is_open).values(pending=True))
    state.close()


def said(job: Job) -> Said | None:
    """Return what is said of the open incident of the ServiceNow."""
    state = State.of(job.place)
    with state.reading() as sql:
        columns = [forecast.c[name] for name in Said._fields]
        rows = sql.execute(sa.select(*columns).where(forecast.c.connection == "snow")).all()
    state.close()
    assert len(rows) < 2
    return Said(*rows[0]) if rows else None


def judged_at(job: Job) -> dict[str, int]:
    state = State.of(job.place)
    with state.reading() as sql:
        found = dict(sql.execute(sa.select(ticket.c.key, ticket.c.as_of).where(ticket.c.connection == "snow")).all())
    state.close()
    return found


def test_of_each_open_cycle_of_which_anything_is_known_it_is_kept_how_likely_it_is_to_break(foreseeing: Job) -> None:
    foreseeing.run_at(NOON)
    assert said(foreseeing) == (0.3, 40, "priority", NOON, NOON + 20 * MINUTE + 1)


def test_time_alone_moves_what_is_said_and_for_that_no_ticket_is_read(foreseeing: Job) -> None:
    foreseeing.run_at(NOON)
    judged = judged_at(foreseeing)
    foreseeing.run_at(NOON + 19 * MINUTE)
    assert said(foreseeing) == (0.3, 40, "priority", NOON, NOON + 20 * MINUTE + 1)
    foreseeing.run_at(NOON + 21 * MINUTE)
    assert said(foreseeing) == (0.6, 20, "priority", NOON + 21 * MINUTE, NOON + 90 * MINUTE + 1)
    assert judged_at(foreseeing) == judged


def test_what_is_decided_is_not_foreseen(foreseeing: Job) -> None:
    foreseeing.run_at(NOON + 121 * MINUTE)
    assert said(foreseeing) is None


def test_it_is_said_again_when_the_ticket_changes(foreseeing: Job) -> None:
    foreseeing.run_at(NOON)
    open_one = foreseeing.ticket("snow", "Open")
    foreseeing.edit("snow", open_one, priority="2")
    foreseeing.run_at(NOON + MINUTE)
    assert said(foreseeing) is None  # of priority 2 nothing is known


def test_a_run_without_the_table_says_nothing(job: Job) -> None:
    job.run()
    assert said(job) is None


def test_a_step_of_risk_is_told_once_when_it_has_come(foreseeing: Job, hook: Webhook) -> None:
    telling(foreseeing, ladder='[{ at = "risk 60%", to = "duty" }]')
    found = []
    for minutes in (0, 19, 21, 45, 95):
        foreseeing.run_at(NOON + minutes * MINUTE)
        found += [(minutes, body) for body in [str(one) for one in hook.got]]
        hook.got.clear()
    ((minutes, body),) = found
    assert minutes == 21
    assert "INC0000002: Likely to break its target: 60 % or more." in body
    assert steps(foreseeing, connection="snow") == [("risk 60%", "sent")]


def test_a_step_of_risk_wakes_the_ticket(foreseeing: Job, hook: Webhook) -> None:
    telling(foreseeing, ladder='[{ at = "risk 60%", to = "duty" }]')
    foreseeing.run_at(NOON)
    state = State.of(foreseeing.place)
    with state.reading() as sql:
        wakes = set(sql.scalars(sa.select(ticket.c.wake_at).where(ticket.c.key == "INC0000002")))
    state.close()
    assert wakes == {NOON + 20 * MINUTE + 1}
    assert not hook.got


def test_a_field_holds_the_step_of_risk_and_changes_with_it_alone(foreseeing: Job) -> None:
    field = 'field = "u_sla_holder"\nvalue = '
    foreseeing.replace(f'{field}"sla.holder"', f'{field}"sla.resolution.risk_step"\nvalues = {{ 75 = "very likely" }}')
    held = []
    for minutes in (0, 10, 21, 95, 125):
        foreseeing.run_at(NOON + minutes * MINUTE)
        held.append(foreseeing.ticket("snow", "Open").written["u_sla_holder"])
    assert held == ["25", "25", "50", "very likely", None]


def test_what_asks_for_a_risk_that_nobody_says_is_an_error_of_the_file(job: Job) -> None:
    telling(job, ladder='[{ at = "risk 60%", to = "duty" }]')
    with pytest.raises(ConfigError, match=r"asks how likely a cycle is to break, and nobody says so in runs"):
        job.config()


def test_a_rehearsal_says_what_the_run_then_tells_and_keeps_nothing(foreseeing: Job, hook: Webhook) -> None:
    telling(foreseeing, ladder='[{ at = "risk 25%", to = "duty" }]')
    foreseeing.sandbox.move_to(NOON + 21 * MINUTE)
    told = foreseeing.rehearse().told
    assert said(foreseeing) is None
    assert not hook.got
    foreseeing.run()
    assert Counter(hook.titles) == Counter(title for _, title, _ in told)
