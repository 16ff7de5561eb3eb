"""An update set as XML, as an instance exports it: a header, then one `sys_update_xml` for each change.

The payload of a change is an XML document of its own, as text. Nothing here depends on a clock or on chance, so that
the same changes are the same bytes: each sys_id is a hash of what it stands for, and all dates are one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_WRITTEN = "2026-01-01 00:00:00"
"""Stands for when all of it was written. It is before any change on the instance, so that a preview shows what was
changed there since."""
_RECORDED = 0x19B_7700_0000
_BY = "slabridge"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
SAVE, DELETE = "INSERT_OR_UPDATE", "DELETE"


class Text(NamedTuple):
    """The text of an element, with attributes."""

    text: str
    attributes: Mapping[str, str]


Values = Mapping[str, str | Text]


@dataclass(frozen=True, slots=True)
class Update:
    """A change: `name` is what it is known by on every instance, `type` the kind of record as people call it.

    `table` is the one that is changed, for columns and what belongs to them; `view` is set for lists.
    """

    name: str
    type: str
    target: str
    payload: Element
    table: str = ""
    view: str = ""
    deletes: bool = False


def sys_id(*parts: str) -> str:
    """Return the sys_id of what these parts stand for, the same on every instance and each time."""
    return hashlib.sha256("|".join(("slabridge", *parts)).encode()).hexdigest()[:32]


def shown(text: str, label: str) -> Text:
    """Return a text that people see under a label."""
    return Text(text, {"display_value": label})


def record(table: str, action: str, values: Values, name: str, attributes: Mapping[str, str] | None = None) -> Element:
    """Return a record within a payload; `name` is that of its update. `values` hold its `sys_id`."""
    found = Element(table, {"action": action, **(attributes or {})})
    bookkeeping: Values = {
        "sys_class_name": table,
        "sys_created_by": _BY,
        "sys_created_on": _WRITTEN,
        "sys_mod_count": "0",
        "sys_name": str(values.get("column_label") or values.get("name") or ""),
        "sys_package": Text("global", {"display_value": "Global", "source": "global"}),
        "sys_policy": "",
        "sys_scope": shown("global", "Global"),
        "sys_update_name": name,
        "sys_updated_by": _BY,
        "sys_updated_on": _WRITTEN,
    }
    _fill(found, values)
    _fill(found, bookkeeping)
    return found


def payload(table: str, *records: Element) -> Element:
    """Return the payload of a record of a table, or of what stands for itself (table "")."""
    root = Element("record_update", {"table": table} if table else {})
    root.extend(records)
    return root


def label_of(text: str) -> str:
    """Return what people read for the name of a column or the word of a choice: `u_sla_due` is "SLA due"."""
    words = text.removeprefix("u_").replace("_", " ").split()
    said = " ".join(word.upper() if word in {"sla", "ola", "uc"} else word for word in words) or text
    return said[0].upper() + said[1:]


def updated(  # noqa: PLR0913, PLR0917 - what an update consists of
    name: str, type_: str, target: str, content: Element, action: str, table: str = "", view: str = ""
) -> Update:
    """Return a change by which a payload is saved or deleted."""
    return Update(name, type_, target, content, table, view, deletes=action == DELETE)


def document(title: str, description: str, updates: Sequence[Update]) -> bytes:
    """Return an update set. Sets of other content have other sys_ids: none takes another's place."""
    payloads = [DECLARATION + tostring(update.payload, "unicode") for update in updates]
    content = hashlib.sha256("\n".join((title, *payloads)).encode()).hexdigest()
    set_id, name = sys_id("sys_remote_update_set", content), f"{title} {content[:8]}"
    root = Element("unload", {"unload_date": _WRITTEN})
    header = SubElement(root, "sys_remote_update_set", {"action": SAVE})
    _fill(header, _header(name, description, set_id, sys_id("sys_update_set", content)))
    for place, (update, text) in enumerate(zip(updates, payloads, strict=True)):
        values = _update(update, text, sys_id("sys_update_xml", content, update.name), place)
        values |= {"remote_update_set": shown(set_id, name)}
        _fill(SubElement(root, "sys_update_xml", {"action": SAVE}), dict(sorted(values.items())))
    indent(root, "")
    return f"{DECLARATION}\n{tostring(root, 'unicode')}\n".encode()


def _header(name: str, description: str, own: str, remote: str) -> Values:
    empty = (
        *("application_version", "collisions", "commit_date", "deleted", "inserted", "origin_sys_id", "parent"),
        *("release_date", "remote_base_update_set", "remote_parent_id", "summary", "updated"),
    )
    values: dict[str, str | Text] = {
        **dict.fromkeys(empty, ""),
        "application": shown("global", "Global"),
        "application_name": "Global",
        "application_scope": "global",
        "description": description,
        "name": name,
        "remote_sys_id": remote,
        "state": "loaded",
        "sys_class_name": "sys_remote_update_set",
        "sys_created_by": _BY,
        "sys_created_on": _WRITTEN,
        "sys_id": own,
        "sys_mod_count": "0",
        "sys_updated_by": _BY,
        "sys_updated_on": _WRITTEN,
        "update_set": shown("", ""),
        "update_source": shown("", ""),
    }
    return dict(sorted(values.items()))


def _update(update: Update, text: str, own: str, place: int) -> dict[str, str | Text]:
    return {
        "action": DELETE if update.deletes else SAVE,
        "application": shown("global", "Global"),
        "category": "customer",
        "comments": "",
        "name": update.name,
        "payload": text,
        "payload_hash": "",
        "replace_on_upgrade": "false",
        "sys_created_by": _BY,
        "sys_created_on": _WRITTEN,
        "sys_id": own,
        "sys_mod_count": "0",
        "sys_recorded_at": f"{_RECORDED:012x}{place:06x}",
        "sys_updated_by": _BY,
        "sys_updated_on": _WRITTEN,
        "table": update.table,
        "target_name": update.target,
        "type": update.type,
        "update_domain": "global",
        "update_guid": "",
        "update_guid_history": "",
        "update_set": shown("", ""),
        "view": update.view,
    }


def _fill(parent: Element, values: Values) -> None:
    for name, value in values.items():
        text, attributes = value if isinstance(value, Text) else (value, {})
        SubElement(parent, name, dict(attributes)).text = text or None
