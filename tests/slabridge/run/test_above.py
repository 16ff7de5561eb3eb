"""What stands above and below a ticket, in its fields and comments, in both tools."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connectors.interface import NativeTicket
from sla_engine.instant import HOUR, MINUTE
from slabridge.app.explain import Explainer, explain
from slabridge.exit import Exit
from slabridge.run.context import Context
from slabridge.run.linking import read_linked
from slabridge.show import logs as logging
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.chained import chained
from tests.slabridge.run.job import NOON, Job, markers_on, small, tally
from tests.slabridge.run.test_damage import damage


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """Give a job that writes on issues what stands above them, and on incidents who has their time."""
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text = chained(job.text)
        yield job


def held(job: Job, name: str, ticket: NativeTicket) -> dict[str, str | None]:
    found = now(job, name, ticket)
    return {field: value for field, value in found.written.items() if value is not None}


def now(job: Job, name: str, ticket: NativeTicket) -> NativeTicket:
    with job.connections() as found:
        (tool,) = [tool for connection, tool, _ in found if connection.name == name]
        (page,) = tool.reread([ticket.id])
        (native,) = page.tickets
    return native


def markers(job: Job, name: str, ticket: NativeTicket) -> list[str]:
    return markers_on(now(job, name, ticket))


def test_an_issue_shows_the_due_time_above_and_the_incident_who_has_its_time(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.run()
    assert "SLA due" not in held(job, "jira", issue)
    assert held(job, "snow", incident)["u_sla_holder"] == "Open"

    job.sandbox.move_to(NOON + MINUTE)
    job.edit("snow", incident, correlation_id=issue.key)
    assert job.run().exit_code is Exit.COMPLETE

    shown = held(job, "jira", issue)
    assert shown["SLA due"] == "2016-03-01T14:00:00.000+0000"
    assert shown["SLA holder"] == incident.key
    assert shown["OLA holder"] == issue.key
    assert held(job, "snow", incident)["u_sla_holder"] == "Waiting"
    assert held(job, "snow", incident)["u_ola_holder"] == issue.key
    job.writes()
    job.run()
    assert job.writes() == {}


def test_what_came_from_above_goes_with_the_link(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    assert held(job, "jira", issue)["SLA holder"] == incident.key
    job.sandbox.move_to(NOON + MINUTE)
    job.edit("snow", incident, correlation_id="")
    job.run()

    assert {"SLA due", "SLA holder", "OLA holder"}.isdisjoint(held(job, "jira", issue))
    assert held(job, "snow", incident)["u_sla_holder"] == "Open"
    assert "u_ola_holder" not in held(job, "snow", incident)


def test_what_came_from_above_goes_with_a_link_that_was_never_in_force(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.sandbox.move_to(NOON + MINUTE)
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    assert held(job, "jira", issue)["SLA holder"] == incident.key
    job.edit("snow", incident, correlation_id="")  # within the same second, so that no history has the link
    job.sandbox.move_to(NOON + 2 * MINUTE)
    job.run()

    assert {"SLA due", "SLA holder", "OLA holder"}.isdisjoint(held(job, "jira", issue))


def test_a_change_above_reaches_the_issue_in_the_same_run_though_nobody_touched_it(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    job.sandbox.move_to(NOON + MINUTE)
    job.edit("snow", incident, priority="2")
    job.run()

    assert held(job, "jira", issue)["SLA due"] == "2016-03-01T18:00:00.000+0000"


def test_a_breach_above_is_posted_on_the_issue_once_and_names_whom_it_waits_for(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    before = markers(job, "jira", issue)

    job.run_at(NOON + 3 * HOUR)
    job.run_at(NOON + 3 * HOUR + MINUTE)

    new = [one for one in markers(job, "jira", issue) if one not in before]
    assert f"snow/{incident.id} standard.resolution#1 breached" in new
    assert len(new) == len(set(new))
    assert f"snow/{incident.id} standard.resolution#1 breached" not in markers(job, "snow", incident)
    assert "standard.resolution#1 breached" in markers(job, "snow", incident)
    job.lose_state()
    job.writes()
    job.run()
    assert job.writes() == {}


def test_a_tool_that_is_down_leaves_the_other_as_it_was_known_and_is_told_when_it_is_back(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    shown = held(job, "jira", issue)
    told = markers(job, "jira", issue)

    job.sandbox.move_to(NOON + 3 * HOUR)
    job.sandbox.fault("servicenow", do="reset_before", times=None)
    report = job.run()
    job.sandbox.clear_faults()
    assert tally(report, "snow").outage
    assert not tally(report, "jira").outage
    assert held(job, "jira", issue)["SLA due"] == shown["SLA due"]
    assert not [one for one in markers(job, "jira", issue) if one.startswith("snow/") and one not in told]

    job.run()
    assert f"snow/{incident.id} standard.resolution#1 breached" in markers(job, "jira", issue)


def test_a_rehearsal_plans_what_the_run_then_writes_on_both_sides(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.run()
    job.sandbox.move_to(NOON + 3 * HOUR)
    job.edit("snow", incident, correlation_id=issue.key)
    planned = {(name, repr(action.write)) for name, action in job.rehearse().actions}
    job.writes()
    report = job.run()

    assert planned
    fields = sum(one.fields_written for one in report.tallies)
    comments = sum(one.comments_written for one in report.tallies)
    assert comments == sum("CommentWrite" in text for _, text in planned)
    assert fields > 0


def test_a_group_beyond_the_limit_is_judged_without_the_chain(job: Job) -> None:
    incident, issue, other = job.ticket("snow", "Open"), job.ticket("jira", "Waiting"), job.ticket("jira", "Open")
    job.replace('settle = "60s"', 'settle = "60s"\nchain_limit = 2')
    job.edit("snow", incident, correlation_id=f"{issue.key} {other.key}")
    logging.configure("warning", "console")
    with capture_logs() as logs:
        job.run()

    assert held(job, "snow", incident)["u_sla_holder"] == "Open"
    assert "SLA holder" not in held(job, "jira", issue)
    said = [log for log in logs if log["event"] == "too many tickets are linked"]
    assert [(log["connection"], log["tickets"]) for log in said] == [("snow", 1), ("jira", 2)]
    assert {(log["source"], log["ticket"]) for log in said} == {("snow", incident.key)}


def test_a_breach_above_that_ended_while_the_issues_tool_was_down_is_posted_when_it_is_back(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    breach = f"snow/{incident.id} standard.resolution#1 breached"
    job.sandbox.move_to(NOON + 3 * HOUR)
    job.edit("snow", incident, state="6")
    for minutes in (0, 10, 20):  # the last one sees nothing new
        job.sandbox.move_to(NOON + 3 * HOUR + minutes * MINUTE)
        job.sandbox.fault("jira", do="reset_before", times=None)
        job.run()
        job.sandbox.clear_faults()
    assert breach not in markers(job, "jira", issue)

    job.run_at(NOON + 3 * HOUR + 30 * MINUTE)
    assert breach in markers(job, "jira", issue)
    assert job.run_at(NOON + 3 * HOUR + 31 * MINUTE).exit_code is Exit.COMPLETE


def test_a_linked_ticket_whose_stored_form_is_damaged_stops_nobody(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    damage(job, f"UPDATE ticket SET payload = x'00' WHERE key = '{incident.key}'")  # noqa: S608 - our own words
    job.sandbox.move_to(NOON + MINUTE)
    job.do("edit", issue.key, fields={"summary": "another"})
    job.do("transition", issue.key, to="Active")
    job.sandbox.fault("servicenow", do="reset_before", times=None)
    report = job.run()
    job.sandbox.clear_faults()
    assert tally(report, "jira").evaluated > 0
    assert tally(report, "jira").exit_code is Exit.COMPLETE
    assert explain(Explainer.of(job.config()), issue.key)

    job.run_at(NOON + 2 * MINUTE)
    assert held(job, "jira", issue)["SLA holder"] == incident.key


@pytest.mark.parametrize("own", ['kinds = ["sla", "ola"]\nvisibility', 'kinds = ["uc"]\nvisibility'])
def test_what_was_read_over_a_minute_ago_is_read_again_before_it_is_told_on_both_sides(
    job: Job, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's own reading takes long: meanwhile the incident, which it has seen open, gets more time."""
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.replace('kinds = ["sla", "ola"]\nvisibility', own)  # the incident is read again for its own comments, or not
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    job.sandbox.move_to(NOON + 3 * HOUR)
    clock = [0.0]
    monkeypatch.setattr("slabridge.run.context.monotonic", lambda: clock[0])

    def changed_meanwhile(context: Context) -> None:
        read_linked(context)
        if context.name == "jira":
            clock[0] += 61
            job.edit("snow", incident, priority="2")

    before = {name: markers(job, name, ticket) for name, ticket in (("snow", incident), ("jira", issue))}
    monkeypatch.setattr("sync.read_linked", changed_meanwhile)
    job.run()
    assert markers(job, "snow", incident) == before["snow"]
    assert not [one for one in markers(job, "jira", issue) if one.startswith("snow/") and one not in before["jira"]]


