"""Lists exported as XML (`<unload>`): the same rows as the Table API gives, without an account."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from connectors.interface import NativeDefinitions

_DECLARED = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_]+")


def read_exported(files: Iterable[tuple[str, bytes]]) -> NativeDefinitions:
    """Return what exports, by name and content, hold; a record that several have counts once.

    What stands beside a reference to be shown is its `COLUMN.name`.

    Raises:
        ValueError: one is no export; with its name and why.
    """
    tables: dict[str, dict[str, dict[str, str]]] = {}
    names: dict[tuple[str, str], str] = {}
    for name, content in files:
        for record in _unload(name, content):
            if not _NAME.fullmatch(record.tag) or record.get("action") == "DELETE":
                continue
            row = {f"{column.tag}.name": column.get("display_value") or "" for column in record}
            row |= {column.tag: (column.text or "").strip() for column in record}
            rows = tables.setdefault(record.tag, {})
            rows[row.get("sys_id") or f"without sys_id {len(rows)}"] = row
            for item in record.iterfind("*/item"):
                field, code, shown = (item.get(key) or "" for key in ("field", "value", "display_value"))
                if field and code and shown and "," not in code:
                    names[field, code] = shown
    return NativeDefinitions({table: list(rows.values()) for table, rows in tables.items()}, names)


def _unload(name: str, content: bytes) -> ET.Element:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: is no UTF-8 text (byte {error.start}); export the list again as XML") from None
    if _DECLARED.search(text):
        raise ValueError(f"{name}: declares a document type or entities, which no export of ServiceNow does")
    try:
        root = ET.fromstring(text)  # noqa: S314 - as above
    except ET.ParseError as error:
        raise ValueError(f"{name}: is no XML: {error}") from None
    if root.tag != "unload":
        raise ValueError(f"{name}: begins with <{root.tag[:40]}>; export lists as XML, which gives <unload>")
    return root
