"""`doctor`: every line of it is ok on a plain tool, and each fails, or warns, when its cause is there."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.errors import Refused
from connectors.interface import Finding, Page
from connectors.servicenow.connector import ServiceNow
from slabridge.app.doctor import diagnose
from slabridge.app.write_test import write_test
from slabridge.cli.app import app
from slabridge.exit import Exit
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import Job, small, tally

STATUS_1 = 'new = ["1"]\n'


def findings(job: Job, connection: str) -> dict[str, Finding]:
    """Return what is not ok, by check; the sandbox's clock stands in another year, which is one of these."""
    found = [one for name, one in diagnose(job.config()) if name == connection]
    return {one.check: one for one in found if one.verdict != "ok" and one.check != "clock"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(small(tmp_path_factory.mktemp("desk")), in_process=True) as sandbox:
        yield sandbox


@pytest.fixture
def asked(desk: Sandbox, tmp_path: Path) -> Iterator[Job]:
    """Give the job against a sandbox that other tests use, too: its switches are put back, and nothing is written."""
    before = {name: desk._ask("GET", desk._endpoints[name], "switches") for name in ("servicenow", "jira")}
    yield Job(tmp_path, desk)
    desk.clear_faults()
    for name, values in before.items():
        desk.switch(name, **values)


def test_a_plain_tool_is_green_and_nothing_is_written(job: Job) -> None:
    job.sandbox.requests(reset=True)
    found = list(diagnose(job.config()))
    assert {one.check for _, one in found if one.verdict != "ok"} == {"clock"}
    assert job.writes() == {}
    assert not job.state_file.exists()
    named = {name: {one.check for n, one in found if n == name} for name in ("snow", "jira")}
    assert {"reach", "account", "zone", "read.tickets", "read.sys_audit", "history", "values.status"} <= named["snow"]
    assert {"reach", "account", "zone", "read.tickets", "write.fields.ITSM", "write.comments.ITSM"} <= named["jira"]


Break = Callable[[Job], None]


def _without(name: str) -> Break:
    return lambda job: job.sandbox.switch("servicenow", hidden_tables=[name])


def _withheld(*permissions: str) -> Break:
    return lambda job: job.sandbox.switch("jira", withheld=["ADMINISTER", *permissions])


def _both(line: str, act: Break) -> Break:
    """Configure the connection with one more line, and do something to the tool."""

    def done(job: Job) -> None:
        job.replace('created = "opened_at"', f'created = "opened_at"\n{line}')
        act(job)

    return done


def _linking(act: Break) -> Break:
    """Say where pages are, and do something to the tool."""

    def done(job: Job) -> None:
        job.text += '[web]\nurl = "https://sla.acme.com"\n'
        act(job)

    return done


BROKEN: dict[str, tuple[str, str, str, Break]] = {
    "no secret": ("snow", "secret", "failure", lambda job: job.replace("SNOW_PASSWORD", "NOT_SET")),
    "wrong password": ("snow", "refused", "failure", lambda job: job.replace("SNOW_PASSWORD", "JIRA_TOKEN")),
    "nobody there": ("snow", "reach", "failure", lambda job: job.replace(job.sandbox.servicenow.url, "http://127.0.0.1:9")),
    "no TLS there": ("snow", "reach", "failure", lambda job: job.replace(job.sandbox.servicenow.url, job.sandbox.servicenow.url.replace("http:", "https:"))),
    "no such field": ("snow", "write.u_sla_keeper", "failure", lambda job: job.replace('"u_sla_holder"', '"u_sla_keeper"')),
    "no such field of Jira": ("jira", "write.SLA keeper", "failure", lambda job: job.replace('"SLA holder"', '"SLA keeper"')),
    "no such field to read": ("snow", "refused", "failure", lambda job: job.replace('"assignment_group"', '"assigned_group"')),
    "no ticket": ("snow", "read.tickets", "warning", lambda job: job.replace("2016-01-01 00", "2026-01-01 00")),
    "audit": ("snow", "refused", "failure", _without("sys_audit")),
    "journal": ("snow", "read.sys_journal_field", "warning", _without("sys_journal_field")),
    "groups": ("snow", "read.sys_user_group", "warning", _without("sys_user_group")),
    "choices": ("snow", "read.sys_choice", "warning", _without("sys_choice")),
    "dictionary": ("snow", "read.sys_dictionary", "warning", _without("sys_dictionary")),
    "people": ("snow", "read.sys_user", "warning", _without("sys_user")),
    "own record": ("snow", "zone", "warning", _without("sys_user")),
    "own SLAs": ("snow", "read.task_sla", "warning", _without("task_sla")),
    "members": ("snow", "refused", "failure", _both('agents = { groups = ["Service Desk"] }', _without("sys_user_grmember"))),
    "metrics": ("snow", "refused", "failure", _both('history = "metric_instance"', _without("metric_instance"))),
    "definitions of metrics": ("snow", "read.metric_definition", "failure", _both('history = "metric_instance"', _without("metric_definition"))),
    "rows of the audit": ("snow", "refused", "failure", lambda job: job.sandbox.switch("servicenow", hidden_rows={"sys_audit": "sys_created_onISNOTEMPTY"})),
    "rows of choices": ("snow", "read.sys_choice", "warning", lambda job: job.sandbox.switch("servicenow", hidden_rows={"sys_choice": "nameISNOTEMPTY"})),
    "columns of the audit": ("snow", "read.sys_audit", "failure", lambda job: job.sandbox.switch("servicenow", hidden_fields={"sys_audit": ["user"]})),
    "lineage": ("snow", "read.sys_db_object", "warning", _without("sys_db_object")),
    "native SLAs hidden": ("snow", "native", "warning", _without("task_sla")),
    "native SLAs left out": ("snow", "native", "warning", lambda job: job.replace('"P1 resolution", ', "")),
    "no history": ("snow", "history.status", "warning", lambda job: job.replace('created = "opened_at"', 'history = "observed"')),
    "unmapped value": ("snow", "values.status", "failure", lambda job: job.replace('resolved = ["6"]', 'resolved = ["66"]')),
    "no option": ("snow", "write.close_code", "failure", lambda job: job.replace('"u_sla_status"', '"close_code"')),
    "batch": ("snow", "calls.batch", "warning", lambda job: job.sandbox.fault("servicenow", do="status", path="batch", times=None, status=403, body={})),
    "browse": ("jira", "refused", "failure", _withheld("BROWSE_PROJECTS")),
    "edit": ("jira", "write.fields.ITSM", "failure", _withheld("EDIT_ISSUES")),
    "comment": ("jira", "write.comments.ITSM", "failure", _withheld("ADD_COMMENTS")),
    "silence": ("jira", "write.silently.ITSM", "warning", _withheld("ADMINISTER_PROJECTS")),
    "take back": ("jira", "delete.comments.ITSM", "warning", _withheld("DELETE_OWN_COMMENTS")),
    "link": ("jira", "write.links.ITSM", "warning", _linking(_withheld("LINK_ISSUES"))),
    "screen": ("jira", "write.SLA status", "failure", lambda job: job.sandbox.switch("jira", off_screen={"ITSM": ["customfield_10051"]})),
    "option of Jira": ("jira", "write.SLA status", "failure", lambda job: job.replace('breached = "Breached"', 'breached = "Late"')),
}  # fmt: skip


@pytest.mark.parametrize("cause", BROKEN)
def test_each_line_names_its_cause_and_what_to_do(asked: Job, cause: str) -> None:
    connection, check, verdict, act = BROKEN[cause]
    act(asked)
    found = findings(asked, connection)
    assert check in found, found
    assert found[check].verdict == verdict
    assert found[check].what
    assert found[check].remedy


def test_a_field_that_is_not_there_keeps_nothing_else_from_being_asked(asked: Job) -> None:
    asked.replace('"u_sla_holder"', '"u_sla_keeper"')
    found = {one.check: one.verdict for name, one in diagnose(asked.config()) if name == "snow"}
    assert found["write.u_sla_keeper"] == "failure"
    assert found["write.fields"] == found["read.sys_audit"] == found["values.status"] == "ok"


def test_one_tool_that_is_down_leaves_the_other_to_be_asked(job: Job) -> None:
    job.replace(job.sandbox.servicenow.url, "http://127.0.0.1:9")
    assert set(findings(job, "snow")) == {"reach"}
    assert findings(job, "jira") == {}


def test_a_state_that_cannot_be_used_is_said(job: Job) -> None:
    job.state_file.write_text("no database", "utf-8")
    (found,) = [one for name, one in diagnose(job.config()) if not name]
    assert (found.check, found.verdict) == ("state", "failure")


def test_calls_that_are_used_up_are_said(job: Job) -> None:
    used = 0
    while used < 60:
        used += tally(job.run(), "snow").calls
    job.replace('table = "incident"', 'table = "incident"\ncalls_per_hour = 60')
    assert findings(job, "snow")["limits"].verdict == "warning"


@pytest.mark.parametrize("name", ["snow", "jira"])
def test_the_write_test_writes_reads_and_puts_back(job: Job, name: str) -> None:
    ticket = job.ticket(name, "Open")
    job.run()
    before = job.ticket(name, "Open").written
    assert set(before.values()) != {None}
    found = list(write_test(job.config(), ticket.key))
    assert {(n, one.verdict) for n, one in found} == {(name, "ok")}
    assert len(found) == 9
    assert job.ticket(name, "Open").written == before


def test_a_row_of_our_own_table_that_the_write_test_makes_stays_and_is_empty(job: Job) -> None:
    job.replace(
        "[connections.snow.writeback.comments]",
        '[connections.snow.writeback]\ntable = "u_slabridge_result"\nreference = "u_task"\n'
        "[connections.snow.writeback.comments]",
    )
    ticket = job.ticket("snow", "Open")
    assert not ticket.ours
    assert {one.verdict for _, one in write_test(job.config(), ticket.key)} == {"ok"}
    after = job.ticket("snow", "Open")
    assert after.ours
    assert set(after.written.values()) == {None}


def test_the_write_test_names_what_is_ignored_and_puts_back_the_rest(job: Job) -> None:
    ticket = job.ticket("snow", "Open")
    job.sandbox.switch("servicenow", read_only_fields={"incident": ["u_sla_due"]})
    found = {one.check: one.verdict for _, one in write_test(job.config(), ticket.key)}
    assert found["write.u_sla_due"] == "failure"
    assert {check for check, verdict in found.items() if verdict == "failure"} == {"write.u_sla_due"}
    assert job.ticket("snow", "Open").written == ticket.written


@pytest.mark.parametrize("times", [1, None])
def test_what_stood_there_is_put_back_or_named_also_where_the_test_cannot_be_read_back(
    job: Job, times: int | None
) -> None:
    ticket = job.ticket("snow", "Open")
    steps = write_test(job.config(), ticket.key)
    with _no_rereading_after_the_first(times):
        _, back = next(steps)
        with pytest.raises(Refused, match="cannot be read any more"):
            next(steps)
    assert job.ticket("snow", "Open").written == ticket.written
    assert (back.check, back.verdict) == ("write.back", "ok" if times else "failure")
    assert times or "set by hand what stood there: {'u_sla" in str(back.remedy)


@contextmanager
def _no_rereading_after_the_first(times: int | None) -> Iterator[None]:
    """Let a ticket be gone when it is read again, so many times (None: from then on)."""
    reread, calls = ServiceNow.reread, iter(range(100))

    def rereading(self: ServiceNow, ids: Sequence[str]) -> Iterator[Page]:
        call = next(calls)
        return iter(()) if call and (times is None or call <= times) else reread(self, ids)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServiceNow, "reread", rereading)
        yield


def test_a_failure_ends_the_command_with_3_and_json_says_the_same(job: Job) -> None:
    job.replace('breached = "Breached"', 'breached = "Late"')
    job.config()
    plain = CliRunner().invoke(app, ["doctor", "--config", str(job.path)])
    assert plain.exit_code == Exit.PARTIAL
    assert "FAILURE" in plain.output
    asked = CliRunner().invoke(app, ["doctor", "--json", "--config", str(job.path)])
    lines = [json.loads(line) for line in asked.output.splitlines() if line.startswith("{")]
    assert {line["verdict"] for line in lines} == {"ok", "warning", "failure"}
    assert {line["connection"] for line in lines} == {"", "snow", "jira"}
    assert "sandbox-jira-token" not in asked.output + plain.output
