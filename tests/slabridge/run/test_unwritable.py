"""What a tool would not take is said once a cause, before it is written, and quarantines no ticket."""

import pytest
from structlog.testing import capture_logs

from sla_engine.instant import MINUTE
from slabridge.exit import Exit
from slabridge.show import logs as logging
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.databases import rows


@pytest.fixture(autouse=True)
def loud() -> None:
    logging.configure("warning", "console")


@pytest.fixture
def slip(job: Job) -> Job:
    """Give a job whose Jira has no option of the name that the configuration gives to what is on track or met."""
    head, jira = job.text.split("[connections.jira]")
    job.text = head + "[connections.jira]" + jira.replace('"On track"', '"On trakc"').replace('"Met"', '"Mett"')
    job.sandbox.move_to(NOON)
    return job


def test_one_cause_is_one_error_with_a_count_and_the_plan_lists_what_the_run_then_does(slip: Job) -> None:
    with capture_logs() as logs:
        planned = slip.rehearse()
    errors = [log for log in logs if log["event"] == "value not writable"]
    assert {log["connection"] for log in errors} == {"jira"}
    assert len(errors) == len({(log["field"], log["reason"]) for log in errors})
    assert planned.exit_code is Exit.PARTIAL
    with capture_logs() as logs:
        report = slip.run()
    assert [log for log in logs if log["event"] == "value not writable"] == errors
    assert not [log for log in logs if log["event"] == "write refused"]
    (jira,) = [tally for tally in report.tallies if tally.connection == "jira"]
    assert (jira.exit_code, jira.quarantined, jira.refused) == (Exit.PARTIAL, 0, 0)
    assert jira.unwritable > 1
    fields = sum(len(action.changes) for name, action in planned.actions if name == "jira")
    assert fields == jira.fields_written > 0
    assert not [
        name for name, action in planned.actions if any(c.after in {"On trakc", "Mett"} for c in action.changes)
    ]


def test_it_is_said_until_it_is_mended_and_then_written_without_anybody_asking(slip: Job) -> None:
    slip.run()
    slip.sandbox.move_to(NOON + MINUTE)
    assert slip.run().exit_code is Exit.PARTIAL
    before = rows(slip.place, "SELECT count(*) FROM ticket WHERE pending")
    assert before[0][0]
    slip.text = slip.text.replace("On trakc", "On track").replace("Mett", "Met")
    slip.sandbox.move_to(NOON + 2 * MINUTE)
    report = slip.run()
    assert report.exit_code is Exit.COMPLETE
    assert sum(tally.fields_written for tally in report.tallies) > 0


@pytest.fixture
def dropdown(job: Job) -> Job:
    """Give a job that writes a status into a dropdown of ServiceNow, which offers all but one."""
    head, rest = job.text.split("[connections.jira]")
    job.text = head.replace('field = "u_sla_status"', 'field = "close_code"') + "[connections.jira]" + rest
    for value in ("At risk", "Breached", "Met", "Paused", "Cancelled"):
        job.call("POST", "sys_choice", name="incident", element="close_code", value=value, label=value)
    job.sandbox.move_to(NOON)
    return job


def test_a_value_that_a_dropdown_of_servicenow_does_not_offer_is_held_back_and_said_once(dropdown: Job) -> None:
    with capture_logs() as logs:
        report = dropdown.run()
    (error,) = [log for log in logs if log["event"] == "value not writable"]
    assert (error["connection"], error["field"]) == ("snow", "close_code")
    assert "offers no choice 'On track'" in error["reason"]
    (snow,) = [tally for tally in report.tallies if tally.connection == "snow"]
    assert (snow.exit_code, snow.quarantined) == (Exit.PARTIAL, 0)
    assert snow.fields_written > 0
    dropdown.call("POST", "sys_choice", name="incident", element="close_code", value="On track", label="On track")
    dropdown.sandbox.move_to(NOON + MINUTE)
    assert dropdown.run().exit_code is Exit.COMPLETE


def test_a_field_that_only_suggests_choices_takes_any_value(job: Job) -> None:
    job.sandbox.move_to(NOON)
    job.call("POST", "sys_choice", name="incident", element="u_sla_status", value="Red", label="Red")
    assert job.run().exit_code is Exit.COMPLETE
