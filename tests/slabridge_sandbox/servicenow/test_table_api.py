import re
from collections import Counter

import pytest

from sla_engine.instant import DAY
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

GROUP = "assignment_group"


def test_everything_is_text_and_what_is_empty_is_an_empty_text(reader: Instance) -> None:
    row = reader.incident("INC0000001", exclude_reference_link="true")
    assert all(isinstance(value, str) for value in row.values())
    assert (row["state"], row["active"], row["priority"], row["sys_mod_count"]) == ("4", "true", "2", "4")
    assert (row["opened_at"], row["sys_updated_on"]) == ("2016-03-01 08:00:00", "2016-03-01 09:30:00")
    assert (row["assigned_to"], row["closed_at"], row["work_notes"]) == ("", "", "")
    assert re.fullmatch("[0-9a-f]{32}", row["sys_id"])


def test_a_reference_is_a_link_and_a_value_or_a_text(reader: Instance) -> None:
    (group,) = reader.rows("sys_user_group", "name=Group 24")
    link = f"{reader.sandbox.servicenow.url}/api/now/table/sys_user_group/{group['sys_id']}"
    assert reader.incident("INC0000001")[GROUP] == {"link": link, "value": group["sys_id"]}
    assert reader.incident("INC0000001", exclude_reference_link="TRUE")[GROUP] == group["sys_id"]
    assert reader.session.get(link, timeout=PATIENCE).json()["result"]["name"] == "Group 24"


def test_display_values_are_labels_names_and_times_of_the_users_zone(reader: Instance) -> None:
    shown = reader.incident("INC0000001", display_value="true", exclude_reference_link="true")
    assert (shown["state"], shown["priority"], shown[GROUP]) == ("Awaiting User Info", "2 - High", "Group 24")
    assert shown["opened_at"] == "2016-03-01 00:00:00"
    assert shown["category"] == "Category 55"
    assert shown["close_code"] is None


def test_all_shows_both(reader: Instance) -> None:
    both = reader.incident("INC0000001", display_value="All")
    assert both["state"] == {"display_value": "Awaiting User Info", "value": "4"}
    assert both["category"] == {"display_value": "Category 55", "value": "category_55"}
    assert both[GROUP].keys() == {"display_value", "value", "link"}
    assert both["assigned_to"] == {"display_value": "", "value": ""}


def test_only_the_fields_asked_for_come_dot_walked_too_and_unknown_ones_do_not(reader: Instance) -> None:
    fields = "number,assignment_group.name,caller_id.user_name,assigned_to.name,nonsense,nonsense.name"
    assert reader.incident("INC0000001", fields=fields) == {
        "number": "INC0000001",
        "assignment_group.name": "Group 24",
        "caller_id.user_name": "caller.1",
        "assigned_to.name": "",
    }


def test_no_fields_is_all_fields(reader: Instance) -> None:
    assert reader.incident("INC0000001", fields="") == reader.incident("INC0000001")


def test_pages_carry_the_count_and_links(reader: Instance) -> None:
    response = reader.ask("GET", "table/incident", query="ORDERBYnumber", limit=1, offset=1)
    assert [row["number"] for row in response.json()["result"]] == ["INC0000002"]
    assert response.headers["X-Total-Count"] == "2"
    assert set(response.links) == {"first", "prev", "last"}
    assert set(reader.ask("GET", "table/incident", limit=1).links) == {"first", "next", "last"}
    (first,) = reader.session.get(response.links["first"]["url"], timeout=PATIENCE).json()["result"]
    assert first["number"] == "INC0000001"


def test_the_count_is_left_out_when_not_wanted(reader: Instance) -> None:
    response = reader.ask("GET", "table/incident", no_count="true")
    assert "X-Total-Count" not in response.headers
    assert "Link" not in reader.ask("GET", "table/incident", suppress_pagination_header="true").headers


def test_nothing_found_is_an_empty_list_and_a_404_in_version_1(reader: Instance) -> None:
    assert reader.rows("incident", "number=none") == []
    assert reader.ask("GET", "v2/table/incident", query="number=none").json() == {"result": []}
    assert reader.ask("GET", "v1/table/incident", query="number=none").status_code == 404


def test_parameters_that_name_fields_filter(reader: Instance) -> None:
    url = f"{reader.sandbox.servicenow.url}/api/now/table/incident?number=INC0000002"
    assert len(reader.session.get(url, timeout=PATIENCE).json()["result"]) == 1


