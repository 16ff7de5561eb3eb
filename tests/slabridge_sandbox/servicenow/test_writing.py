import re

import pytest

from sla_engine.instant import parse_instant
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

DUE = "2016-03-02 08:00:00"
NOON = "2016-03-01 12:00:00"


def test_a_patch_changes_the_field_stamps_the_record_and_leaves_an_audit_row(instance: Instance) -> None:
    before = instance.incident("INC0000002")
    after = instance.patch("INC0000002", u_sla_due=DUE)
    assert (after["u_sla_due"], after["sys_updated_on"], after["sys_updated_by"]) == (DUE, NOON, "slabridge")
    assert int(after["sys_mod_count"]) == int(before["sys_mod_count"]) + 1
    assert after["sys_created_by"] == before["sys_created_by"]
    assert instance.audit("INC0000002") == [("u_sla_due", "", DUE)]


def test_put_does_the_same(instance: Instance) -> None:
    answer = instance.ask("PUT", f"table/incident/{instance.key('INC0000002')}", {"u_sla_status": "At risk"})
    assert answer.json()["result"]["u_sla_status"] == "At risk"
    assert answer.json()["result"]["number"] == "INC0000002"


def test_values_that_are_there_already_change_nothing(instance: Instance) -> None:
    once = instance.patch("INC0000002", u_sla_due=DUE, priority="1")
    instance.sandbox.move_to(instance.sandbox.now + 1000)
    assert instance.patch("INC0000002", u_sla_due=DUE, priority=1) == once


def test_an_empty_text_and_null_empty_a_field(instance: Instance) -> None:
    instance.patch("INC0000002", u_sla_due=DUE, u_sla_holder="Network")
    after = instance.patch("INC0000002", u_sla_due="", u_sla_holder=None)
    assert (after["u_sla_due"], after["u_sla_holder"]) == ("", "")
    assert instance.audit("INC0000002")[2:] == [("u_sla_due", DUE, ""), ("u_sla_holder", "Network", "")]


def test_unknown_and_system_fields_and_dates_that_are_none_are_ignored(instance: Instance) -> None:
    before = instance.incident("INC0000002")
    ignored = {"nonsense": "1", "sys_created_on": DUE, "sys_id": "1", "u_sla_due": "2016-03-02T08:00:00Z"}
    assert instance.patch("INC0000002", **ignored) == before


def test_a_note_goes_to_the_journal_and_reads_back_empty(instance: Instance) -> None:
    after = instance.patch("INC0000002", work_notes="Due at 10:00")
    assert after["work_notes"] == ""
    assert after["sys_mod_count"] == "1"
    (entry,) = instance.rows("sys_journal_field", f"element_id={instance.key('INC0000002')}^element=work_notes")
    assert (entry["name"], entry["value"]) == ("incident", "Due at 10:00")
    assert (entry["sys_created_on"], entry["sys_created_by"]) == (NOON, "slabridge")
    assert instance.audit("INC0000002") == [("work_notes", "", "Due at 10:00")]


def test_the_same_note_twice_is_two_entries(instance: Instance) -> None:
    instance.patch("INC0000002", work_notes="again", comments="hello")
    instance.patch("INC0000002", work_notes="again")
    elements = [row["element"] for row in instance.rows("sys_journal_field")]
    assert sorted(elements) == ["comments", "work_notes", "work_notes"]


def test_displayed_a_journal_is_one_text_the_newest_first_in_the_users_zone(instance: Instance) -> None:
    instance.patch("INC0000002", work_notes="first")
    instance.sandbox.move_to(instance.sandbox.now + 60_000)
    instance.patch("INC0000002", work_notes="second")
    shown = instance.incident("INC0000002", display_value="true", fields="work_notes")["work_notes"]
    second, first = "2016-03-01 04:01:00 - slabridge (Work notes)", "2016-03-01 04:00:00 - slabridge (Work notes)"
    assert shown == f"{second}\nsecond\n\n{first}\nfirst\n\n"


def test_states_and_teams_have_the_effects_that_the_instance_gives_them(instance: Instance) -> None:
    (group,) = instance.rows("sys_user_group", "name=Group 24")
    moved = instance.patch("INC0000002", assignment_group=group["sys_id"], state="6", close_code="code_5")
    assert (moved["reassignment_count"], moved["resolved_at"], moved["active"]) == ("1", NOON, "true")
    assert moved["resolved_by"]["value"] == instance.rows("sys_user", "user_name=slabridge")[0]["sys_id"]
    closed = instance.patch("INC0000002", state="7")
    assert (closed["active"], closed["closed_at"]) == ("false", NOON)
    reopened = instance.patch("INC0000002", state="2")
    assert (reopened["active"], reopened["reopen_count"]) == ("true", "1")
    assert (reopened["resolved_at"], reopened["closed_at"], reopened["close_code"]) == ("", "", "")


def test_impact_and_urgency_make_the_priority(instance: Instance) -> None:
    assert instance.patch("INC0000002", impact="3", urgency="2")["priority"] == "4"
    assert instance.patch("INC0000002", impact="1", priority="3")["priority"] == "3"


def test_any_person_of_the_log_can_act(instance: Instance) -> None:
    instance.session.auth = ("resolver.3", instance.sandbox.servicenow.secret)
    assert instance.patch("INC0000002", state="2")["sys_updated_by"] == "resolver.3"


def test_an_incident_made_has_defaults_and_a_place(instance: Instance) -> None:
    answer = instance.ask("POST", "table/incident", {"short_description": "New here", "sys_id": "mine"})
    made = answer.json()["result"]
    assert answer.status_code == 201
    assert re.fullmatch(r"INC\d{7}", made["number"])
    assert (made["state"], made["priority"], made["opened_at"], made["active"]) == ("1", "5", NOON, "true")
    assert instance.session.get(answer.headers["Location"], timeout=PATIENCE).json()["result"] == made
    assert instance.audit(made["number"]) == []


def test_a_record_deleted_is_gone_and_remembered(instance: Instance) -> None:
    key = instance.key("INC0000001")
    assert instance.ask("DELETE", f"table/incident/{key}").status_code == 204
    assert instance.ask("GET", f"table/incident/{key}").status_code == 404
    assert instance.ask("PATCH", f"table/incident/{key}", {"state": "2"}).status_code == 404
    (entry,) = instance.rows("sys_audit_delete")
    assert (entry["documentkey"], entry["display_value"]) == (key, "INC0000001")
    instance.sandbox.move_to(parse_instant("2016-04-01T00:00:00Z"))
    assert instance.ask("GET", f"table/incident/{key}").status_code == 404


@pytest.mark.parametrize("table", ["sys_audit", "sys_journal_field", "sys_dictionary"])
def test_what_the_instance_writes_itself_cannot_be_written(instance: Instance, table: str) -> None:
    answer = instance.ask("POST", f"table/{table}", {"value": "x"})
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Operation Failed"


def test_a_body_that_is_no_json_is_refused(instance: Instance) -> None:
    url = f"{instance.sandbox.servicenow.url}/api/now/table/incident/{instance.key('INC0000002')}"
    for body in (b"{", b"1", b"[]", b""):
        answer = instance.session.patch(url, data=body, timeout=PATIENCE)
        assert answer.status_code == 400
        assert answer.json()["error"]["detail"] == "The payload is not valid JSON."
