"""A step of percent and a traffic light in fields: written when they change, by time alone, and not in between."""

from pathlib import Path

import pytest

from sla_engine import Result
from sla_engine.instant import HOUR, MINUTE, SECOND
from slabridge.app.demo import example
from slabridge.config import FieldMap, ResultRef, load_config
from slabridge.ticket.known import Evaluated
from tests.slabridge.run.chained import chained
from tests.slabridge.run.job import NOON, TOOLS, Job
from tests.slabridge.run.making import NOW, at_risk, breached, changes, ended, known, paused, result, terms

FIELDS = {"snow": ("u_sla_holder", "u_ola_holder"), "jira": ("SLA holder", "OLA holder")}


def test_each_step_is_written_as_its_instant_has_come_in_both_tools(job: Job) -> None:
    job.replace('value = "sla.holder"', 'value = "sla.percent_step"')
    job.replace('value = "ola.holder"', 'value = "sla.light"')
    expected = {
        NOON: ("50", "green"),
        NOON + HOUR - SECOND: ("50", "yellow"),
        NOON + HOUR: ("75", "yellow"),
        NOON + 2 * HOUR: ("100", "yellow"),
        NOON + 2 * HOUR + SECOND: ("100", "red"),
    }
    for instant, (step, light) in expected.items():
        job.run_at(instant)
        for name, (step_field, light_field) in FIELDS.items():
            written = job.ticket(name, "Open").written
            assert (written[step_field], written[light_field]) == (step, light), (name, instant)
    job.writes()
    job.run_at(NOON + 3 * HOUR)
    assert job.writes() == {}


def test_a_step_of_tickets_above_wakes_those_of_every_connection(tmp_path: Path) -> None:
    text = chained(example()).replace('value = "above.key"', 'value = "above.sla.percent_step"')
    text = text.replace('value = "ola.breached_at"', 'value = "ola.percent_step"', 1)
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    config = load_config(path)
    assert [list(map(str, config.stepped(name))) for name in TOOLS] == [
        ["ola.percent_step", "above.sla.percent_step"],
        ["above.sla.percent_step"],
    ]


STEP = FieldMap("u_step", ResultRef("percent_step", kind="sla"), {"75": "75 %"})
LIGHT = FieldMap("u_light", ResultRef("light", kind="sla"), {"yellow": "Amber"})


@pytest.mark.parametrize(
    ("found", "step", "light"),
    [
        (result(elapsed=HOUR - 1, remaining=3 * HOUR + 1), "0", "green"),
        (result(), "25", "green"),
        (at_risk(elapsed=3 * HOUR, remaining=HOUR), "75 %", "Amber"),
        (paused(NOW, elapsed=3 * HOUR, remaining=HOUR), "75 %", "green"),
        (breached(elapsed=9 * HOUR, remaining=-5 * HOUR), "100", "red"),
        (ended(elapsed=4 * HOUR, remaining=0), "100", "green"),
        (result(target=0, elapsed=0, remaining=0), None, "green"),
    ],
)
def test_a_step_is_the_highest_share_reached_and_a_light_says_what_the_status_does(
    found: Result, step: str | None, light: str
) -> None:
    written = {name: after for name, _, after, _ in changes(known(), [found], terms(STEP, LIGHT))}
    assert (written.get("u_step"), written["u_light"]) == (step, light)


@pytest.mark.parametrize(
    ("refs", "wakes"),
    [
        ((), NOW + 2 * HOUR),
        ((ResultRef("percent_step", kind="sla"),), NOW + MINUTE),
        ((ResultRef("percent_step", kind="ola"),), NOW + 2 * HOUR),
        ((ResultRef("percent_step", agreement="standard", objective="resolution"),), NOW + MINUTE),
        ((ResultRef("percent_step", kind="sla", objective="response"),), NOW + 2 * HOUR),
    ],
)
def test_a_ticket_wakes_for_a_step_only_where_one_of_that_cycle_is_written(
    refs: tuple[ResultRef, ...], wakes: int
) -> None:
    assert Evaluated("1", [result(next_step_at=NOW + MINUTE)], stepped=refs).wake_at == wakes
