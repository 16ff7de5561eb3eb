"""Scenarios: a world, the runs before, and the run that is disturbed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sla_engine.instant import HOUR, MINUTE
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.chained import chained
from tests.slabridge.run.job import NOON, TOOLS, alone, number_of
from tests.slabridge_sandbox.logs import history, write

Change = Callable[[str], str]
"""What becomes of the configuration's text."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """At `runs` the job ran undisturbed; at `at` it is disturbed; `AFTER` that it runs once more.

    `change` makes the configuration of the disturbed run, `always` that of all. With `linked` each incident names the
    issue of its number, from the first run on.
    """

    name: str
    at: int
    runs: tuple[int, ...] = ()
    tools: tuple[str, ...] = ("snow", "jira")
    change: Change = str
    always: Change = str
    linked: bool = False


HOURS = """
[calendars.notes]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-12:00", "14:00-20:00"] }
"""
"""Closed at noon (UTC), for an hour."""


def waiting(rule: str) -> Change:
    """Return what lets comments wait: `quiet` and `only` beside their visibility; OLA and SLA then come together."""

    def changed(text: str) -> str:
        text = text.replace('visibility = "internal"\n', f'visibility = "internal"\n{rule}\n')
        return text.replace('targets = "8h"', 'targets = "3h"') + HOURS

    return changed


LADDER = """
[receivers.duty]
to = { env = "NOT_READ" }
every = "0s"
[[notify]]
ladder = [{ at = "50%", to = "duty" }, { at = "at_risk", to = "duty" }, { at = "breached", to = "duty" }]
"""

PAGES = """
[web]
url = "https://sla.acme.com"
"""

AFTER = 3 * MINUTE
"""By then what was unclear has settled, and nothing has changed its status by time alone: both ways tell the same."""

SCENARIOS = (
    Scenario("first load", at=NOON + 3 * HOUR, always=lambda text: text + PAGES),
    Scenario("first load of tickets that stand alone", at=NOON + 3 * HOUR, always=alone),
    Scenario("a busy day", at=NOON + 3 * HOUR, runs=(NOON,), tools=("snow",), always=waiting('quiet = "3h"')),
    Scenario(
        "re-opened tickets",
        at=NOON + 50 * MINUTE,
        runs=(NOON,),
        tools=("jira",),
        change=lambda text: text + PAGES,
        always=waiting('only = "notes"'),
    ),
    Scenario(
        "both tools together",
        at=NOON + 65 * MINUTE,
        runs=(NOON, NOON + 50 * MINUTE),
        always=waiting('only = "notes"'),
    ),
    Scenario("linked tickets", at=NOON + 3 * HOUR, runs=(NOON,), always=chained, linked=True),
    Scenario(
        "a definition change",
        at=NOON + 51 * MINUTE,
        runs=(NOON, NOON + 50 * MINUTE),
        change=lambda text: text.replace('within = "4h", calendar', 'within = "2h", calendar'),
    ),
    Scenario("messages", at=NOON + 3 * HOUR, runs=(NOON, NOON + 40 * MINUTE), always=lambda text: text + LADDER),
)


def day(folder: Path) -> SandboxOptions:
    """Return a sandbox where both tools have the same incidents, at noon of a busy day."""
    lives = (
        [_opened("10:00", team="Mail", priority="1 - Critical"), _state("10:05", "Active")],
        [_opened("10:30"), _state("11:00", "Awaiting User Info"), _state("14:10", "Active")],
        [_opened("11:10"), _state("11:30", "Resolved")],
        [_opened("09:00", team="Mail"), _state("09:20", "Active"), _update("12:20", assignment_group="Network")],
        [_opened("08:30"), _state("11:20", "Resolved"), _state("12:40", "Active"), _state("16:30", "Resolved")],
        [_opened("13:30", priority="2 - High"), _state("13:45", "Active"), _update("16:00", priority="1 - Critical")],
        [_opened("08:00", day="2016-02-18"), _state("09:00", "Resolved", day="2016-02-18")],
    )
    histories = [
        history(number_of(tool, n), *updates, category="Software", **opened)
        for tool in TOOLS.values()
        for n, (opened, *updates) in enumerate(lives)
    ]
    return SandboxOptions(log=write(folder / "log.csv", *histories), share=0.5, start=NOON)


def _opened(time: str, day: str = "2016-03-01", team: str = "Network", **more: str) -> dict[str, str]:
    return {"opened_at": f"{day} {time}:00", "assignment_group": team, **more}


def _update(time: str, day: str = "2016-03-01", **more: str) -> dict[str, str]:
    return {"sys_updated_at": f"{day} {time}:00", **more}


def _state(time: str, state: str, day: str = "2016-03-01") -> dict[str, str]:
    return _update(time, day, incident_state=state)
