"""What is imported counts as the tools' own engines do, measured over tickets that ended there."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import requests

from sla_engine.instant import HOUR, moment_of, parse_instant
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.hours import HOURS, SERVICE_DESK
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.slabridge.importing.conftest import Call, configured

LISTS = ("contract_sla", "cmn_schedule", "cmn_schedule_span", "cmn_other_schedule", "cmn_relative_duration")
RELATIVE = "Next day at 4pm if before 10am"


def ask(sandbox: Sandbox, method: str, path: str, **body: str) -> Any:  # noqa: ANN401 - JSON
    endpoint = sandbox.servicenow
    answer = requests.request(
        method,
        f"{endpoint.url}/api/now/table/{path}",
        json=body or None,
        params={"sysparm_exclude_reference_link": "true"},
        auth=(endpoint.user, endpoint.secret),
        timeout=PATIENCE,
    )
    assert answer.ok, answer.text
    return answer.json()["result"]


def define(sandbox: Sandbox, names: str, **columns: str) -> None:
    """Change all definitions whose name ends so."""
    for row in ask(sandbox, "GET", f"contract_sla?sysparm_query=nameENDSWITH{names}"):
        ask(sandbox, "PATCH", f"contract_sla/{row['sys_id']}", **columns)


def repair(sandbox: Sandbox) -> None:
    """Let the instance work its SLAs out anew."""
    assert requests.post(f"{sandbox.servicenow.url}/sandbox/repair-slas", timeout=PATIENCE).ok


def measured(call: Call, sandbox: Sandbox, tool: str, folder: Path, *options: str) -> dict[str, Any]:
    """Import from a tool; return what was printed as JSON."""
    code, out, err = call("import", tool, "--json", "--config", configured(sandbox, folder / "config.toml"), *options)
    assert code == 0, err
    return dict(json.loads(out))


def counts_alike(found: Mapping[str, Any], *besides: str) -> None:
    """Assert that every clock was counted as there, to the second.

    What ServiceNow stores as the breach time is not moved by a pause in which a ticket ends; where two pauses meet in
    the same second, `compare` cannot tell which of them that is.
    """
    summary = found["compared"]["summary"]
    assert summary["agree"] > 50
    assert set(summary["reasons"]) <= {"paused", "rounding", "stale", *besides}
    for one in found["compared"]["apart"]:
        assert (one["finding"], one["differences"], one["elapsed_apart_seconds"]) == ("unexplained", ["due_at"], 0), one


def test_the_definitions_of_a_servicenow_count_here_as_there(call: Call, both_tools: Sandbox, tmp_path: Path) -> None:
    found = measured(call, both_tools, "servicenow", tmp_path)
    counts_alike(found)
    assert [one["kind"] for one in found["findings"]] == ["differs"]
    calendar = tomllib.loads(found["toml"])["calendars"]["service-desk-hours"]
    assert calendar["holidays"] == ["SE:public+de_facto"]
    assert calendar["closed"] == ["2026-01-05 12:00-24:00", "2026-06-05"]


def test_the_metrics_of_a_jira_count_here_as_there(call: Call, both_tools: Sandbox, tmp_path: Path) -> None:
    found = measured(call, both_tools, "jira", tmp_path)
    assert found["compared"]["summary"]["agree"] > 50
    assert [one["column"] for one in found["findings"]] == ["resolution", "goals", "project"]
    for one in found["compared"]["apart"]:  # the priority was changed in the act of resolving, which is a finding
        assert one["elapsed_apart_seconds"] == 0, one
        assert "target" in one["differences"], one


def test_a_ticket_that_changes_its_priority_gets_a_new_clock_here_as_there(call: Call, tmp_path: Path) -> None:
    with Sandbox(SandboxOptions(size=150, share=0.0), in_process=True) as sandbox:
        ask(sandbox, "GET", "task_sla")  # whose rows are attached as they are read
        sandbox.move_to(sandbox.now + HOUR)
        changed = ask(sandbox, "GET", "incident?sysparm_query=stateIN1,2^priority=3&sysparm_limit=9")
        for row, priority in zip(changed, "124" * 3, strict=False):
            ask(sandbox, "PATCH", f"incident/{row['sys_id']}", priority=priority)
        sandbox.move_to(sandbox.now + HOUR)
        for row in changed:
            ask(sandbox, "PATCH", f"incident/{row['sys_id']}", state="6")
        found = measured(call, sandbox, "servicenow", tmp_path)
    assert len(changed) > 3
    counts_alike(found)


def test_other_ways_to_start_and_to_cancel_count_here_as_there(call: Call, tmp_path: Path) -> None:
    with Sandbox(SandboxOptions(size=150, share=0.0), in_process=True) as sandbox:
        define(sandbox, "response", when_to_cancel="never")
        define(sandbox, "P4 resolution", when_to_cancel="on_condition", cancel_condition="state=8")
        since = {"retroactive": "true", "set_start_to": "opened_at", "retroactive_pause": "true"}
        for priority in ("P1", "P2", "P3"):
            define(sandbox, f"{priority} resolution", **since)
        repair(sandbox)
        found = measured(call, sandbox, "servicenow", tmp_path)
        reopened = {row["number"] for row in ask(sandbox, "GET", "incident?sysparm_query=reopen_count>0")}
    assert len(tomllib.loads(found["toml"])["agreements"]) == 4 + 1 + 1
    assert any("a ticket that is reopened" in one["why"] for one in found["findings"])
    found["compared"]["apart"] = [one for one in found["compared"]["apart"] if one["ticket"] not in reopened]
    counts_alike(found, "reattached", "retroactive")  # where a change of priority replaces a clock there


def test_a_relative_duration_counts_as_there_but_for_what_arrives_on_a_closed_day(call: Call, tmp_path: Path) -> None:
    with Sandbox(SandboxOptions(size=250, share=0.0), in_process=True) as sandbox:
        [row] = ask(sandbox, "GET", f"cmn_relative_duration?name={RELATIVE}")
        define(sandbox, "P3 resolution", duration_type=row["sys_id"])
        repair(sandbox)
        found = measured(call, sandbox, "servicenow", tmp_path)
    text = tomllib.loads(found["toml"])
    by = {"days": 1, "at": "16:00", "cutoff": "10:00"}
    assert text["agreements"]["p3-resolution"]["objectives"]["resolution"]["targets"] == [{"by": by}]
    desk = HOURS[SERVICE_DESK]

    def arrived_closed(one: Mapping[str, Any]) -> bool:
        day = moment_of(parse_instant(one["theirs"]["started_at"])).astimezone(desk.zone).date()
        return day in desk.holidays or not desk.weekly[day.weekday()]

    ended = [one for one in found["compared"]["apart"] if one["theirs"]["stage"] == "completed"]
    apart = [one for one in ended if one["native"] == "P3 resolution"]
    assert apart, "some arrive on a Sunday"
    assert [one for one in apart if not arrived_closed(one)] == []
    assert found["compared"]["summary"]["agree"] > 50
    assert any("closed day" in one["why"] for one in found["findings"])


def exported(sandbox: Sandbox, folder: Path) -> list[Path]:
    """Export the lists as XML, as the menu of a list does."""
    paths = []
    for table in LISTS:
        records = "".join(
            f'<{table} action="INSERT_OR_UPDATE">{columns(row)}</{table}>' for row in ask(sandbox, "GET", table)
        )
        paths.append(folder / f"{table}.xml")
        paths[-1].write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<unload unload_date="2026-03-02 08:00:00">{records}</unload>'
        )
    return paths


def columns(row: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items())


def test_exported_lists_give_what_the_instance_itself_gives(call: Call, both_tools: Sandbox, tmp_path: Path) -> None:
    config = configured(both_tools, tmp_path / "config.toml")
    years = ("--years", "2025-2029")
    code, live, _ = call("import", "servicenow", "--config", config, "--compare", 0, *years)
    files = [option for path in exported(both_tools, tmp_path) for option in ("--from", path)]
    assert (code, call("import", "servicenow", "--config", config, *files, *years)[:2]) == (0, (0, live))
    without, alone, err = call("import", "servicenow", *files, *years)
    assert (without, "state = { not = [" in alone, "check: fields and values: state" in err) == (0, True, True)


def test_the_document_joined_to_its_connection_is_valid(call: Call, both_tools: Sandbox, tmp_path: Path) -> None:
    config = configured(both_tools, tmp_path / "config.toml")
    made = tmp_path / "imported.toml"
    code, out, _ = call("import", "servicenow", "--config", config, "--compare", 0, "--output", made)
    assert (code, out) == (0, "")
    connection, _, _ = config.read_text().partition("[connections.snow.native]")
    values = config.read_text().partition("[connections.snow.values.status]")
    rest = values[2].partition("[[connections.snow.writeback")[0]
    config.write_text(f"{connection}[connections.snow.values.status]{rest}")
    code, again, _ = call("import", "servicenow", "--config", config, "--compare", 0)
    joined = tmp_path / "joined.toml"
    joined.write_text(config.read_text() + again)
    code, out, _ = call("validate", "--config", joined)
    assert (code, "is valid: 1 connections, 2 calendars, 2 agreements, 2 objectives" in out) == (0, True), out


HIDDEN = {
    "a table": ({"hidden_tables": ["cmn_schedule_span"]}, "cmn_schedule_span"),
    "rows of entries": ({"hidden_rows": {"cmn_schedule_span": "type=exclude"}}, "rows of cmn_schedule_span are hidden"),
    "definitions": ({"hidden_rows": {"contract_sla": "name=P1 response"}}, "rows of contract_sla are hidden"),
}


@pytest.mark.parametrize(("switches", "message"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_may_not_be_read_whole_is_not_imported(
    switches: dict[str, Any], message: str, call: Call, both_tools: Sandbox, tmp_path: Path
) -> None:
    both_tools.switch("servicenow", **switches)
    try:
        code, out, err = call("import", "servicenow", "--config", configured(both_tools, tmp_path / "config.toml"))
    finally:
        both_tools.switch("servicenow", hidden_tables=[], hidden_rows={})
    assert (code, out, message in err) == (3, "", True), err


def test_a_column_that_may_not_be_read_refuses_the_definitions(call: Call, both_tools: Sandbox, tmp_path: Path) -> None:
    both_tools.switch("servicenow", hidden_fields={"contract_sla": ["pause_condition"]})
    try:
        code, out, err = call("import", "servicenow", "--config", configured(both_tools, tmp_path / "config.toml"))
    finally:
        both_tools.switch("servicenow", hidden_fields={})
    assert (code, "agreements" in out, err.count("untranslated:")) == (3, False, 8)


def test_without_the_tools_own_clocks_there_is_a_document_and_no_comparison(
    call: Call, both_tools: Sandbox, tmp_path: Path
) -> None:
    both_tools.switch("servicenow", hidden_tables=["task_sla"])
    try:
        code, out, err = call("import", "servicenow", "--json", "--config", configured(both_tools, tmp_path / "c.toml"))
    finally:
        both_tools.switch("servicenow", hidden_tables=[])
    found = json.loads(out)
    assert (code, "task_sla" in err, "[agreements.resolution]" in found["toml"]) == (3, True, True)
    assert found["compared"]["summary"]["agree"] == 0


def test_a_jira_shows_its_metrics_to_who_administers_the_project(
    call: Call, both_tools: Sandbox, tmp_path: Path
) -> None:
    both_tools.switch("jira", withheld=["ADMINISTER_PROJECTS"])
    try:
        code, out, err = call("import", "jira", "--config", configured(both_tools, tmp_path / "config.toml"))
    finally:
        both_tools.switch("jira", withheld=[])
    assert (code, out, "must administer the project" in err) == (3, "", True), err
