"""Whole: columns that are not there, written as an update set, imported, written by a run, and taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
import requests

from slabridge.app.doctor import diagnose
from slabridge.app.provision import Outcome
from slabridge.exit import Exit
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.servicenow.update_set import COALESCE
from tests.patience import PATIENCE
from tests.slabridge.app.test_provision import Provisioning, held, quick, sandbox, with_page
from tests.slabridge.run.job import small

__all__ = ["quick", "sandbox"]


class Instance(Provisioning):
    """The same of a ServiceNow, into which a person imports what was written."""

    def bring_in(self, outcome: Outcome) -> dict[str, Any]:
        assert outcome.file is not None
        url = f"{self.job.sandbox.servicenow.url}/sandbox/update-set"
        answer = requests.post(url, data=outcome.file.read_bytes(), timeout=PATIENCE)
        assert answer.ok, answer.text
        outcome.file.rename(outcome.file.with_suffix(".imported"))
        return dict(answer.json())

    def rows(self, table: str, query: str) -> list[dict[str, str]]:
        endpoint = self.job.sandbox.servicenow
        url, auth = f"{endpoint.url}/api/now/table/{table}", (endpoint.user, endpoint.secret)
        answer = requests.get(url, params={"sysparm_query": query}, auth=auth, timeout=PATIENCE)
        return list(answer.json()["result"])

    def everything(self) -> dict[str, list[list[str]]]:
        """Return all that sets bring in, in whatever order."""
        return {
            table: sorted(sorted(f"{name}={value}" for name, value in row.items()) for row in self.rows(table, ""))
            for table in COALESCE
        }


@pytest.fixture
def snow(tmp_path: Path) -> Iterator[Instance]:
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        yield Instance(tmp_path, sandbox, "snow", None)


@pytest.fixture
def looked_at(tmp_path: Path, sandbox: Sandbox) -> Instance:
    """For tests that import nothing."""
    return Instance(tmp_path, sandbox, "snow", None)


def test_columns_are_written_as_a_set_imported_written_found_again_and_taken_back(snow: Instance) -> None:
    planned = snow.look()
    assert (planned.trouble, planned.problems, planned.file) == ("", [], None)
    made = snow.apply()
    assert (made.exit_code, made.file) == (Exit.COMPLETE, snow.output)
    assert [one.text for one in made.done] == [one.text for one in planned.plan.things]
    assert any("elevate your role to security_admin" in text for text in made.plan.by_hand)
    assert snow.bring_in(made)["skipped"] == []
    assert snow.job.run().exit_code == Exit.COMPLETE
    written = held(snow.job, "snow")
    assert {one["u_promised_sla_status"] for one in written} >= {"On track", "Paused"}
    assert any(one["u_promised_sla_due"] for one in written)
    again = snow.apply()
    assert (again.exit_code, again.plan.things, again.file, again.unwritable) == (Exit.COMPLETE, (), None, [])
    assert snow.kept() == {one.id for one in made.done}
    back = snow.undo()
    assert (back.exit_code, len(back.plan.things)) == (Exit.COMPLETE, len(made.done))
    assert "loses its values on all tickets" in back.plan.by_hand[0]
    assert snow.kept() == {one.id for one in made.done}
    assert snow.bring_in(back)["deleted"] > 0
    for table, query in {
        "sys_dictionary": "elementLIKEpromised",
        "sys_choice": "elementLIKEpromised",
        "sys_documentation": "elementLIKEpromised",
        "sys_security_acl": "nameLIKEpromised",
        "sys_security_acl_role": "",
        "sys_user_role": "name=u_slabridge",
    }.items():
        assert snow.rows(table, query) == [], table
    assert snow.undo().plan.things == ()
    assert snow.kept() == set()


def test_a_column_for_the_page_is_one_that_people_can_follow(snow: Instance) -> None:
    with_page(snow)
    assert snow.bring_in(snow.apply())["skipped"] == []
    (column,) = snow.rows("sys_dictionary", "element=u_promised_sla_holder")
    assert column["internal_type"] == "url"
    assert snow.job.run().exit_code == Exit.COMPLETE
    pages = {one["u_promised_sla_holder"] for one in held(snow.job, "snow")} - {None}
    assert pages
    assert all(str(page).startswith("https://sla.acme.com/tickets/snow/") for page in pages)


def test_doctor_finds_nothing_against_what_was_made(snow: Instance) -> None:
    snow.bring_in(snow.apply())
    found = [one for name, one in diagnose(snow.job.config()) if name == "snow"]
    assert {one.check for one in found if one.verdict == "failure"} == set()
    assert "write.fields" in {one.check for one in found}


def test_what_another_configuration_writes_by_stays_when_one_is_undone(snow: Instance, tmp_path: Path) -> None:
    snow.bring_in(snow.apply())
    (tmp_path / "other").mkdir()
    other = Instance(tmp_path / "other", snow.job.sandbox, "snow", snow.account)
    other.job.text = snow.job.text.replace("u_promised_sla_due", "u_test_sla_due")
    other.bring_in(other.apply())
    back = other.undo()
    assert any("the role and the rules of whole tables stay" in text for text in back.plan.left)
    assert {one.kind for one in back.plan.things} <= {"column", "label", "choices", "rule", "rule's role"}
    other.bring_in(back)
    assert snow.rows("sys_user_role", "name=u_slabridge") != []


def test_importing_twice_changes_nothing_and_writing_twice_gives_the_same_bytes(snow: Instance) -> None:
    made = snow.apply()
    first = snow.output.read_bytes()
    assert snow.apply().file == snow.output
    assert snow.output.read_bytes() == first
    assert snow.bring_in(made)["inserted"] > 0
    before = snow.everything()
    snow.output.write_bytes(first)
    assert snow.bring_in(made)["updated"] == 0
    assert snow.everything() == before


def test_results_get_a_table_of_their_own_with_its_list_and_form(snow: Instance) -> None:
    snow.job.replace(
        "[connections.snow.writeback.comments]",
        '[connections.snow.writeback]\ntable = "u_promise"\nreference = "u_ticket"\n[connections.snow.writeback.comments]',
    )
    made = snow.apply()
    kinds = [one.kind for one in made.done]
    assert [kinds.count(kind) for kind in ("table", "list", "form")] == [1, 1, 1]
    rules = {one.text for one in made.done if one.kind == "rule" and "u_promise" in one.text}
    assert {f"u_slabridge may {operation} u_promise" for operation in ("create", "read", "write")} <= rules
    assert snow.bring_in(made)["skipped"] == []
    assert snow.job.run().exit_code == Exit.COMPLETE
    assert {row["u_promised_sla_status"] for row in snow.rows("u_promise", "")} >= {"On track", "Paused"}
    assert snow.apply().plan.things == ()
    snow.bring_in(snow.undo())
    assert snow.rows("sys_db_object", "name=u_promise") == []
    assert snow.undo().plan.things == ()


def test_no_layout_of_a_ticket_is_in_a_set(looked_at: Instance) -> None:
    made = looked_at.apply()
    root = fromstring(looked_at.output.read_bytes())  # noqa: S314 - our own
    kinds = {update.findtext("type") for update in root.iter("sys_update_xml")}
    assert kinds == {"Dictionary", "Field Label", "Choice list", "Role", "Access Control", "Access Roles"}
    assert any("Configure > Form Layout" in text for text in made.plan.by_hand)


def test_a_rule_is_only_added_to_others_of_a_table_that_is_not_ours(looked_at: Instance) -> None:
    """The first rule of a table would shut out all who read it by a wider one."""
    plan = looked_at.look().plan
    names = {(one.detail["name"], one.detail["operation"]) for one in plan.things if one.kind == "rule"}
    assert {("incident", "read"), ("incident", "write"), ("incident.u_promised_sla_due", "write")} <= names
    (said,) = [text for text in plan.by_hand if "a first one would shut out" in text]
    for table in ("sys_audit", "sys_journal_field", "sys_dictionary"):
        assert f"{table} (read)" in said
        assert (table, "read") not in names
    assert "incident.work_notes" not in {name for name, _ in names}


def test_a_column_of_another_type_refuses_and_one_that_is_there_is_left(looked_at: Instance) -> None:
    looked_at.job.replace('field = "u_promised_sla_due"', 'field = "u_symptom"')
    outcome = looked_at.apply()
    assert (outcome.exit_code, outcome.file) == (Exit.USAGE, None)
    (problem,) = outcome.problems
    assert problem == (
        "connections.snow.writeback.fields[1].field: 'u_symptom': this column of incident is of type string, and "
        "sla.next_due_at is a date and time: name another column"
    )
    looked_at.job.replace('field = "u_symptom"', 'field = "u_sla_due"')
    left = looked_at.look().plan
    assert left.left == ("u_sla_due of incident is there, and not made by slabridge",)
    assert "u_sla_due" not in {one.field for one in left.things}
    looked_at.job.replace('field = "u_sla_due"', 'field = "sla_due_promised"')
    assert "one that is made begins with u_" in looked_at.look().problems[0]


def test_a_choice_that_could_steer_a_query_is_refused(looked_at: Instance) -> None:
    looked_at.job.replace('on_track = "On track", at_risk', 'on_track = "On^NQname!=x", at_risk')
    assert "'On^NQname!=x' cannot be a choice" in looked_at.look().problems[0]


def test_names_and_options_are_escaped(snow: Instance) -> None:
    hostile = "]]></payload><&\\\"'"
    snow.job.replace('on_track = "On track", at_risk', f"on_track = '''{hostile}''', at_risk")
    snow.bring_in(snow.apply())
    assert hostile in {row["value"] for row in snow.rows("sys_choice", "element=u_promised_sla_status")}


def test_a_file_that_is_there_is_never_overwritten(looked_at: Instance) -> None:
    looked_at.output.write_text("theirs", "utf-8")
    outcome = looked_at.apply()
    assert (outcome.exit_code, outcome.file) == (Exit.USAGE, None)
    assert "is there already and holds something else" in outcome.problems[0]
    assert looked_at.output.read_text("utf-8") == "theirs"
    assert looked_at.kept() == set()
    assert "cannot be written" in looked_at.apply(output=looked_at.output / "below").problems[0]


def test_what_cannot_be_read_is_said_and_an_administrator_may_read_it(looked_at: Instance) -> None:
    hidden = ("sys_dictionary", "sys_security_acl", "sys_user_role", "sys_security_acl_role")
    looked_at.job.sandbox.switch("servicenow", hidden_tables=hidden)
    plan = looked_at.look().plan
    assert "no column of these names is there with another type" in plan.by_hand[0]
    assert ("incident", "write") not in {(one.detail.get("name"), one.detail.get("operation")) for one in plan.things}
    looked_at.account = "system:env:SNOW_PASSWORD"
    said = " ".join(looked_at.look().plan.by_hand)
    looked_at.job.sandbox.switch("servicenow", hidden_tables=())
    assert "cannot be read" not in said


def test_a_new_choice_is_brought_and_choices_of_people_stay(snow: Instance) -> None:
    snow.bring_in(snow.apply())
    endpoint = snow.job.sandbox.servicenow
    theirs = {"name": "incident", "element": "u_promised_sla_status", "value": "Theirs", "language": "en"}
    url, auth = f"{endpoint.url}/api/now/table/sys_choice", (endpoint.user, endpoint.secret)
    assert requests.post(url, json=theirs, auth=auth, timeout=PATIENCE).ok
    snow.job.replace('values = { on_track = "On track"', 'values = { on_track = "Fine"')
    made = snow.apply()
    assert [one.kind for one in made.done] == ["choices"]
    snow.bring_in(made)
    values = {row["value"] for row in snow.rows("sys_choice", "element=u_promised_sla_status")}
    assert {"Theirs", "Fine", "On track", "Met"} <= values


def test_a_column_that_is_hidden_from_the_account_of_the_configuration_is_said(snow: Instance) -> None:
    snow.bring_in(snow.apply())
    snow.job.sandbox.switch("servicenow", hidden_fields={"incident": ["u_promised_sla_due"]})
    outcome = snow.apply()
    assert (outcome.exit_code, outcome.plan.things) == (Exit.PARTIAL, ())
    (said,) = outcome.unwritable
    assert said.startswith("u_promised_sla_due of incident cannot be read by the account of the configuration")


def test_projects_and_screens_are_of_jira(looked_at: Instance) -> None:
    assert "--project and --screen are for Jira" in looked_at.look(projects=("ITSM",)).trouble


def test_of_a_table_of_results_that_people_made_only_what_is_missing_is_made(looked_at: Instance) -> None:
    looked_at.job.replace(
        "[connections.snow.writeback.comments]",
        '[connections.snow.writeback]\ntable = "u_slabridge_result"\nreference = "u_task"\n'
        "[connections.snow.writeback.comments]",
    )
    plan = looked_at.look().plan
    assert {one.kind for one in plan.things} == {"column", "label", "choices", "role", "rule", "rule's role"}
    assert "u_task" not in {one.detail.get("element") for one in plan.things}
    assert "u_slabridge_result (create), u_slabridge_result (read)" in plan.by_hand[-1]


def test_what_is_hidden_in_part_is_said_like_what_is_hidden(looked_at: Instance) -> None:
    looked_at.job.sandbox.switch("servicenow", hidden_rows={"sys_security_acl": "name=sys_user"})
    plan = looked_at.look().plan
    looked_at.job.sandbox.switch("servicenow", hidden_rows={})
    assert "sys_security_acl cannot be read" in plan.by_hand[0]
    assert ("sys_user", "read") not in {(one.detail.get("name"), one.detail.get("operation")) for one in plan.things}
