"""Incidents that wait for an issue in the Jira, and the issues: people work on them as they do on those of a real log.

The incident is handed to nobody: its team looks at it, writes an issue for another team, and waits until that is done.
One of the pairs goes wrong. The issue knows the incident by its number.
"""

from collections.abc import Iterator
from typing import NamedTuple

from slabridge_sandbox.instant import MINUTE
from slabridge_sandbox.story import Event


class _Pair(NamedTuple):
    """Two stories whose numbers put one into the ServiceNow and one into the Jira; times in minutes from the start."""

    incident: str
    issue: str
    team: str
    opened: int
    waits: int
    worked_on: int
    fixed: int
    ended: int
    summary: str


_PAIRS = (
    _Pair("INC9000099", "INC9000331", "Integration", 25, 55, 110, 610, 635, "Payments are not booked"),
    _Pair("INC9000238", "INC9000618", "Cloud Platform", 90, 140, 160, 290, 320, "Reports of yesterday are missing"),
)
_OPENED = {
    "state": "New",
    "priority": "2 - High",
    "impact": "2 - Medium",
    "urgency": "1 - High",
    "contact_type": "Phone",
    "category": "ERP",
}


def pairs(start: int) -> Iterator[Event]:
    """Yield what happens to the pairs from `start` (ms UTC) on, in time order."""
    events = [event for pair in _PAIRS for event in _events(pair, start)]
    yield from sorted(events, key=lambda event: (event.at, event.story, event.seq))


def _events(pair: _Pair, start: int) -> Iterator[Event]:
    def at(minutes: int) -> int:
        return start + minutes * MINUTE

    desk, developer, caller = "Mia Berg", "Jonas Lind", "Eva Holm"
    of_desk = {"assignment_group": "Service Desk", "caller": caller, "short_description": pair.summary}
    yield Event(at(pair.opened), pair.incident, 1, desk, {**_OPENED, **of_desk}, opens=True)
    yield Event(at(pair.opened + 12), pair.incident, 2, desk, {"state": "Active", "assigned_to": desk})
    of_team = {"assignment_group": pair.team, "caller": desk, "incident": pair.incident}
    yield Event(at(pair.waits - 2), pair.issue, 1, desk, {**_OPENED, **of_team}, opens=True)
    yield Event(at(pair.waits), pair.incident, 3, desk, {"state": "Awaiting Problem"})
    yield Event(at(pair.worked_on), pair.issue, 2, developer, {"state": "Active", "assigned_to": developer})
    yield Event(at(pair.fixed), pair.issue, 3, developer, {"state": "Resolved"})
    yield Event(at(pair.fixed + 8), pair.incident, 4, desk, {"state": "Active"})
    yield Event(at(pair.ended), pair.incident, 5, desk, {"state": "Resolved", "close_code": "Solved (Permanently)"})
