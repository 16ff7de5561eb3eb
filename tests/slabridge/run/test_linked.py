"""Links that stand in the tools: found, followed, and shown across both."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from unittest import mock

import pytest
from structlog.testing import capture_logs

from sla_engine.instant import HOUR, MINUTE
from slabridge.app.explain import Explained, Explainer, explain
from slabridge.exit import Exit
from slabridge.run.context import Context
from slabridge.show import logs
from slabridge.show.ledger import neighbours_of
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.chained import CHAIN, SNOW
from tests.slabridge.run.job import NOON, Job, small, tally

BLOCKED = """
[[chain]]
link = ["blocked"]
stated_by = "above"
until = { status = ["resolved", "closed"] }
"""
JIRA = """
[[connections.jira.links]]
type = "problem"
to = "snow"
remote_link = 'number=(INC\\d+)'

[[connections.jira.links]]
type = "blocked"
to = "jira"
issue_link = "Blocks"
direction = "inward"
"""


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text += SNOW + JIRA + CHAIN + BLOCKED
        yield job


def shown(job: Job, key: str) -> Explained:
    (found,) = explain(Explainer.of(job.config()), key)
    return found


def links_of(job: Job, key: str) -> list[tuple[str, str, str, int | None, int | None]]:
    found = shown(job, key).ticket.links
    return [(one.type, one.source, one.id, one.start, one.end) for one in found]


def path_of(job: Job, key: str) -> list[str]:
    """Return the keys on the path of the ticket's open SLA resolution, ten minutes later."""
    job.run_at(job.sandbox.now + 10 * MINUTE)
    results = [one for one in shown(job, key).results if one.kind == "sla" and one.objective == "resolution"]
    assert results
    assert results[-1].chain is not None
    return [node.key for node in results[-1].chain.segments[-1].path]


