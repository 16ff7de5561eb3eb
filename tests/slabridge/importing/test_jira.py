import tomllib
from typing import Any

import pytest

from slabridge.config import load_definitions
from slabridge.importing.document import Imported
from slabridge.importing.finding import Kind
from slabridge.importing.jira.translate import translate
from slabridge.importing.wanted import Wanted
from tests.slabridge.importing.native import HORIZON, refused, said, table

OFFICE = {
    "id": 7,
    "name": "Office",
    "timezone": "Europe/Berlin",
    "workingTimes": [{"weekday": "MONDAY", "start": 28_800_000, "end": 61_200_000}],
    "holidays": [
        {"name": "Christmas", "iso8601Date": "2020-12-25", "recurring": True},
        {"name": "Move", "iso8601Date": "2026-06-05", "recurring": False},
        {"name": "Long ago", "iso8601Date": "2012-06-05", "recurring": False},
    ],
}
CREATED = {"factoryKey": "issue-created-sla-condition-factory", "conditionId": "issue-created-hit-condition"}
SET = {"factoryKey": "resolution-sla-condition-factory", "conditionId": "resolution-set-hit-condition"}
LAST = {"jqlQuery": "", "duration": 3_600_000, "calendarId": -1, "defaultGoal": True}


def metric(
    *goals: dict[str, Any], project: str = "ITSM", name: str = "Time to resolution", **definition: object
) -> dict[str, Any]:
    given = {"start": [CREATED], "stop": [SET], "pause": [], **definition}
    return {"id": 1, "name": name, "project": project, "config": {"definition": given, "goals": list(goals) or [LAST]}}


def imported(*metrics: dict[str, Any]) -> Imported:
    names = {("status", "10"): "Waiting", ("priority", "1"): "Highest"}
    found = translate({"timeMetrics": metrics, "calendars": [OFFICE]}, names, Wanted(None, HORIZON))
    if found.paths("agreements"):
        load_definitions(tomllib.loads(found.text))
    return found


def clock(metric: dict[str, Any]) -> dict[str, Any]:
    return dict(table(imported(metric), "clocks", "time-to-resolution"))


def of_status(id_: str) -> dict[str, str]:
    return {"factoryKey": "status-sla-condition-factory", "conditionId": id_, "name": "A name that nobody reads"}


def test_conditions_are_known_by_their_ids() -> None:
    named = {"factoryKey": "duedate-sla-condition-factory", "conditionId": "duedate-set-match-condition"}
    cleared = {"factoryKey": "resolution-sla-condition-factory", "conditionId": "resolution-cleared-hit-condition"}
    found = clock(metric(start=[CREATED, cleared], stop=[SET, of_status("10")], pause=[of_status("10"), named]))
    assert found == {
        "start": [
            {"event": "created"},
            {"event": "change", "field": "resolution", "resolution": {"set": False}},
        ],
        "stop": [{"resolution": {"set": True}}, {"event": "change", "field": "status", "to": "Waiting"}],
        "pause": [{"duedate": {"set": True}}, {"status": "Waiting"}],
    }


@pytest.mark.parametrize(
    "definition",
    [
        {"start": [{"factoryKey": "x", "conditionId": "from-an-app", "name": "From an app"}]},
        {"pause": [SET]},
        {"stop": [{"factoryKey": "assignee-sla-condition-factory", "conditionId": "assignee-set-hit-condition"}]},
        {"start": []},
    ],
    ids=str,
)
def test_any_other_condition_is_refused_with_its_metric(definition: dict[str, Any]) -> None:
    found = imported(metric(**definition))
    assert (found.paths("agreements"), len(refused(found))) == ([], 1)
    assert "# not translated: Time to resolution" in found.text


def test_goals_in_their_order_become_targets_with_their_calendars() -> None:
    first = {"jqlQuery": 'project = ITSM AND priority in (Highest, "High")', "duration": 5_400_000, "calendarId": 7}
    found = imported(metric(first, LAST, {"jqlQuery": "priority = Low", "calendarId": 7}))
    assert table(found, "agreements", "time-to-resolution", "objectives", "resolution", "targets") == [
        {"when": {"priority": ["Highest", "High"]}, "within": "1h30m", "calendar": "office"},
        {"within": "1h", "calendar": "always"},
    ]
    assert table(found, "calendars", "office") == {
        "timezone": "Europe/Berlin",
        "hours": {"mon": ["08:00-17:00"]},
        "closed": ["12-25", "2026-06-05"],
    }


@pytest.mark.parametrize(
    "jql",
    [
        "priority = Highest OR priority = High",
        "priority != Low",
        "reporter in membersOf(vips)",
        "priority = EMPTY",
        "priority = Highest ORDER BY created",
        "NOT priority = Low",
        "summary ~ urgent",
        "priority",
    ],
)
def test_any_other_jql_is_refused_with_its_text(jql: str) -> None:
    found = imported(metric({"jqlQuery": jql, "duration": 60_000, "calendarId": -1}, LAST))
    [finding] = [one for one in found.findings if one.kind is Kind.UNTRANSLATED]
    assert (finding.column, finding.text) == ("jqlQuery", jql)


def test_a_calendar_that_is_not_there_is_refused() -> None:
    found = imported(metric(LAST | {"calendarId": 99}))
    assert refused(found) == [("calendarId", "is not among the calendars that were read")]


@pytest.mark.parametrize(
    "columns", [{"workingTimes": "always"}, {"timezone": "Mars/Olympus"}, {"holidays": [{"name": "No date"}]}], ids=str
)
def test_a_calendar_of_another_form_is_refused(columns: dict[str, Any]) -> None:
    found = translate(
        {"timeMetrics": [metric(LAST | {"calendarId": 7})], "calendars": [OFFICE | columns]}, {}, Wanted(None, HORIZON)
    )
    assert found.paths("agreements") == []


def test_metrics_of_several_projects_are_told_apart_by_the_project() -> None:
    found = imported(metric(), metric(project="HR"))
    assert [table(found, "agreements", name, "scope") for name in found.paths("agreements")] == [
        {"project": "ITSM"},
        {"project": "HR"},
    ]


def test_of_one_project_the_filter_has_to_say_so() -> None:
    assert any("let `filter` of the connection" in why for why in said(imported(metric()), Kind.CHECK))
