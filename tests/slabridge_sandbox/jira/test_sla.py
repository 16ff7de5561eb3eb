"""SLAs of requests: cycles, goals and calendars, and how the API gives them."""

from typing import Any

from sla_engine.instant import HOUR, MINUTE
from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import NOW, OPENING, Client

RESPONSE, RESOLUTION = "customfield_10030", "customfield_10031"
ACTIVE, RESOLVED = {"state": "Active"}, {"state": "Resolved"}
URGENT = {**OPENING, "priority": "1 - Critical"}


def at(jira: Client, minutes: int, field: str = RESOLUTION) -> dict[str, Any]:
    """Return an SLA of the first issue as it is so long after NOW, which is 09:00 in Stockholm."""
    jira.clock.now = NOW + minutes * MINUTE
    return dict(jira.issue()[field])


def test_a_field_has_the_shape_that_jira_gives(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    sla = at(jira, 60)
    assert sla["_links"] == {"self": f"{jira.url}/rest/servicedeskapi/request/10000/sla/2"}
    assert (sla["id"], sla["name"], sla["completedCycles"]) == ("2", "Time to resolution", [])
    assert sla["ongoingCycle"]["startTime"] == {
        "iso8601": "2026-03-03T09:00:00+0100",
        "jira": "2026-03-03T09:00:00.000+0100",
        "friendly": "03/Mar/26 09:00 AM",
        "epochMillis": NOW,
    }
    assert sla["ongoingCycle"]["elapsedTime"] == {"millis": HOUR, "friendly": "1h 0m"}
    assert set(sla["ongoingCycle"]) == {
        *("startTime", "breachTime", "breached", "paused", "withinCalendarHours"),
        *("goalDuration", "elapsedTime", "remainingTime"),
    }
    (found,) = [field for field in jira.get("field") if field["id"] == RESOLUTION]
    assert (found["name"], found["schema"]["type"]) == ("Time to resolution", "sd-servicelevelagreement")
    assert found["schema"]["custom"] == "com.atlassian.servicedesk:sd-sla-field"


def test_a_stop_completes_the_cycle_and_leaving_it_again_begins_one_from_zero(jira: Client) -> None:
    jira.story("A", (0, OPENING), (30, ACTIVE), (60, RESOLVED), (120, ACTIVE))
    sla = at(jira, 180)
    (completed,) = sla["completedCycles"]
    assert completed["stopTime"]["epochMillis"] == NOW + HOUR
    assert (completed["elapsedTime"]["millis"], completed["breached"]) == (HOUR, False)
    assert sla["ongoingCycle"]["startTime"]["epochMillis"] == NOW + 2 * HOUR
    assert sla["ongoingCycle"]["elapsedTime"]["millis"] == HOUR
    assert "ongoingCycle" not in at(jira, 180, RESPONSE)


def test_an_answer_of_an_agent_to_the_customer_is_a_first_response(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    jira.clock.now = NOW + 5 * MINUTE
    jira.act("comment", issue="ITSM-1", body="Internal.", by="Agent 7", internal=True)
    jira.act("comment", issue="ITSM-1", body="Hello?", by="Caller 1", type="customer")
    assert "ongoingCycle" in at(jira, 6, RESPONSE)
    jira.act("comment", issue="ITSM-1", body="We look into it.", by="Agent 7")
    (completed,) = at(jira, 7, RESPONSE)["completedCycles"]
    assert completed["stopTime"]["epochMillis"] == NOW + 6 * MINUTE


def test_a_pause_stops_the_time_and_hides_the_breach_time(jira: Client) -> None:
    jira.story("A", (0, OPENING), (60, {"state": "Awaiting User Info"}), (180, ACTIVE))
    paused = at(jira, 120)["ongoingCycle"]
    assert (paused["paused"], paused["elapsedTime"]["millis"]) == (True, HOUR)
    assert "breachTime" not in paused
    resumed = at(jira, 240)["ongoingCycle"]
    assert (resumed["paused"], resumed["elapsedTime"]["millis"]) == (False, 2 * HOUR)


def test_stop_is_stronger_than_pause_and_start(jira: Client) -> None:
    jira.story("A", (0, {**OPENING, **RESOLVED}), (10, ACTIVE))
    sla = at(jira, 20)
    assert sla["completedCycles"] == []
    assert sla["ongoingCycle"]["startTime"]["epochMillis"] == NOW + 10 * MINUTE


def test_time_after_the_goal_is_negative(jira: Client) -> None:
    jira.story("A", (0, URGENT))
    reached = at(jira, 240)["ongoingCycle"]
    assert (reached["breached"], reached["remainingTime"]["millis"]) == (False, 0)
    late = at(jira, 300)["ongoingCycle"]
    assert (late["breached"], late["remainingTime"]) == (True, {"millis": -HOUR, "friendly": "-1h 0m"})
    assert late["breachTime"]["epochMillis"] == NOW + 4 * HOUR


def test_a_goal_counts_by_its_own_calendar(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    evening = at(jira, 11 * 60)["ongoingCycle"]
    assert (evening["withinCalendarHours"], evening["elapsedTime"]["millis"]) == (False, 10 * HOUR)
    jira.act("edit", issue="ITSM-1", fields={"priority": {"id": "1"}})
    always = at(jira, 11 * 60)["ongoingCycle"]
    assert (always["withinCalendarHours"], always["elapsedTime"]["millis"]) == (True, 11 * HOUR)
    assert (always["goalDuration"]["millis"], always["breached"]) == (4 * HOUR, True)


def test_new_goals_are_for_cycles_that_go_on_and_completed_ones_keep_theirs(jira: Client) -> None:
    jira.story("A", (0, OPENING), (60, RESOLVED))
    jira.story("B", (0, OPENING))
    jira.clock.now = NOW + 2 * HOUR
    goals = {"metric": "Time to resolution", "goals": [{"within": "2h"}]}
    assert jira.session.post(f"{jira.url}/sandbox/sla-goals", json=goals, timeout=PATIENCE).status_code == 204
    assert at(jira, 121)["completedCycles"][0]["goalDuration"]["millis"] == 36 * HOUR
    assert jira.issue("ITSM-2")[RESOLUTION]["ongoingCycle"]["goalDuration"]["millis"] == 2 * HOUR
    wrong = jira.session.post(f"{jira.url}/sandbox/sla-goals", json=goals | {"metric": "Time"}, timeout=PATIENCE)
    assert (wrong.status_code, "Time to resolution" in wrong.json()["error"]) == (400, True)


def test_without_a_goal_that_fits_there_is_no_cycle(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    goals = {"metric": "Time to resolution", "goals": [{"priorities": [1], "within": "2h"}]}
    jira.session.post(f"{jira.url}/sandbox/sla-goals", json=goals, timeout=PATIENCE)
    assert set(at(jira, 60)) == {"id", "name", "_links", "completedCycles"}


def test_searches_and_bulk_reads_give_the_fields_unless_the_switch_says_null(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    single = at(jira, 60)

    def bulk() -> list[Any]:
        search = jira.post("search/jql", {"jql": "project = ITSM", "fields": [RESOLUTION]})
        fetched = jira.post("issue/bulkfetch", {"issueIdsOrKeys": ["10000"], "fields": [RESOLUTION]})
        return [answer["issues"][0]["fields"][RESOLUTION] for answer in (search, fetched)]

    assert bulk() == [single, single]
    jira.site.switches.sla_null_in_bulk = True
    assert bulk() == [None, None]
    assert jira.issue()[RESOLUTION] == single


def test_agents_are_given_all_slas_of_a_request(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    jira.clock.now = NOW + HOUR
    url = f"{jira.url}/rest/servicedeskapi/request/ITSM-1/sla"
    page = jira.session.get(url, auth=jira.auth, timeout=PATIENCE).json()
    assert (page["size"], page["start"], page["limit"], page["isLastPage"]) == (2, 0, 50, True)
    assert page["values"] == [jira.issue()[RESPONSE], jira.issue()[RESOLUTION]]
    second = jira.session.get(url, params={"start": 1, "limit": 1}, auth=jira.auth, timeout=PATIENCE).json()
    assert ([sla["name"] for sla in second["values"]], second["isLastPage"]) == (["Time to resolution"], True)
    assert jira.session.get(f"{url}/2", auth=jira.auth, timeout=PATIENCE).json() == jira.issue()[RESOLUTION]
    assert jira.session.get(f"{url}/9", auth=jira.auth, timeout=PATIENCE).status_code == 404


def test_who_is_no_agent_is_refused_and_other_projects_have_no_slas(jira: Client) -> None:
    jira.story("A", (0, OPENING))
    url = f"{jira.url}/rest/servicedeskapi/request/10000/sla"
    jira.site.switches.withheld = ("SERVICEDESK_AGENT",)
    assert jira.session.get(url, auth=jira.auth, timeout=PATIENCE).status_code == 403
    jira.act("move", issue="ITSM-1", project="DEV", type="software")
    assert jira.session.get(url, auth=jira.auth, timeout=PATIENCE).status_code == 404
    assert jira.issue()[RESOLUTION] is None
    assert jira.session.get(url, timeout=PATIENCE).status_code == 401


def test_data_center_gives_them_as_well(server: Client) -> None:
    server.story("A", (0, OPENING))
    server.clock.now = NOW + HOUR
    found = server.get("search", jql="project = ITSM", fields=RESOLUTION)["issues"][0]["fields"][RESOLUTION]
    assert found["ongoingCycle"]["elapsedTime"]["millis"] == HOUR
    url = f"{server.url}/rest/servicedeskapi/request/ITSM-1/sla"
    assert server.session.get(url, auth=server.auth, timeout=PATIENCE).json()["size"] == 2