def test_a_key_in_a_field_links_two_tools_and_explain_goes_from_one_to_the_other(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.run()
    job.sandbox.move_to(NOON + HOUR)
    job.edit("snow", incident, correlation_id=f"see {issue.key.lower()}")

    assert job.run().exit_code is Exit.COMPLETE

    assert links_of(job, incident.key) == [("problem", "jira", issue.id, NOON + HOUR, None)]
    assert path_of(job, incident.key) == [incident.key, issue.key]
    assert str(neighbours_of(shown(job, issue.key).position)) == f"above {issue.key}: {incident.key} (snow)\n"
    assert str(neighbours_of(shown(job, incident.key).position)) == f"below {incident.key}: {issue.key} (jira)\n"


def test_a_link_that_was_taken_away_was_in_force_until_then(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    job.sandbox.move_to(NOON + HOUR)
    job.edit("snow", incident, correlation_id="")
    job.run()

    assert links_of(job, incident.key) == [("problem", "jira", issue.id, NOON, NOON + HOUR)]
    assert path_of(job, incident.key) == [incident.key]


def test_issue_links_have_the_direction_and_the_time_that_the_changelog_tells(job: Job) -> None:
    one, other = job.ticket("jira", "Open"), job.ticket("jira", "Waiting")
    job.run()
    job.sandbox.move_to(NOON + MINUTE)
    job.do("link", other.key, to=one.key, type="Blocks")
    job.do("link", other.key, to=one.key, type="Relates")
    job.run()

    assert links_of(job, one.key) == [("blocked", "jira", other.id, NOON + MINUTE, None)]
    assert links_of(job, other.key) == []
    assert path_of(job, one.key) == [one.key, other.key]


def test_a_moved_issue_is_found_by_every_key_that_it_had(job: Job) -> None:
    one, other, incident = job.ticket("jira", "Open"), job.ticket("jira", "Waiting"), job.ticket("snow", "Open")
    job.do("link", other.key, to=one.key, type="Blocks")
    job.edit("snow", incident, correlation_id=other.key)
    job.run()
    job.sandbox.move_to(NOON + MINUTE)
    job.do("move", other.key, project="OTHER")
    job.run()
    job.lose_state()
    job.run()

    assert links_of(job, one.key) == [("blocked", "jira", other.id, NOON, None)]
    assert links_of(job, incident.key) == [("problem", "jira", other.id, NOON, None)]


def test_a_remote_link_is_known_from_its_address_also_after_it_was_taken_away(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    url = f"https://acme.service-now.com/nav_to.do?uri=incident.do?sysparm_query=number={incident.key}"
    job.do("remote-link", issue.key, url=url, title="The incident", globalId="system=snow")
    job.run()
    assert links_of(job, issue.key) == [("problem", "snow", incident.id, NOON, None)]
    assert path_of(job, incident.key) == [incident.key, issue.key]

    job.sandbox.move_to(NOON + HOUR)
    job.unlink(issue.id, "system=snow")
    job.run()
    assert links_of(job, issue.key) == [("problem", "snow", incident.id, NOON, NOON + HOUR)]


def test_a_linked_ticket_outside_the_filter_is_read_and_followed_and_nothing_is_written_on_it(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Open")
    job.replace('filter = "project = ITSM"', f'filter = "project = ITSM AND id != {issue.id}"')
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    assert path_of(job, incident.key) == [incident.key, issue.key]

    job.sandbox.move_to(NOON + HOUR)
    job.edit("jira", issue, labels=["seen"])
    job.do("transition", issue.key, to="Resolved")
    report = job.run()
    assert tally(report, "jira").pulled >= 1
    assert path_of(job, incident.key) == [incident.key]
    with job.connections() as found:
        ((_, tool, _),) = [one for one in found if one[0].name == "jira"]
        (page,) = tool.reread([issue.id])
        (ticket,) = page.tickets
    assert {name: value for name, value in ticket.written.items() if value is not None} == {}
    assert not [comment for comment in ticket.comments if comment.markers]


def test_a_linked_ticket_without_a_clock_of_its_own_is_followed_while_it_is_linked_to_an_open_one(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Done")
    job.replace('filter = "project = ITSM"', f'filter = "project = ITSM AND id != {issue.id}"')
    job.edit("snow", incident, correlation_id=issue.key)
    job.run()
    assert path_of(job, incident.key) == [incident.key]

    job.sandbox.move_to(NOON + HOUR)
    job.do("transition", issue.key, to="Active")
    assert path_of(job, incident.key) == [incident.key, issue.key]


def test_follow_false_reads_nothing_outside_the_filter(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Open")
    job.replace('filter = "project = ITSM"', f'filter = "project = ITSM AND id != {issue.id}"')
    job.replace('field = "correlation_id"', 'field = "correlation_id"\nfollow = false')
    job.edit("snow", incident, correlation_id=issue.key)
    report = job.run()

    assert path_of(job, incident.key) == [incident.key]
    assert tally(report, "jira").linked_missing == 0


def test_what_cannot_be_found_is_named_with_its_date_and_looked_for_again_by_the_census(job: Job) -> None:
    incident = job.ticket("snow", "Open")
    job.edit("snow", incident, correlation_id="NONE-1")
    logs.configure("warning", "console")
    with capture_logs() as written:
        report = job.run()
    (line,) = [one for one in written if one["event"] == "linked tickets not found"]
    assert (line["connection"], line["tickets"], line["some"]) == ("jira", 1, "NONE-1")
    assert tally(report, "jira").linked_missing == 1
    remark = "linked with NONE-1 of jira, which cannot be found since 2016-03-01T12:00:00Z"
    assert remark in map(str, shown(job, incident.key).remarks)

    alone = "GET /rest/api/3/issue/{issue}"
    assert job.sandbox.requests(reset=True)[alone] == 1
    job.run()
    assert alone not in job.sandbox.requests(reset=True)
    job.sandbox.move_to(NOON + 25 * HOUR)
    job.run()
    assert job.sandbox.requests(reset=True)[alone] == 1
    assert remark in map(str, shown(job, incident.key).remarks)


def test_another_rule_for_links_finds_them_in_what_is_there_without_a_pull(job: Job) -> None:
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=f"4711 {issue.key}")
    job.replace("match = '[A-Za-z][A-Za-z0-9_]+-\\d+'", "match = 'NO-\\d+'")
    job.run()
    assert links_of(job, incident.key) == []

    job.replace("match = 'NO-\\d+'", "match = '[A-Z]+-\\d+'")
    report = job.run()
    assert tally(report, "snow").changed == 0
    assert links_of(job, incident.key) == [("problem", "jira", issue.id, NOON, None)]

    job.replace(SNOW.replace("[A-Za-z][A-Za-z0-9_]+", "[A-Z]+"), "")
    job.run()
    assert links_of(job, incident.key) == []


def test_links_change_no_result(job: Job) -> None:
    job.run()
    incident, issue = job.ticket("snow", "Open"), job.ticket("jira", "Waiting")
    job.edit("snow", incident, correlation_id=issue.key)
    job.writes()
    job.run()
    assert job.writes() == {}


def test_a_pull_that_takes_too_long_waits_until_the_others_are_done(job: Job) -> None:
    job.replace('settle = "60s"', 'settle = "60s"\npull_within = "1s"')
    job.run()
    order: list[str] = []
    kept = Context.proceed

    def slow(context: Context) -> None:
        order.append(context.name)
        if context.name == "snow" and context.until < inf and "jira" not in order:
            context = replace(context, until=0.0)
        kept(context)

    job.sandbox.move_to(NOON + 3 * HOUR)
    with mock.patch.object(Context, "proceed", slow):
        report = job.run()

    assert report.exit_code is Exit.COMPLETE
    assert order[0] == "snow"
    assert order.index("jira") < max(n for n, name in enumerate(order) if name == "snow")
    assert all(one.evaluated for one in report.tallies)
    last_of_jira = max(n for n, name in enumerate(order) if name == "jira")
    assert "snow" not in order[1:last_of_jira]


def test_a_field_with_links_that_has_no_history_is_said(job: Job) -> None:
    job.replace('table = "incident"', 'table = "incident"\nhistory = "observed"')
    logs.configure("warning", "console")
    with capture_logs() as written:
        job.run()
    said = [one for one in written if one["event"] == "no history" and one["field"] == "correlation_id"]
    assert [(one["connection"], one["objective"]) for one in said] == [("snow", "links problem")]
