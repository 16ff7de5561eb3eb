"""What the SLA settings of a service project show its administrator: metrics with their goals, and calendars.

Atlassian does not document these two addresses. A calendar of Jira closes whole dates only, so what `hours` closes of
a part of one date is not in it.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from starlette.routing import BaseRoute

from slabridge_sandbox.calendar import WHOLE_DATE, Calendar, Shift
from slabridge_sandbox.hours import HOURS
from slabridge_sandbox.instant import MINUTE
from slabridge_sandbox.jira import http
from slabridge_sandbox.jira.catalogue import PROJECT_TYPE, STATUSES
from slabridge_sandbox.jira.http import Answer, Call, Problem
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.sla_metric import Goal, SlaMetric

_CONDITIONS = {
    "issue-created-hit-condition": ("issue-created", "Issue Created"),
    "comment-for-reporter-hit-condition": ("comment", "Comment: For Customers"),
    "resolution-set-hit-condition": ("resolution", "Resolution: Set"),
    "resolution-cleared-hit-condition": ("resolution", "Resolution: Cleared"),
}
_YEARS = range(2014, 2032)
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_ALWAYS = -1


def routes(site: Site, metrics: Sequence[SlaMetric], below: str) -> list[BaseRoute]:
    """Return the routes of the two addresses below a path."""

    def shown(call: Call) -> Answer:
        _check(call)
        return Answer({"timeMetrics": [_metric(call, metric) for metric in metrics]})

    def calendars(call: Call) -> Answer:
        _check(call)
        found = [_calendar(id_, name, calendar) for id_, (name, calendar) in enumerate(HOURS.items(), start=1)]
        return Answer({"calendars": found})

    agent, hours = f"{below}/rest/servicedesk/1/servicedesk/agent", f"{below}/rest/workinghours/1/api"
    return [
        *http.route(site, agent, 1, (("GET", "/{project}/sla/metrics", shown),), anonymous=False),
        *http.route(site, hours, 1, (("GET", "/calendar/{project}", calendars),), anonymous=False),
    ]


def _check(call: Call) -> None:
    """Refuse who does not administer the project, and what is no service project."""
    project = call.site.names.project(call.path["project"])
    if (
        project is None
        or project.type != PROJECT_TYPE
        or not call.site.permissions.holds("BROWSE_PROJECTS", project.id)
    ):
        raise Problem(404, f"No service project could be found with key '{call.path['project']}'.")
    if not call.site.permissions.holds("ADMINISTER_PROJECTS", project.id):
        raise Problem(403, "You do not have permission to administer this service project.")


def _metric(call: Call, metric: SlaMetric) -> dict[str, Any]:
    pauses = [str(id_) for id_ in sorted(metric.pause)]
    definition = {
        "start": [_condition(id_) for id_ in metric.starts],
        "stop": [_condition(id_) for id_ in metric.stops],
        "pause": [_condition(id_) for id_ in pauses],
    }
    return {
        "id": metric.id,
        "name": metric.name,
        "customFieldId": metric.number,
        "config": {"definition": definition, "goals": [_goal(call, goal) for goal in metric.goals[-1][1]]},
    }


def _condition(id_: str) -> dict[str, str]:
    factory, name = _CONDITIONS[id_] if id_ in _CONDITIONS else ("status", f"Status: {STATUSES[int(id_)][0]}")
    return {
        "pluginKey": "com.atlassian.servicedesk",
        "factoryKey": f"{factory}-sla-condition-factory",
        "conditionId": id_,
        "name": name,
    }


def _goal(call: Call, goal: Goal) -> dict[str, Any]:
    names = [call.site.names.priorities[id_] for id_ in sorted(goal.priorities)]
    return {
        "jqlQuery": f"priority in ({', '.join(names)})"
        if len(names) > 1
        else f"priority = {names[0]}"
        if names
        else "",
        "duration": goal.within,
        "calendarId": list(HOURS).index(goal.hours) + 1 if goal.hours else _ALWAYS,
        "defaultGoal": not names,
    }


def _calendar(id_: int, name: str, calendar: Calendar) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "timezone": calendar.zone.key,
        "workingTimes": [
            {"weekday": _WEEKDAYS[weekday], "start": start * MINUTE, "end": end * MINUTE}
            for weekday, shifts in enumerate(calendar.weekly)
            for shift in shifts
            for start, end in _without(shift, calendar.weekly_excluded.get(weekday, ()))
        ],
        "holidays": [
            {"name": f"Closed {day}", "iso8601Date": day.isoformat(), "recurring": False} for day in _closed(calendar)
        ],
    }


def _without(shift: Shift, excluded: Sequence[Shift]) -> Iterator[Shift]:
    """Yield what exclusions, in order, leave of a shift."""
    start, end = shift
    for begin, until in excluded:
        if start < begin:
            yield start, min(begin, end)
        start = max(start, until)
    if start < end:
        yield start, end


def _closed(calendar: Calendar) -> Iterator[date]:
    for year in _YEARS:
        for day in (date(year, 1, 1) + timedelta(days=n) for n in range(366)):
            if day.year == year and (day in calendar.holidays or WHOLE_DATE in calendar.excluded.get(day, ())):
                yield day
