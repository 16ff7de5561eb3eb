"""SLAs of requests: fields of issues of service projects, and what servicedeskapi answers an agent.

They are worked out from an issue's history when somebody asks.
"""

from functools import partial
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from slabridge_sandbox.duration import parse_duration
from slabridge_sandbox.hours import HOURS
from slabridge_sandbox.instant import DAY, HOUR, MINUTE, moment_of
from slabridge_sandbox.jira import http, sla_settings
from slabridge_sandbox.jira.catalogue import PROJECT_TYPE, Field
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.index import IssueRow
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.sla_metric import (
    Cycle,
    EventFields,
    Goal,
    IssueEvent,
    SlaMetric,
    cycles,
    events_of,
    metrics,
)

_KIND = "sd-servicelevelagreement"
_CUSTOM = "com.atlassian.servicedesk:sd-sla-field"
_FORBIDDEN = "You do not have permission to view the SLAs of this request: only agents of its service project may."
_ABSENT = "The request does not exist, or it is not in a service project."


class _GoalBody(BaseModel):
    priorities: list[int] = []
    within: str
    hours: str = ""


class _GoalsBody(BaseModel):
    metric: str
    goals: list[_GoalBody]


class Slas:
    """The SLA metrics of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._metrics = metrics()

    def create(self) -> None:
        """Add a field for each metric."""
        for metric in self._metrics:
            id_ = f"customfield_{metric.number}"
            field = Field(id_, metric.name, _KIND, (), custom=_CUSTOM, stored=False)
            self._site.fields.add(field, partial(self._field, metric))

    def routes(self, below: str) -> list[BaseRoute]:
        """Return the routes of servicedeskapi, and of the pages on which an administrator sees the metrics."""
        operations: tuple[Operation, ...] = (
            ("GET", "/request/{issue}/sla", self._all),
            ("GET", "/request/{issue}/sla/{metric}", self._one),
        )
        prefix = f"{below}/rest/servicedeskapi"
        shown = sla_settings.routes(self._site, self._metrics, below)
        return [*http.route(self._site, prefix, 0, operations, anonymous=False), *shown]

    def goals_route(self) -> BaseRoute:
        """Return the route that sets the goals of a metric from now on."""

        async def answer(request: Request) -> Response:
            try:
                self._set_goals(_GoalsBody.model_validate_json(await request.body()))
            except (ValidationError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 400)
            return Response(status_code=204)

        return Route("/sandbox/sla-goals", answer, methods=["POST"])

    def _set_goals(self, asked: _GoalsBody) -> None:
        metric = next((each for each in self._metrics if each.name == asked.metric), None)
        if metric is None or not {goal.hours for goal in asked.goals} <= {"", *HOURS}:
            raise ValueError(f"metrics are {[each.name for each in self._metrics]}, hours {['', *HOURS]}")
        goals = (Goal(frozenset(goal.priorities), parse_duration(goal.within), goal.hours) for goal in asked.goals)
        metric.goals.append((self._site.clock.now, tuple(goals)))

    def _field(self, metric: SlaMetric, call: Call, row: IssueRow) -> dict[str, Any] | None:
        """Return the value of a metric's field; where the switch says so, none unless one issue is asked for."""
        if not self._is_request(row) or (self._site.switches.sla_null_in_bulk and "issue" not in call.path):
            return None
        return self._sla(call, row, metric)

    def _is_request(self, row: IssueRow) -> bool:
        return self._site.names.projects[row["project"]].type == PROJECT_TYPE

    def _all(self, call: Call) -> Answer:
        row = self._request(call)
        start, limit = call.number("start", 0), call.number("limit", 50)
        values = [self._sla(call, row, metric) for metric in self._metrics]
        page = values[start : start + limit]
        here = f"{call.base}/rest/servicedeskapi/request/{call.path['issue']}/sla"
        return Answer(
            {
                "_expands": [],
                "size": len(page),
                "start": start,
                "limit": limit,
                "isLastPage": start + len(page) >= len(values),
                "_links": {"base": call.base, "context": "", "self": here},
                "values": page,
            }
        )

    def _one(self, call: Call) -> Answer:
        row = self._request(call)
        for metric in self._metrics:
            if str(metric.id) == call.path["metric"]:
                return Answer(self._sla(call, row, metric))
        raise Problem(404, "The SLA metric does not exist.")

    def _request(self, call: Call) -> IssueRow:
        """Return the issue that is asked for."""
        (row,) = self._site.issues([call.issue()])
        if not self._is_request(row):
            raise Problem(404, _ABSENT)
        if not self._site.permissions.holds("SERVICEDESK_AGENT", row["project"]):
            raise Problem(403, _FORBIDDEN)
        return row

    def _sla(self, call: Call, row: IssueRow, metric: SlaMetric) -> dict[str, Any]:
        now = self._site.clock.now
        found = list(cycles(metric, self._events(row, now), now))
        link = f"{call.base}/rest/servicedeskapi/request/{row['id']}/sla/{metric.id}"
        content: dict[str, Any] = {
            "id": str(metric.id),
            "name": metric.name,
            "_links": {"self": link},
            "completedCycles": [self._completed(cycle) for cycle in found if cycle.stop is not None],
        }
        if found and found[-1].stop is None:
            content["ongoingCycle"] = self._ongoing(found[-1], now)
        return content

    def _completed(self, cycle: Cycle) -> dict[str, Any]:
        breach = cycle.breach(cycle.stop or 0)
        return {
            "startTime": self._date(cycle.start),
            "stopTime": self._date(cycle.stop or 0),
            **({} if breach is None else {"breachTime": self._date(breach)}),
            "breached": breach is not None and (cycle.stop or 0) > breach,
            **_durations(cycle),
        }

    def _ongoing(self, cycle: Cycle, now: int) -> dict[str, Any]:
        breach = cycle.breach(now)
        return {
            "startTime": self._date(cycle.start),
            **({} if breach is None else {"breachTime": self._date(breach)}),
            "breached": breach is not None and now > breach,
            "paused": cycle.paused,
            "withinCalendarHours": cycle.hours.open_at(now),
            **_durations(cycle),
        }

    def _date(self, at: int) -> dict[str, Any]:
        local = moment_of(at).astimezone(self._site.zone)
        return {
            "iso8601": f"{local:%Y-%m-%dT%H:%M:%S%z}",
            "jira": self._site.stamp(at),
            "friendly": f"{local:%d/%b/%y %I:%M %p}",
            "epochMillis": at,
        }

    def _events(self, row: IssueRow, now: int) -> list[IssueEvent]:
        """Return what happened to an issue until now, in order."""
        histories = self._site.db.execute(
            "SELECT at, items FROM histories WHERE issue = ? AND at <= ? ORDER BY at, id", (row["id"], now)
        ).fetchall()
        held = {"status": row["status"], "priority": row["priority"], "resolution": row["resolution"]}
        changes: list[EventFields] = []
        first = dict(held)
        for at, items in reversed([(at, orjson.loads(items)) for at, items in histories]):
            change: dict[str, object] = {}
            for name, before, _, after, *_ in items:
                if name not in held:
                    continue
                first[name] = None if before is None else int(before)
                if name == "resolution":
                    change |= {"resolved": after is not None, "reopened": after is None}
                else:
                    change[name] = int(after)
                    change |= {"moved": True} if name == "status" else {}
            changes.append((at, change))
        changes.reverse()
        changes += [(at, {"answered": True}) for at in self._answers(row, now)]
        created = IssueEvent(
            row["created"], first["status"], first["priority"], created=True, resolved=first["resolution"] is not None
        )
        return events_of(created, changes)

    def _answers(self, row: IssueRow, now: int) -> list[int]:
        """Return when agents wrote what customers see."""
        found = self._site.db.execute(
            "SELECT created, author, properties FROM comments WHERE issue = ? AND created <= ?", (row["id"], now)
        )
        return [
            at
            for at, author, properties in found
            if author != row["reporter"] and self._site.names.accounts[author].type == "atlassian"
            if orjson.loads(properties).get("sd.public.comment", {}).get("internal") not in {True, "true"}
        ]


def _durations(cycle: Cycle) -> dict[str, Any]:
    goal, elapsed = cycle.goal.within, cycle.elapsed
    amounts = {"goalDuration": goal, "elapsedTime": elapsed, "remainingTime": goal - elapsed}
    return {name: {"millis": ms, "friendly": _friendly(ms)} for name, ms in amounts.items()}


def _friendly(ms: int) -> str:
    """Return a duration as people see it: at most two units."""
    sign, left = ("-" if ms < 0 else ""), abs(ms)
    parts = [f"{left // unit}{name}" for unit, name in ((DAY, "d"),) if left >= unit]
    left %= DAY
    parts += [f"{left // HOUR}h"] if left >= HOUR or parts else []
    parts += [f"{left % HOUR // MINUTE}m"]
    return sign + " ".join(parts[:2])