def test_what_came_from_a_ticket_that_is_gone_goes_when_that_is_known(job: Job) -> None:
    job.replace("# census = ", "census = ")
    job.replace('census = "24h"', 'census = "2m"')
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Done")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    assert held(job, "jira", issue)["SLA holder"] == incident.key
    job.call("DELETE", f"incident/{incident.id}")
    job.run_at(NOON + 3 * MINUTE)
    assert "SLA holder" not in held(job, "jira", issue)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'below = { source = "jira" }\nuntil = { status = ["resolved", "closed"] }',
            'below = { source = "jira" }\nuntil = { status = "awaiting_user" }',
        ),
        ("match = '[A-Za-z]", "match = 'x[A-Za-z]"),
    ],
    ids=["chain", "links"],
)
def test_a_changed_chain_or_link_reaches_the_fields_and_the_plan_says_so(job: Job, old: str, new: str) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    assert held(job, "snow", incident)["u_sla_holder"] == "Waiting"
    job.run()
    job.replace(old, new)
    assert job.rehearse().actions
    job.run()
    assert held(job, "snow", incident)["u_sla_holder"] == "Open"


def test_a_breach_above_that_waits_longer_than_it_is_posted_is_posted_when_the_hours_open(job: Job) -> None:
    job.text += """
[calendars.notes]
like = "office"
hours = { mon-fri = ["08:00-14:55", "17:00-18:00"] }
maintenance = []
"""
    job.replace('post_within = "24h"', 'post_within = "10m"')
    before, of_jira = job.text.split("[connections.jira.writeback.comments]")
    of_jira = of_jira.replace('visibility = "internal"\n', 'visibility = "internal"\nonly = "notes"\n', 1)
    job.text = f"{before}[connections.jira.writeback.comments]{of_jira}"
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run_at(NOON + 118 * MINUTE)
    job.sandbox.move_to(NOON + 122 * MINUTE)
    job.edit("snow", incident, incident_state="6", state="6", close_notes="x", close_code="y")
    breach = f"snow/{incident.id} standard.resolution#1 breached"
    for minute in (125, 180):
        job.run_at(NOON + minute * MINUTE)
        assert breach not in " ".join(markers(job, "jira", issue))
    job.run_at(NOON + 4 * HOUR + MINUTE)
    assert breach in " ".join(markers(job, "jira", issue))
    job.run_at(NOON + 4 * HOUR + 2 * MINUTE)
    assert tally(job.run_at(NOON + 4 * HOUR + 3 * MINUTE), "jira").evaluated == 0, "nothing waits any more"
