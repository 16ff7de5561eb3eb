"""Changes of the dictionary: a table, its columns, their labels and choices."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from connectors.interface import Kind
from connectors.servicenow.provision.update_set import (
    SAVE,
    Text,
    Update,
    label_of,
    payload,
    record,
    shown,
    sys_id,
    updated,
)
from connectors.servicenow.query import equal, joined

TYPES: Mapping[str, tuple[str, str]] = {
    Kind.INSTANT: ("glide_date_time", "Date/Time"),
    Kind.NUMBER: ("integer", "Integer"),
    Kind.TEXT: ("string", "String"),
    Kind.CHOICE: ("choice", "Choice"),
    Kind.ADDRESS: ("url", "URL"),
    "reference": ("reference", "Reference"),
}
"""By kind of value, the type of the column and what people call it."""
_LENGTHS = {Kind.TEXT: "255", Kind.ADDRESS: "1024", "reference": "32"}
_DROPDOWN = "1"
"""A dropdown with `-- None --`: results may be empty."""


def table_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return our table itself."""
    name, label, own = detail["table"], detail["label"], sys_id("sys_db_object", "", detail["table"])
    update = f"sys_db_object_{own}"
    values = {
        "access": "public",
        "create_access": "true",
        "create_access_controls": "false",
        "delete_access": "false",
        "is_extendable": "false",
        "label": label,
        "name": name,
        "read_access": "true",
        "super_class": "",
        "sys_id": own,
        "update_access": "true",
        "user_role": "",
        "ws_access": "true",
    }
    made = record("sys_db_object", action, values, update)
    return updated(update, "Table", label, payload("sys_db_object", made), action)


def collection_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return the entry of the dictionary that stands for a table itself."""
    table, update = detail["table"], f"sys_dictionary_{detail['table']}_null"
    values = _entry(table, "", detail["label"], ("collection", "Collection"))
    made = record("sys_dictionary", action, values, update, {"element": "null", "table": table})
    return updated(update, "Dictionary", detail["label"], payload("", made), action, table)


def column_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return a column."""
    table, element, label, kind = (detail[key] for key in ("table", "element", "label", "type"))
    update = f"sys_dictionary_{table}_{element}"[:80]
    longest = max([40, *map(len, detail.get("options", ()))])
    values = _entry(table, element, label, TYPES[kind], _LENGTHS.get(kind, str(longest)))
    if kind == Kind.CHOICE:
        values |= {"choice": _DROPDOWN}
    if kind == "reference":
        values |= {"reference": Text(detail["to"], {"name": detail["to"]})}
    made = record("sys_dictionary", action, values, update, {"element": element, "table": table})
    return updated(update, "Dictionary", label, payload("", made), action, table)


def _entry(table: str, element: str, label: str, kind: tuple[str, str], length: str = "40") -> dict[str, str | Text]:
    return {
        "active": "true",
        "attributes": "",
        "audit": "false",
        "choice": "0",
        "column_label": label,
        "default_value": "",
        "display": "false",
        "element": element,
        "internal_type": shown(*kind),
        "mandatory": "false",
        "max_length": length,
        "name": table,
        "read_only": "false",
        "reference": "",
        "sys_id": sys_id("sys_dictionary", table, element),
        "unique": "false",
    }


def label_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return the label of a column, in English."""
    table, element, label = (detail[key] for key in ("table", "element", "label"))
    update = f"sys_documentation_{table}_{element}_en"
    values = {
        "element": element,
        "help": "",
        "hint": "",
        "label": label,
        "language": "en",
        "name": table,
        "plural": label,
        "sys_id": sys_id("sys_documentation", table, element),
        "url": "",
        "url_target": "",
    }
    outer = Element("sys_documentation", {"element": element, "label": label, "language": "en", "table": table})
    outer.append(record("sys_documentation", action, values, update))
    return updated(update, "Field Label", label, payload("", outer), action, table)


def choices_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return a choice list in the form that touches no option but ours."""
    table, element, options = (detail[key] for key in ("table", "element", "options"))
    update = f"sys_choice_{table}_{element}"
    outer = Element("sys_choice_v2", {"action": action, "field": element, "table": table, "version": "4"})
    of = {"element": element, "name": table, "sys_id": sys_id("sys_choice_set", table, element)}
    outer.append(record("sys_choice_set", action, of, update))
    ours = (joined(f"name={table}^element={element}", equal("value", option), "language=en") for option in options)
    query = "^NQ".join(ours)
    SubElement(outer, "sys_choice", {"action": "delete_multiple", "query": query})
    for place, option in enumerate(options if action == SAVE else ()):
        values = {
            "dependent_value": "",
            "element": element,
            "hint": "",
            "inactive": "false",
            "label": label_of(option),
            "language": "en",
            "name": table,
            "sequence": str(place),
            "sys_domain": Text("global", {"display_value": "global"}),
            "sys_id": sys_id("sys_choice", table, f"{element}.{option}"),
            "value": option,
        }
        outer.append(record("sys_choice", action, values, update))
    return updated(update, "Choice list", label_of(element), payload("", outer), action, table)
