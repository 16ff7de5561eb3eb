"""Changes of layouts, of our own table alone: each is stored whole, and would take the place of what is there."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from connectors.servicenow.provision.update_set import Text, Update, payload, record, sys_id, updated

DEFAULT_VIEW = Text("Default view", {"name": "NULL"})


def list_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return the list of our table."""
    table = detail["table"]
    update, own = f"sys_ui_list_{table}_null", sys_id("sys_ui_list", table, "")
    nothing = {"sys_domain": "global", "element": "NULL", "relationship": "NULL", "parent": "NULL"}
    attributes = {"parent": "", "relationship": "", "sys_domain": "global", "table": table, "version": "2", "view": ""}
    outer = Element("sys_ui_list", attributes)
    for place, element in enumerate(detail["elements"]):
        values = {
            "element": element,
            "list_id": Text(own, {"name": table, "view": "Default view", **nothing}),
            "position": str(place),
            "sys_id": sys_id("sys_ui_list_element", table, element),
        }
        outer.append(record("sys_ui_list_element", action, values, update))
    values = {
        "element": "",
        "name": table,
        "parent": "",
        "relationship": "",
        "sys_domain": "global",
        "sys_id": own,
        "view": DEFAULT_VIEW,
    }
    outer.append(record("sys_ui_list", action, values, update))
    return updated(update, "List Layout", table, payload("", outer), action, table, "Default view")


def form_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return the one section of the form of our table."""
    table, own = detail["table"], sys_id("sys_ui_section", detail["table"], "")
    update = f"sys_ui_section_{own}"
    of = {"caption": "NULL", "name": table, "sys_domain": "global", "view": "Default view"}
    attributes = {"caption": "", "section_id": own, "sys_domain": "global", "table": table, "version": "3", "view": ""}
    outer = Element("sys_ui_section", attributes)
    for place, element in enumerate(detail["elements"]):
        values = {
            "element": element,
            "position": str(place),
            "sys_id": sys_id("sys_ui_element", table, element),
            "sys_ui_formatter": "",
            "sys_ui_section": Text(own, of),
            "type": "",
        }
        outer.append(record("sys_ui_element", action, values, update))
    values = {
        "caption": "",
        "header": "false",
        "name": table,
        "sys_domain": "global",
        "sys_id": own,
        "title": "true",
        "view": DEFAULT_VIEW,
    }
    outer.append(record("sys_ui_section", action, values, update))
    return updated(update, "Form Layout", table, payload("", outer), action, table)
