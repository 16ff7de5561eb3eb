"""What reports ask the tools for when they are made: outages of a ServiceNow, answers of both."""

import pytest
import requests

from sla_engine.instant import HOUR
from slabridge.app.asked import Asked
from slabridge.app.report import of_state
from slabridge.config import ConfigError
from slabridge.show.report_page import page_of
from tests.patience import PATIENCE
from tests.slabridge.run.job import NOON, Job


@pytest.fixture
def job(reported: Job) -> Job:
    return reported


def id_of(job: Job, table: str, query: str) -> str:
    """Return the `sys_id` of the one row of the table that the query finds."""
    endpoint = job.sandbox.servicenow
    answer = requests.get(
        f"{endpoint.url}/api/now/table/{table}",
        params={"sysparm_query": query},
        auth=(endpoint.user, endpoint.secret),
        timeout=PATIENCE,
    )
    (row,) = answer.json()["result"]
    return str(row["sys_id"])


def test_outages_of_a_servicenow_are_read_and_one_that_cannot_be_is_said(job: Job) -> None:
    job.replace("outages = [{ tickets", 'outages = [{ servicenow = "snow", ci = ["Mail gateway"] }, { tickets')
    job.run_at(NOON + 5 * HOUR)
    found = of_state(job.config(), Asked("2016-03"))
    (text,) = map(str, found.lacking)
    assert "outages of desk were not read" in text
    assert "no configuration item (cmdb_ci) that the account may read is named 'Mail gateway'" in text
    job.call("POST", "cmdb_ci", name="Mail gateway")
    outage = {
        "cmdb_ci": id_of(job, "cmdb_ci", "name=Mail gateway"),
        "type": "outage",
        "begin": "2016-03-01 08:00:00",
        "end": "2016-03-01 09:00:00",
    }
    job.call("POST", "cmdb_ci_outage", number="OUT1", **outage)
    job.call("POST", "cmdb_ci_outage", number="OUT2", **{**outage, "begin": ""})
    found = of_state(job.config(), Asked("2016-03"))
    assert found.lacking == ["the outage OUT2 of snow is left out: begin is '', which is no date and time"]
    (one,) = found.document["availability"]
    assert [(row["ref"], row["kind"], row["source"]) for row in one["records"] if row["source"] == "snow"] == [
        ("OUT1", "down", "snow")
    ]
    assert one["number"] >= 1


def test_a_tool_that_refuses_us_is_said_for_each_service_and_the_report_is_made(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.replace("outages = [{ tickets", 'outages = [{ servicenow = "snow", ci = ["Mail gateway"] }, { tickets')
    job.run_at(NOON + 5 * HOUR)
    monkeypatch.setenv("SNOW_PASSWORD", "wrong")
    found = of_state(job.config(), Asked("2016-03"))
    (text,) = map(str, found.lacking)
    assert text.startswith("outages of desk were not read: ")
    assert "401" in text
    assert found.document["summary"]


def test_outages_are_those_of_a_servicenow_that_the_file_has(job: Job) -> None:
    job.replace("outages = [{ tickets", 'outages = [{ servicenow = "jira", ci = ["Gate"] }, { tickets')
    with pytest.raises(
        ConfigError,
        match=r'services.desk.outages\[0\].servicenow .*is no connection to a ServiceNow; .*"snow"|known: snow',
    ):
        job.config()


def test_answers_of_both_tools_are_read_and_what_cannot_be_asked_is_said(job: Job) -> None:
    job.text += (
        '[satisfaction]\nsources = [{ jira = "jira" }, { servicenow = "snow", survey = "Desk", question = "How?" }]\n'
    )
    job.run_at(NOON + 5 * HOUR)
    found = of_state(job.config(), Asked("2016-03"))
    (text,) = map(str, found.lacking)
    assert "answers about satisfaction were not read" in text
    assert "named 'Desk'" in text
    with job.connections() as pairs:
        mine = {connection.name: natives[0] for connection, _, natives in pairs}
    job.do("rate", mine["jira"].key, rating=4)
    job.call("POST", "asmt_metric_type", name="Desk")
    survey = id_of(job, "asmt_metric_type", "name=Desk")
    job.call("POST", "asmt_metric", name="How?", metric_type=survey)
    sent = {"metric_type": survey, "task_id": mine["snow"].id, "state": "complete"}
    job.call("POST", "asmt_assessment_instance", number="A1", taken_on="2016-03-01 14:00:00", **sent)
    answer = {
        "instance": id_of(job, "asmt_assessment_instance", "number=A1"),
        "metric": id_of(job, "asmt_metric", "name=How?"),
    }
    job.call("POST", "asmt_assessment_instance_question", value="2", **answer)
    found = of_state(job.config(), Asked("2016-03"))
    assert not found.lacking
    grades = [[row["grade"] for row in one["ratings"]] for one in found.document["satisfaction"]]
    assert grades == [[4], [2]]
    assert [one["asked"] for one in found.document["satisfaction"]] == [None, 1]
    assert "mean 4.00 of 1 answers" in page_of(found.document)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('{ jira = "snow" }', r"sources\[0\].jira: .*is no connection to a Jira"),
        ('{ servicenow = "jira", survey = "D", question = "H" }', r"servicenow: .*is no connection to a ServiceNow"),
    ],
)
def test_answers_are_those_of_a_tool_that_the_file_has(job: Job, source: str, words: str) -> None:
    job.text += f"[satisfaction]\nsources = [{source}]\n"
    with pytest.raises(ConfigError, match=words):
        job.config()
