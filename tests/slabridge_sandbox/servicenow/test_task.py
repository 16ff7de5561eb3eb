import re

import pytest

from tests.slabridge_sandbox.servicenow.instance import Instance

CLASSES = {"sc_req_item": "RITM", "problem": "PRB", "change_request": "CHG", "sn_hr_core_case": "HRC", "task": "TASK"}


@pytest.mark.parametrize(("table", "prefix"), CLASSES.items())
def test_every_class_of_task_is_written_and_leaves_an_audit_trail_under_its_name(
    instance: Instance, table: str, prefix: str
) -> None:
    made = instance.ask("POST", f"table/{table}", {"short_description": "Please"}).json()["result"]
    assert re.fullmatch(rf"{prefix}\d{{7}}", made["number"])
    assert (made["sys_class_name"], made["active"], made["priority"]) == (table, "true", "5")
    path = f"table/{table}/{made['sys_id']}"
    (group,) = instance.rows("sys_user_group", "name=Group 24")
    changed = instance.ask("PATCH", path, {"assignment_group": group["sys_id"], "work_notes": "hello"}).json()["result"]
    assert (changed["sys_mod_count"], changed["reassignment_count"]) == ("1", "1")
    audit = instance.rows("sys_audit", f"documentkey={made['sys_id']}", fields="tablename,fieldname")
    assert {row["tablename"] for row in audit} == {table}
    assert {row["fieldname"] for row in audit} == {"assignment_group", "reassignment_count", "work_notes"}
    assert instance.ask("DELETE", path).status_code == 204
    (entry,) = instance.rows("sys_audit_delete", fields="tablename,display_value")
    assert entry == {"tablename": table, "display_value": made["number"]}


def test_task_is_all_classes_and_an_incident_changed_as_task_is_an_incident(instance: Instance) -> None:
    made = instance.ask("POST", "table/problem", {}).json()["result"]
    shown = instance.rows("task", "ORDERBYnumber", fields="number,sys_class_name", display_value="true")
    assert [row["number"] for row in shown] == ["INC0000001", "INC0000002", made["number"]]
    assert [row["sys_class_name"] for row in shown] == ["Incident", "Incident", "Problem"]
    assert instance.ask("GET", f"table/incident/{made['sys_id']}").status_code == 404
    key = instance.key("INC0000002")
    answer = instance.ask("PATCH", f"table/task/{key}", {"state": "6", "caller_id": "x"})
    assert "resolved_at" not in answer.json()["result"]
    assert instance.incident("INC0000002")["resolved_at"] == "2016-03-01 12:00:00"
    assert {row["tablename"] for row in instance.rows("sys_audit", f"documentkey={key}")} == {"incident"}


def test_closing_and_reopening_a_problem_follows_the_states_of_problems(instance: Instance) -> None:
    made = instance.ask("POST", "table/problem", {}).json()["result"]
    path = f"table/problem/{made['sys_id']}"
    assert (made["state"], instance.ask("PATCH", path, {"state": "7"}).json()["result"]["active"]) == ("101", "true")
    closed = instance.ask("PATCH", path, {"state": "107"}).json()["result"]
    assert (closed["active"], closed["closed_at"]) == ("false", "2016-03-01 12:00:00")
    assert instance.ask("PATCH", path, {"state": "101"}).json()["result"]["closed_at"] == ""
    shown = instance.rows("problem", display_value="true", fields="state,priority")
    assert shown == [{"state": "New", "priority": "5 - Planning"}]
