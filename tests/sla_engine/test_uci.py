"""A real log, kept beside the checkout: 24,918 incidents of a ServiceNow instance.

Amaral, C., Fantinato, M., Peres, S. (2018). Incident management process enriched event log. UCI Machine Learning
Repository. https://doi.org/10.24432/C57S4H
"""

import gzip
import json
import tomllib
from typing import Any

import pytest

from sla_engine import Evaluation
from tests.places import SHARED, absent
from tests.sla_engine.judging import by_reference, evaluation_of

LOG = SHARED / "data" / "uci_tickets.jsonl.gz"
AS_OF = "2016-06-01T00:00:00Z"  # most incidents have ended, some are open
CONFIGURATION = """
timezone = "Europe/London"
[calendars.office]
timezone = "Europe/London"
hours = { mon-fri = ["08:00-12:30", "13:00-18:00"] }
holidays = ["GB-ENG"]
day = "8h"
[calendars.desk]
like = "office"
hours = { mon-fri = ["06:00-22:00"], sat = ["22:00-04:00"] }
[[calendars.desk.maintenance]]
weekly = "wed 21:00-22:00"
[calendars.always]
timezone = "UTC"
hours = "24x7"
day = "24h"

[clocks.response]
start = { status = "New" }
stop = { status = { not = "New" } }
on_reopen = "first_only"
at_risk = ["50%"]
[clocks.resolution]
start = { status = { not = ["Resolved", "Closed"] } }
pause = { status = ["Awaiting User Info", "Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence"] }
stop = { status = ["Resolved", "Closed"] }
on_reopen = "resume"
on_retarget = "restart"
at_risk = ["75%", "2h"]
[clocks.handling]
while = { team = { set = true }, status = { not = ["Resolved", "Closed"] } }
pause = { status = ["Awaiting User Info", "Awaiting Vendor"] }
reset = { event = "change", field = "team" }
on_reset = "complete"

[agreements.standard]
kind = "sla"
scope = { type = "incident" }
calendar = "desk"
[agreements.standard.objectives.response]
clock = "response"
targets = { priority = { "1 - Critical" = "15m", "2 - High" = "30m" }, else = "4h" }
[agreements.standard.objectives.resolution]
clock = "resolution"
targets = [
  { when = { priority = "1 - Critical" }, within = "4h", calendar = "always" },
  { when = { priority = "2 - High" }, within = "12h" },
  { within = "5wd", calendar = "office" },
]
[agreements.teams]
kind = "ola"
calendar = { field = "team", values = { "Group 70" = "desk", "Group 24" = "always" }, else = "office" }
supports = ["standard.resolution"]
[agreements.teams.objectives]
handling = { clock = "handling", targets = "1wd" }
"""

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=absent(LOG))


@pytest.fixture(scope="module")
def tickets() -> list[dict[str, Any]]:
    with gzip.open(LOG, "rt") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def evaluation(tickets: list[dict[str, Any]]) -> Evaluation:
    return evaluation_of(tomllib.loads(CONFIGURATION), tickets, AS_OF)


def test_every_incident_is_judged_without_a_warning(tickets: list[dict[str, Any]], evaluation: Evaluation) -> None:
    assert len(tickets) == 24_918
    assert evaluation.invalid == []
    assert evaluation.warnings == []  # in this log no entry lies before its incident's creation, and all chains join
    assert {result.position for result in evaluation.results} == {
        position for position, ticket in enumerate(tickets) if was_open(ticket)
    }


def was_open(ticket: dict[str, Any]) -> bool:
    """Return whether an incident was ever open up to as_of; some were created as resolved."""
    changes = [(entry["at"], entry["changes"]["status"]) for entry in ticket["history"] if "status" in entry["changes"]]
    first = changes[0][1][0] if changes else ticket["fields"]["status"]
    held = [(ticket["created"], first), *((at, to) for at, (_, to) in changes)]
    return any(at <= AS_OF and status not in {"Resolved", "Closed"} for at, status in held)


def test_a_sample_is_judged_as_the_reference_judges_it(tickets: list[dict[str, Any]], evaluation: Evaluation) -> None:
    sample = range(0, len(tickets), 83)
    expected = by_reference(tomllib.loads(CONFIGURATION), [tickets[position] for position in sample], AS_OF).rows
    got = [result.as_json(segments=True) for result in evaluation.results if result.position in sample]
    assert [shared(row) for row in got] == [shared(row) for row in expected]


def shared(row: dict[str, Any]) -> dict[str, Any]:
    """Return what both the printed row and the reference's have."""
    return {key: value for key, value in row.items() if key not in {"definition", "percent_step", "next_step_at"}}
