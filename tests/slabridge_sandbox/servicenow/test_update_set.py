"""Update sets are taken in as instances take them, and refused where they are not what instances export."""

from typing import Any

import pytest
import requests

from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

ID = "0123456789abcdef0123456789abcdef"
HEAD = """<sys_remote_update_set action="INSERT_OR_UPDATE"><application>global</application><name>n</name>
<remote_sys_id>{other}</remote_sys_id><state>loaded</state><sys_class_name>sys_remote_update_set</sys_class_name>
<sys_id>{id}</sys_id></sys_remote_update_set>"""
UPDATE = """<sys_update_xml action="INSERT_OR_UPDATE"><action>{action}</action><application>global</application>
<category>customer</category><name>{name}</name><payload>{payload}</payload>
<remote_update_set>{id}</remote_update_set><sys_id>{id}</sys_id><sys_recorded_at>19b7700000000000ab</sys_recorded_at>
<table/><target_name/><type>{type}</type><update_domain>global</update_domain></sys_update_xml>"""
COLUMN = """<record_update><sys_dictionary action="{action}" element="{column}" table="incident"><active>true</active>
<choice>0</choice><column_label>{label}</column_label><element>{column}</element><internal_type>{kind}</internal_type>
<name>incident</name><sys_id>{id}</sys_id></sys_dictionary></record_update>"""


def column(name: str = "u_new", kind: str = "string", action: str = "INSERT_OR_UPDATE", label: str = "New") -> str:
    payload = COLUMN.format(column=name, kind=kind, action=action, label=label, id=ID)
    return update(f"sys_dictionary_incident_{name}", "Dictionary", payload, action)


def update(name: str, type_: str, payload: str, action: str = "INSERT_OR_UPDATE") -> str:
    escaped = payload.replace("&", "&amp;").replace("<", "&lt;")
    return UPDATE.format(name=name, type=type_, payload=escaped, action=action, id=ID)


def unload(*updates: str, head: str = HEAD) -> str:
    return f'<unload unload_date="2026-01-01 00:00:00">{head.format(id=ID, other=ID[::-1])}{"".join(updates)}</unload>'


def brought(sandbox: Sandbox, xml: str) -> dict[str, Any]:
    answer = requests.post(f"{sandbox.servicenow.url}/sandbox/update-set", data=xml.encode(), timeout=PATIENCE)
    return dict(answer.json())


def test_a_column_becomes_real_and_goes_with_all_that_it_holds(instance: Instance) -> None:
    assert brought(instance.sandbox, unload(column()))["inserted"] == 1
    assert instance.patch("INC0000001", u_new="x")["u_new"] == "x"
    assert instance.numbers("u_new=x") == ["INC0000001"]
    assert brought(instance.sandbox, unload(column(label="Newer")))["updated"] == 1
    assert brought(instance.sandbox, unload(column(label="Newer")))["updated"] == 0
    assert brought(instance.sandbox, unload(column(action="DELETE")))["deleted"] == 1
    assert "u_new" not in instance.incident("INC0000001")
    brought(instance.sandbox, unload(column()))
    assert instance.incident("INC0000001")["u_new"] == ""


def test_another_sandbox_does_not_have_it(instance: Instance, reader: Instance) -> None:
    brought(instance.sandbox, unload(column()))
    assert "u_new" in instance.incident("INC0000001")
    assert "u_new" not in reader.incident("INC0000001")


def test_a_type_that_is_changed_is_skipped_and_said(instance: Instance) -> None:
    found = brought(instance.sandbox, unload(column("u_symptom", "integer")))
    assert (found["inserted"], found["updated"]) == (0, 0)
    assert found["skipped"] == ["incident.u_symptom: the type string is not changed to integer"]


def test_what_coalesces_keeps_the_id_that_it_has_and_a_rule_does_not_coalesce(instance: Instance) -> None:
    (before,) = instance.rows("sys_dictionary", "name=incident^element=u_symptom")
    brought(instance.sandbox, unload(column("u_symptom", label="Sign")))
    (after,) = instance.rows("sys_dictionary", "name=incident^element=u_symptom")
    assert (after["sys_id"], after["column_label"]) == (before["sys_id"], "Sign")
    rule = f"""<record_update table="sys_security_acl"><sys_security_acl action="INSERT_OR_UPDATE"><name>incident</name>
    <operation>read</operation><type>record</type><active>true</active><sys_id>{ID}</sys_id></sys_security_acl>
    </record_update>"""
    brought(instance.sandbox, unload(update(f"sys_security_acl_{ID}", "Access Control", rule)))
    assert len(instance.rows("sys_security_acl", "name=incident^operation=read")) == 2


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("<unload", "it is no XML"),
        ("<unload/>", "unload_date"),
        (unload(head=""), "not one sys_remote_update_set"),
        (unload(column(), head=HEAD.replace("loaded", "committed")), "its state is not loaded"),
        (unload(column(), head=HEAD.replace("{other}", "{id}")), "the sys_id of the set that it was"),
        (unload(column().replace("<category>customer</category>", "")), "it lacks category"),
        (unload(column().replace("<action>INSERT_OR_UPDATE", "<action>DELETE")), "its update says otherwise"),
        (unload(column().replace("<action>INSERT_OR_UPDATE", "<action>MOVE")), "neither to save nor to delete"),
        (unload(column().replace("19b7700000000000ab", "")), "18 hexadecimal digits"),
        (unload(column().replace("sys_dictionary_incident_u_new", "u_new")), "it is called sys_dictionary_incident"),
        (unload(column().replace(f"&lt;sys_id>{ID}", "&lt;sys_id>1")), "is no sys_id"),
        (unload(column("u_new-er")), "no name of a table or a column"),
        (unload(update("x", "Role", "<record_update><a/></record_update>")), "it is called a_"),
        (unload(update("x", "Role", "<unload/>")), "no record_update of one record"),
    ],
)
def test_what_no_instance_exports_is_refused(instance: Instance, xml: str, words: str) -> None:
    found = brought(instance.sandbox, xml)
    assert words in found.get("error", ""), found
    assert "u_new" not in instance.incident("INC0000001")


@pytest.mark.parametrize(
    "query", ["", "name=incident", "name=incident^element=state", "name=incident^element=state^value=1^languageLIKEe"]
)
def test_a_delete_of_more_than_single_choices_is_refused(instance: Instance, query: str) -> None:
    payload = f"""<record_update><sys_choice_v2 action="INSERT_OR_UPDATE" field="state" table="incident" version="4">
    <sys_choice action="delete_multiple" query="{query}"/></sys_choice_v2></record_update>"""
    found = brought(instance.sandbox, unload(update("sys_choice_incident_state", "Choice list", payload)))
    assert "would delete more than single choices" in found["error"]
