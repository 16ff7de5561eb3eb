"""An update set is what instances export, element by element, and the same bytes each time."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from connectors.interface import Kind
from connectors.servicenow.provision.record_of import KINDS, thing_of, update_of
from connectors.servicenow.provision.update_set import document, label_of

HEADER = {
    "application",
    "application_name",
    "application_scope",
    "application_version",
    "collisions",
    "commit_date",
    "deleted",
    "description",
    "inserted",
    "name",
    "origin_sys_id",
    "parent",
    "release_date",
    "remote_base_update_set",
    "remote_parent_id",
    "remote_sys_id",
    "state",
    "summary",
    "sys_class_name",
    "sys_created_by",
    "sys_created_on",
    "sys_id",
    "sys_mod_count",
    "sys_updated_by",
    "sys_updated_on",
    "update_set",
    "update_source",
    "updated",
}
UPDATE = {
    "action",
    "application",
    "category",
    "comments",
    "name",
    "payload",
    "payload_hash",
    "remote_update_set",
    "replace_on_upgrade",
    "sys_created_by",
    "sys_created_on",
    "sys_id",
    "sys_mod_count",
    "sys_recorded_at",
    "sys_updated_by",
    "sys_updated_on",
    "table",
    "target_name",
    "type",
    "update_domain",
    "update_guid",
    "update_guid_history",
    "update_set",
    "view",
}
BOOKKEEPING = {
    "sys_class_name",
    "sys_created_by",
    "sys_created_on",
    "sys_id",
    "sys_mod_count",
    "sys_name",
    "sys_package",
    "sys_policy",
    "sys_scope",
    "sys_update_name",
    "sys_updated_by",
    "sys_updated_on",
}
RECORDS = {
    "sys_dictionary": """active audit choice column_label element internal_type mandatory max_length name read_only
        attributes""",
    "sys_documentation": "element help hint label language name plural url url_target",
    "sys_choice_set": "element name",
    "sys_choice": "dependent_value element hint inactive label language name sequence sys_domain value",
    "sys_db_object": "access create_access_controls is_extendable label name read_access super_class user_role ws_access",
    "sys_user_role": "can_delegate description elevated_privilege grantable includes_roles name suffix",
    "sys_security_acl": """active admin_overrides advanced applies_to condition decision_type description
        local_or_existing name operation script security_attribute type""",
    "sys_security_acl_role": "sys_security_acl sys_user_role",
    "sys_ui_list": "name view",
    "sys_ui_list_element": "element list_id position",
    "sys_ui_section": "header name title view",
    "sys_ui_element": "element position sys_ui_formatter sys_ui_section type",
}
"""By record, the elements that an export has, as far as an instance may insist on them."""
OUTER: dict[str, tuple[str, dict[str, str]]] = {
    "table": ("sys_db_object", {"action": ""}),
    "collection": ("sys_dictionary", {"action": "", "element": "null", "table": "u_t"}),
    "column": ("sys_dictionary", {"action": "", "element": "u_c", "table": "u_t"}),
    "label": ("sys_documentation", {"element": "u_c", "label": "C", "language": "en", "table": "u_t"}),
    "choices": ("sys_choice_v2", {"action": "", "field": "u_c", "table": "u_t", "version": "4"}),
    "role": ("sys_user_role", {"action": ""}),
    "rule": ("sys_security_acl", {"action": ""}),
    "rule's role": ("sys_security_acl_role", {"action": ""}),
    "list": (
        "sys_ui_list",
        {"parent": "", "relationship": "", "sys_domain": "global", "table": "u_t", "version": "2", "view": ""},
    ),
    "form": ("sys_ui_section", {"caption": "", "sys_domain": "global", "table": "u_t", "version": "3", "view": ""}),
}
"""By kind, the record in the payload and its attributes; an empty action is that of the update."""
DETAIL: dict[str, Any] = {
    "table": "u_t",
    "element": "u_c",
    "label": "C",
    "type": Kind.CHOICE.value,
    "options": ["a", "b"],
    "name": "u_t.u_c",
    "operation": "write",
    "elements": ["u_c"],
}
THINGS = [thing_of(kind, "", kind, **DETAIL) for kind in KINDS]


def read(xml: bytes) -> Element:
    return fromstring(xml)  # noqa: S314 - our own


def payload(update: Element) -> Element:
    return read((update.findtext("payload") or "").encode())


@pytest.mark.parametrize("deletes", [False, True])
def test_a_set_has_the_elements_of_an_export(*, deletes: bool) -> None:
    root = read(document("A set", "", [update_of(thing, deletes=deletes) for thing in THINGS]))
    header, *updates = root
    assert (root.tag, header.tag, header.get("action")) == ("unload", "sys_remote_update_set", "INSERT_OR_UPDATE")
    assert {child.tag for child in header} == HEADER
    assert header.findtext("state") == "loaded"
    for update in updates:
        assert (update.tag, {child.tag for child in update}) == ("sys_update_xml", UPDATE)
        assert update.findtext("remote_update_set") == header.findtext("sys_id")
        assert update.findtext("action") == ("DELETE" if deletes else "INSERT_OR_UPDATE")
    places = [update.findtext("sys_recorded_at") for update in updates]
    assert places == sorted(set(places), key=str)


@pytest.mark.parametrize("thing", THINGS, ids=KINDS)
@pytest.mark.parametrize("deletes", [False, True])
def test_a_payload_has_the_form_of_its_kind(thing: Any, *, deletes: bool) -> None:  # noqa: ANN401 - a thing
    action = "DELETE" if deletes else "INSERT_OR_UPDATE"
    (update,) = read(document("A set", "", [update_of(thing, deletes=deletes)])).iter("sys_update_xml")
    root = payload(update)
    (outer,) = root
    name, attributes = OUTER[thing.kind]
    wanted = {key: value or (action if key == "action" else "") for key, value in attributes.items()}
    assert (root.tag, outer.tag) == ("record_update", name)
    assert {key: outer.get(key) for key in wanted} == wanted
    assert root.get("table") == (name if thing.kind in {"table", "role", "rule", "rule's role"} else None)
    records = [one for one in root.iter() if one.tag in RECORDS and one.find("sys_id") is not None]
    assert records
    for record in records:
        tags = {child.tag for child in record}
        assert tags >= BOOKKEEPING | set(RECORDS[record.tag].split()), record.tag
        assert record.get("action") == action
        assert record.findtext("sys_update_name") == update.findtext("name") == thing.id


def test_the_form_that_touches_no_foreign_choice_names_each_of_ours() -> None:
    (multiple,) = [
        one
        for one in update_of(THINGS[KINDS.index("choices")]).payload.iter("sys_choice")
        if one.get("action") == "delete_multiple"
    ]
    branches = [f"name=u_t^element=u_c^value={value}^language=en" for value in ("a", "b")]
    assert multiple.get("query") == "^NQ".join(branches)


def test_a_role_is_found_by_its_name_and_a_rule_by_its_id() -> None:
    record = update_of(THINGS[KINDS.index("rule's role")]).payload[0]
    role, rule = record.find("sys_user_role"), record.find("sys_security_acl")
    assert role is not None
    assert role.get("name") == "u_slabridge"
    assert rule is not None
    assert rule.text == update_of(THINGS[KINDS.index("rule")]).payload[0].findtext("sys_id")


def test_the_same_content_is_the_same_bytes_and_other_content_another_set() -> None:
    updates = [update_of(thing) for thing in THINGS]
    assert document("A set", "", updates) == document("A set", "", [update_of(thing) for thing in THINGS])
    (one, _, *_), (other, *_) = read(document("A set", "", updates)), read(document("A set", "", updates[1:]))
    assert one.findtext("sys_id") != other.findtext("sys_id")
    assert one.findtext("name") != other.findtext("name")


def test_what_stands_in_a_payload_is_text_of_text() -> None:
    hostile = "]]></payload>&<x a='\"'/>"
    thing = thing_of("label", "", "", table="u_t", element="u_c", label=hostile)
    (update,) = read(document(hostile, hostile, [update_of(thing)])).iter("sys_update_xml")
    assert update.findtext("target_name") == hostile
    assert payload(update)[0][0].findtext("label") == hostile


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("u_sla_due", "SLA due"),
        ("u_x", "X"),
        ("At risk", "At risk"),
        ("on_track", "On track"),
        ("u_", "U_"),
        ("uc", "UC"),
    ],
)
def test_people_read_words(text: str, label: str) -> None:
    assert label_of(text) == label
