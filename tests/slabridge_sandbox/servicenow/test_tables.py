"""The tables around incidents: other tasks, metrics, mails, results of our own, and changes without a stamp."""

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


def test_an_aggregate_counts_rows(reader: Instance) -> None:
    answer = reader.ask("GET", "stats/incident", query="active=true", count="true")
    assert answer.json() == {"result": {"stats": {"count": "2"}}}
    assert reader.ask("GET", "stats/incident").json() == {"result": {"stats": {}}}


def test_metrics_have_how_long_a_field_had_which_value(reader: Instance) -> None:
    key = reader.key("INC0000001")
    query = f"id={key}^definition.field=state^ORDERBYstart"
    first, second, third = reader.rows("metric_instance", query, exclude_reference_link="true")
    assert [(row["value"], row["field_value"]) for row in (first, second, third)] == [
        ("New", "1"),
        ("Active", "2"),
        ("Awaiting User Info", "4"),
    ]
    assert (first["start"], first["end"], first["duration"], first["calculation_complete"]) == (
        "2016-03-01 08:00:00",
        "2016-03-01 08:30:00",
        "1970-01-01 00:30:00",
        "true",
    )
    assert (third["start"], third["end"], third["duration"], third["calculation_complete"]) == (
        "2016-03-01 09:00:00",
        "",
        "",
        "false",
    )
    assert first["field"] == "state"
    assert all(re.fullmatch("[0-9a-f]{32}", row["sys_id"]) for row in (first, second, third))


def test_metrics_leave_out_what_is_empty_and_name_teams_and_people(reader: Instance) -> None:
    query = f"id={reader.key('INC0000001')}^definition.name=Assigned to duration"
    rows = reader.rows("metric_instance", query, display_value="true")
    assert [(row["value"], row["definition"]["display_value"], row["duration"]) for row in rows] == [
        ("Resolver 3", "Assigned to duration", "30 Minutes")
    ]
    definitions = reader.rows("metric_definition", "ORDERBYfield", fields="name,table,field,type")
    assert [row["field"] for row in definitions] == ["assigned_to", "assignment_group", "state"]
    assert {(row["table"], row["type"]) for row in definitions} == {("incident", "field_value_duration")}


def test_a_metric_can_be_defined_for_another_class(instance: Instance) -> None:
    problem = instance.ask("POST", "table/problem", {}).json()["result"]["sys_id"]
    assert instance.rows("metric_instance", f"id={problem}") == []
    definition = {"name": "Problem groups", "table": "problem", "field": "assignment_group", "active": "true"}
    assert instance.ask("POST", "table/metric_definition", definition).json()["result"]["table"] == "problem"
    (group,) = instance.rows("sys_user_group", "name=Group 24")
    instance.ask("PATCH", f"table/problem/{problem}", {"assignment_group": group["sys_id"]})
    shown = instance.rows("metric_instance", f"id={problem}", fields="field,value,definition.table,end")
    assert shown == [{"field": "assignment_group", "value": "Group 24", "definition.table": "problem", "end": ""}]


def test_results_stand_in_a_table_of_our_own_that_refers_to_the_task(instance: Instance) -> None:
    key = instance.key("INC0000001")
    body = {"u_task": key, "u_sla_status": "At risk", "u_sla_due": "2016-03-02 08:00:00"}
    made = instance.ask("POST", "table/u_slabridge_result", body).json()["result"]
    assert made["u_task"]["value"] == key
    assert made["u_task"]["link"].endswith(f"/api/now/table/task/{key}")
    (row,) = instance.rows("u_slabridge_result", "u_task.number=INC0000001", fields="u_task.number,u_sla_status")
    assert row == {"u_task.number": "INC0000001", "u_sla_status": "At risk"}
    assert instance.incident("INC0000001")["sys_mod_count"] == "4"


def test_a_comment_is_mailed_to_the_caller_and_a_work_note_is_not(instance: Instance) -> None:
    instance.patch("INC0000001", work_notes="internal")
    assert instance.rows("sys_email") == []
    instance.patch("INC0000001", comments="We are on it")
    instance.session.auth = ("caller.1", instance.sandbox.servicenow.secret)
    instance.patch("INC0000001", comments="Thanks")
    (mail,) = instance.rows("sys_email")
    assert (mail["recipients"], mail["body"]) == ("caller.1@example.com", "We are on it")
    assert mail["subject"] == "Incident INC0000001 - comments added"
    assert mail["instance"] == instance.key("INC0000001")


def test_a_script_changes_a_record_without_a_stamp_with_or_without_audit(instance: Instance) -> None:
    key, before = instance.key("INC0000002"), instance.incident("INC0000002")
    instance.sandbox.move_to(instance.sandbox.now + 60_000)
    instance.sandbox.change_silently("incident", key, {"state": "6"})
    after = instance.incident("INC0000002")
    assert (after["state"], after["resolved_at"]) == ("6", "2016-03-01 12:01:00")
    assert {n: after[n] for n in after if n.startswith("sys_")} == {
        n: before[n] for n in before if n.startswith("sys_")
    }
    assert ("state", "1", "6") in instance.audit("INC0000002")
    instance.sandbox.change_silently("incident", key, {"u_sla_holder": "x"}, workflow=False)
    assert instance.incident("INC0000002")["u_sla_holder"] == "x"
    assert "u_sla_holder" not in {field for field, _, _ in instance.audit("INC0000002")}
    with pytest.raises(ValueError, match="No Record found"):
        instance.sandbox.change_silently("incident", "nonsense", {})


def test_durations_are_stored_from_1970_and_displayed_in_words(instance: Instance) -> None:
    assert instance.patch("INC0000001", business_duration="1 08:30:05")["business_duration"] == "1970-01-02 08:30:05"
    shown = instance.incident("INC0000001", display_value="true", fields="business_duration,calendar_duration")
    assert shown == {"business_duration": "1 Day 8 Hours 30 Minutes 5 Seconds", "calendar_duration": ""}
    assert instance.patch("INC0000001", business_duration="long")["business_duration"] == "1970-01-02 08:30:05"


def test_times_are_displayed_and_generated_in_the_zone_of_the_user_who_asks(instance: Instance) -> None:
    (user,) = instance.rows("sys_user", "user_name=slabridge")
    instance.ask("PATCH", f"table/sys_user/{user['sys_id']}", {"time_zone": "Europe/Stockholm"})
    assert instance.incident("INC0000001", display_value="true")["opened_at"] == "2016-03-01 09:00:00"
    query = "opened_at<=javascript:gs.dateGenerate('2016-03-01','09:00:00')"
    assert instance.numbers(query) == ["INC0000001"]
    assert instance.numbers(query.replace("09:00:00", "08:59:59")) == []


def test_a_query_may_ask_for_what_is_ones_own(instance: Instance) -> None:
    instance.ask("POST", "table/incident", {"short_description": "mine"})
    shown = instance.rows("incident", "opened_by=javascript:gs.getUserID()", fields="short_description")
    assert shown == [{"short_description": "mine"}]
    shown = instance.rows("incident", "sys_created_by=javascript:gs.getUserName()", fields="short_description")
    assert shown == [{"short_description": "mine"}]
