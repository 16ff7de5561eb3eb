"""Each Jira issue with an open cycle has one link to its page; what stands in a field as `timeline` is its address."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from connectors.interface import LinkWrite
from sla_engine.instant import MINUTE
from slabridge.config import ConfigError
from slabridge.exit import Exit
from slabridge.show import logs
from slabridge.show.plan import as_json, diff
from slabridge.state import tickets
from tests.patience import PATIENCE
from tests.slabridge.run.job import NOON, SOON, Job, Killed, tally
from tests.slabridge.state.databases import rows

URL = "https://sla.acme.com"
LINKED = "SELECT id, timeline FROM ticket WHERE timeline IS NOT NULL ORDER BY id"


@pytest.fixture
def linking(job: Job) -> Job:
    """Give a job that knows where pages are."""
    job.text += f'[web]\nurl = "{URL}"\n'
    job.sandbox.move_to(NOON)
    return job


def links(job: Job, team: str) -> list[dict[str, Any]]:
    """Return the remote links of the issue that a team holds."""
    jira, issue = job.sandbox.jira, job.ticket("jira", team)
    url = f"{jira.url}/rest/api/3/issue/{issue.key}/remotelink"
    answer = requests.get(url, auth=(jira.user, jira.secret), timeout=PATIENCE)
    assert answer.ok, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_issues_with_an_open_cycle_are_linked_once_and_a_link_wakes_none_of_them(linking: Job) -> None:
    report = linking.run()
    assert (tally(report, "jira").links_written, tally(report, "snow").links_written) == (2, 0)
    assert tally(report, "jira").writes["link", "first"] == 2
    for team in ("Open", "Waiting"):
        ((link),) = links(linking, team)
        assert link["object"]["url"] == f"{URL}/tickets/jira/{linking.ticket('jira', team).id}"
    assert links(linking, "Done") == links(linking, "Old") == []
    linking.sandbox.requests(reset=True)
    linking.sandbox.move_to(SOON)  # the link moved `updated`: the issues are read once more, and are as they were
    again = tally(linking.run(), "jira")
    assert (again.pulled > 0, again.changed, again.evaluated, again.links_written) == (True, 0, 0, 0)
    assert not any("remotelink" in request for request in linking.sandbox.requests())


def test_the_plan_shows_just_the_links_that_the_run_then_makes(linking: Job) -> None:
    planned = [(name, action) for name, action in linking.rehearse().actions if isinstance(action.write, LinkWrite)]
    assert {name for name, _ in planned} == {"jira"}
    assert links(linking, "Open") == []
    linking.run()
    assert [(action.write.id, action.write.url) for _, action in planned] == rows(linking.place, LINKED)
    shown = as_json(*planned[0])
    assert (shown["link"], shown["before"]) == (planned[0][1].write.url, None)
    assert f"  + link to {shown['link']}  (first)" in diff(*planned[0]).plain
    assert not [action for _, action in linking.rehearse().actions if isinstance(action.write, LinkWrite)]


def test_another_address_moves_the_links_and_one_that_a_person_took_away_stays_away(linking: Job) -> None:
    linking.run()
    linking.do("remote-unlink", linking.ticket("jira", "Waiting").key)
    linking.replace(URL, "https://new.acme.com")
    linking.sandbox.move_to(SOON)
    (planned, _) = [a.write for _, a in linking.rehearse().actions if isinstance(a.write, LinkWrite)]
    assert planned.before is not None
    report = linking.run()
    assert report.exit_code is Exit.COMPLETE  # the guard is about values, and does not hold a link back
    assert tally(report, "jira").writes["link", "changed"] == 2
    (link,) = links(linking, "Open")
    assert link["object"]["url"].startswith("https://new.acme.com/")
    assert links(linking, "Waiting") == []
    linking.sandbox.move_to(SOON + MINUTE)
    assert tally(linking.run(), "jira").links_written == 0


def test_after_a_lost_state_there_is_still_one_link_as_people_left_it(linking: Job) -> None:
    linking.run()
    before = links(linking, "Open")
    linking.lose_state()
    assert linking.run().exit_code is Exit.COMPLETE
    assert links(linking, "Open") == before
    assert len(rows(linking.place, LINKED)) == 2


def test_killed_between_a_link_and_its_receipt_the_next_run_finds_it(
    linking: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(tickets, "linked", killed)
        with pytest.raises(Killed):
            linking.run()
    made = links(linking, "Open") + links(linking, "Waiting")
    assert made
    assert rows(linking.place, LINKED) == []
    assert linking.run().exit_code is Exit.COMPLETE
    found = [links(linking, team) for team in ("Open", "Waiting")]
    assert [len(one) for one in found] == [1, 1]
    assert {one["id"] for one in made} <= {one["id"] for held in found for one in held}


def test_links_have_what_is_left_of_half_the_cap_and_no_run_waits_for_them(linking: Job) -> None:
    linking.run()
    linking.replace(URL, "https://new.acme.com")
    linking.replace("[connections.jira]\n", "[connections.jira]\nwrites_per_run = 2\n")
    planned = [action for _, action in linking.rehearse().actions if isinstance(action.write, LinkWrite)]
    report = linking.run()
    assert (len(planned), tally(report, "jira").links_written, tally(report, "jira").waiting) == (1, 1, 0)
    assert report.exit_code is Exit.COMPLETE
    linking.replace("writes_per_run = 2\n", "")
    linking.sandbox.move_to(SOON)
    for team in ("Open", "Waiting"):  # the one without room is linked when it is judged next
        linking.edit("jira", linking.ticket("jira", team), priority={"id": "2"})
    linking.run()
    assert [str(page).startswith("https://new") for _, page in rows(linking.place, LINKED)] == [True, True]


def test_links_of_tickets_that_come_first_take_no_room_from_those_that_come_later(
    linking: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.BATCH", 1)
    writes = [action.write for name, action in linking.rehearse().actions if name == "jira"]
    links = [isinstance(write, LinkWrite) for write in writes]
    assert links.index(True) < len(links) - 1 - links[::-1].index(False)
    linking.replace("[connections.jira]\n", f"[connections.jira]\nwrites_per_run = {links.count(False)}\n")
    found = tally(linking.run(), "jira")
    assert found.links_written > 0
    assert (found.fields_written > 0, found.waiting) == (True, 0)


def test_without_the_right_to_link_the_run_is_complete_and_says_so_once(linking: Job) -> None:
    logs.configure("warning", "console")
    linking.sandbox.switch("jira", withheld=["LINK_ISSUES"])
    assert not [action for _, action in linking.rehearse().actions if isinstance(action.write, LinkWrite)]
    with capture_logs() as said:
        report = linking.run()
    assert report.exit_code is Exit.COMPLETE
    assert [log["event"] for log in said].count("issues are not linked with their pages") == 1
    assert (tally(report, "jira").links_written, rows(linking.place, LINKED)) == (0, [])


def _no_address(job: Job) -> None:
    job.text = job.text.partition("[web]")[0]


def _nothing_written(job: Job) -> None:
    head, jira = job.text.split("[connections.jira]", 1)
    kept, _, rest = jira.partition("[[connections.jira.writeback.fields]]")
    job.text = f"{head}[connections.jira]{kept}\n[web]\nurl = '{URL}'\n"
    assert "writeback" in rest


@pytest.mark.parametrize("change", [_no_address, _nothing_written])
def test_no_issue_is_linked_where_pages_are_nowhere_or_nothing_is_written(
    linking: Job, change: Callable[[Job], None]
) -> None:
    change(linking)
    linking.run()
    assert rows(linking.place, LINKED) == []
    assert links(linking, "Open") == []


def test_our_own_link_is_not_taken_for_one_to_another_ticket(linking: Job) -> None:
    rule = "[[connections.jira.links]]\ntype = 'page'\nto = 'snow'\nremote_link = 'tickets/jira/(\\d+)'\n"
    linking.replace("[web]", f"{rule}[web]")
    linking.run()
    linking.sandbox.move_to(SOON)
    assert tally(linking.run(), "jira").evaluated == 0
    assert rows(linking.place, "SELECT count(*) FROM link") == [(0,)]


FIELD = '[[connections.{0}.writeback.fields]]\nfield = "{1}"\nvalue = "timeline"\n'


def test_the_address_stands_in_a_field_of_both_tools_as_long_as_a_cycle_is_there(linking: Job) -> None:
    added = FIELD.format("snow", "u_sla_holder") + FIELD.format("jira", "SLA holder")
    linking.text = _without(linking.text, "u_sla_holder", "SLA holder").replace("[web]", f"{added}[web]")
    linking.run()
    for name, field in (("snow", "u_sla_holder"), ("jira", "SLA holder")):
        ticket = linking.ticket(name, "Open")
        assert ticket.written[field] == f"{URL}/tickets/{name}/{ticket.id}"
        assert linking.ticket(name, "Old").written[field] is None
    linking.sandbox.move_to(SOON)
    assert [one.fields_written for one in linking.run().tallies] == [0, 0]


def _without(text: str, *fields: str) -> str:
    """Return a configuration without the entries that write these fields."""
    parts = text.split("[[connections.")
    return "[[connections.".join(part for part in parts if not any(f'field = "{one}"' in part for one in fields))


def test_a_field_for_an_address_that_nobody_has_said_is_a_problem_with_the_remedy(job: Job) -> None:
    job.text += FIELD.format("snow", "u_sla_timeline")
    with pytest.raises(ConfigError, match=r"nobody knows where pages are; write \[web\] url"):
        job.config()
