"""The tables around incidents: mails, results of our own, and changes without a stamp."""

import pytest

from tests.slabridge_sandbox.servicenow.instance import Instance


def test_an_aggregate_counts_rows(reader: Instance) -> None:
    answer = reader.ask("GET", "stats/incident", query="active=true", count="true")
    assert answer.json() == {"result": {"stats": {"count": "2"}}}
    assert reader.ask("GET", "stats/incident").json() == {"result": {"stats": {}}}


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


def test_a_query_may_ask_for_what_is_ones_own(instance: Instance) -> None:
    instance.ask("POST", "table/incident", {"short_description": "mine"})
    shown = instance.rows("incident", "opened_by=javascript:gs.getUserID()", fields="short_description")
    assert shown == [{"short_description": "mine"}]
    shown = instance.rows("incident", "sys_created_by=javascript:gs.getUserName()", fields="short_description")
    assert shown == [{"short_description": "mine"}]
