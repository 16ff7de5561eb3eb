"""What the SLA settings of a service project show."""

from typing import Any

import requests

from sla_engine.instant import HOUR
from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import Client

METRICS = "servicedesk/1/servicedesk/agent/ITSM/sla/metrics"
CALENDARS = "workinghours/1/api/calendar/ITSM"


def ask(jira: Client, path: str) -> requests.Response:
    return requests.get(f"{jira.url}/rest/{path}", auth=jira.auth, timeout=PATIENCE)


def shown(jira: Client, path: str, name: str) -> list[dict[str, Any]]:
    answer = ask(jira, path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()[name])


def test_metrics_show_the_conditions_and_goals_that_count(jira: Client) -> None:
    response, resolution = shown(jira, METRICS, "timeMetrics")
    assert [one["conditionId"] for one in response["config"]["definition"]["start"]] == ["issue-created-hit-condition"]
    assert resolution["config"]["definition"]["pause"][0]["factoryKey"] == "status-sla-condition-factory"
    assert resolution["config"]["goals"][0] == {
        "jqlQuery": "priority = Highest",
        "duration": 4 * HOUR,
        "calendarId": -1,
        "defaultGoal": False,
    }
    assert resolution["config"]["goals"][-1]["defaultGoal"]


def test_calendars_show_hours_and_whole_closed_dates(jira: Client) -> None:
    desk, office = shown(jira, CALENDARS, "calendars")
    assert {"weekday": "THURSDAY", "start": int(8.5 * HOUR), "end": 19 * HOUR} in desk["workingTimes"]
    assert {"name": "Closed 2026-06-05", "iso8601Date": "2026-06-05", "recurring": False} in desk["holidays"]
    assert office["holidays"] == []


def test_who_does_not_administer_the_project_sees_neither(jira: Client) -> None:
    jira.site.switches.withheld = ("ADMINISTER_PROJECTS",)
    assert [ask(jira, path).status_code for path in (METRICS, CALENDARS)] == [403, 403]
    assert ask(jira, METRICS.replace("ITSM", "NONE")).status_code == 404
