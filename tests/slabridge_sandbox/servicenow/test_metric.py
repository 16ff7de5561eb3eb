import re

from tests.slabridge_sandbox.servicenow.instance import Instance


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