def test_an_update_leaves_audit_rows_of_raw_values_by_the_account_that_made_it(reader: Instance) -> None:
    query = f"documentkey={reader.key('INC0000001')}^fieldnameINstate,assigned_to^ORDERBYrecord_checkpoint"
    (resolver,) = reader.rows("sys_user", "name=Resolver 3")
    rows = reader.rows("sys_audit", query)
    assert sorted((row["record_checkpoint"], row["fieldname"], row["oldvalue"], row["newvalue"]) for row in rows) == [
        ("1", "assigned_to", "", resolver["sys_id"]),
        ("1", "state", "1", "2"),
        ("2", "assigned_to", resolver["sys_id"], ""),
        ("3", "state", "2", "4"),
    ]
    assert {(row["tablename"], row["user"], row["reason"]) for row in rows} == {("incident", "updated.by.21", "")}
    assert rows[0]["sys_created_on"] == "2016-03-01 08:30:00"


def test_what_people_said_in_a_story_stands_in_the_journal_and_in_the_audit_trail() -> None:
    with Sandbox(SandboxOptions(size=60, share=0.0), in_process=True) as sandbox:
        sandbox.move_to(sandbox.now + 60 * DAY)
        instance = Instance(sandbox)
        with instance.session:
            entries = instance.rows("sys_journal_field")
            audit = instance.rows(
                "sys_audit", "fieldnameINcomments,work_notes", fields="documentkey,fieldname,newvalue,user"
            )
            callers = {
                row["sys_id"]: row["caller_id.user_name"]
                for row in instance.rows("incident", fields="sys_id,caller_id.user_name")
            }
    said = [(row["element_id"], row["element"], row["value"], row["sys_created_by"]) for row in entries]
    assert {row["name"] for row in entries} == {"incident"}
    assert Counter(said) == Counter(tuple(row.values()) for row in audit)
    assert {(element, by == callers[key]) for key, element, _, by in said} == {
        ("comments", True),
        ("comments", False),
        ("work_notes", False),
    }


def test_opening_leaves_no_audit_rows(reader: Instance) -> None:
    assert reader.audit("INC0000002") == []


def test_choices_and_the_dictionary_say_what_fields_hold(reader: Instance) -> None:
    states = reader.rows("sys_choice", "name=incident^element=state^ORDERBYsequence")
    assert [(row["value"], row["label"]) for row in states][:2] == [("1", "New"), ("2", "Active")]
    (entry,) = reader.rows("sys_dictionary", "nameINincident,task^element=assignment_group")
    assert (entry["name"], entry["internal_type"], entry["reference"]) == ("task", "reference", "sys_user_group")
    (collection,) = reader.rows("sys_dictionary", "name=incident^elementISEMPTY")
    assert (collection["internal_type"], collection["audit"]) == ("collection", "true")
    (incident,) = reader.rows("sys_db_object", "name=incident", fields="label,super_class.name")
    assert incident == {"label": "Incident", "super_class.name": "task"}


@pytest.mark.parametrize(
    ("path", "status", "message", "detail"),
    [
        ("table/nonsense", 400, "Invalid table nonsense", None),
        (
            "table/incident/nonsense",
            404,
            "No Record found",
            "Record doesn't exist or ACL restricts the record retrieval",
        ),
        ("nonsense", 400, "Requested URI does not represent any resource", None),
    ],
)
def test_errors_have_the_shape_of_the_api(
    reader: Instance, path: str, status: int, message: str, detail: str | None
) -> None:
    response = reader.ask("GET", path)
    assert response.status_code == status
    assert response.json() == {"error": {"message": message, "detail": detail}, "status": "failure"}


@pytest.mark.parametrize("account", [("slabridge", "wrong"), ("nobody", "sandbox"), ("", "")])
def test_wrong_credentials_are_refused(reader: Instance, account: tuple[str, str]) -> None:
    reader.session.auth = account
    response = reader.ask("GET", "table/incident")
    assert response.status_code == 401
    assert response.json()["error"] == {
        "message": "User Not Authenticated",
        "detail": "Required to provide Auth information",
    }


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer c2xhYnJpZGdlOnNhbmRib3g="])
def test_a_header_that_says_nobody_is_refused(reader: Instance, header: str) -> None:
    reader.session.auth = None
    reader.session.trust_env = False
    reader.session.headers["Authorization"] = header
    assert reader.ask("GET", "table/incident").status_code == 401
