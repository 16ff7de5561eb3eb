"""Importing, previewing and committing an update set from XML, as far as results need it.

What is not in the form in which instances export is refused, not guessed at. Records coalesce on the columns that they
coalesce on in ServiceNow, access rules on nothing but their sys_id. Columns and tables become real. A changed type of a
column is skipped and said, as instances do.
"""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slabridge_sandbox.servicenow.definition import Definition
from slabridge_sandbox.servicenow.table import Table, quoted

_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z0-9_]+")
_SAVE, _DELETE = "INSERT_OR_UPDATE", "DELETE"
_HEADER = ("application", "name", "remote_sys_id", "state", "sys_class_name", "sys_id")
_UPDATE = (
    *("action", "application", "category", "name", "payload", "remote_update_set", "sys_id", "sys_recorded_at"),
    *("table", "target_name", "type", "update_domain"),
)
COALESCE = {
    "sys_dictionary": ("name", "element"),
    "sys_documentation": ("name", "element", "language"),
    "sys_choice_set": ("name", "element"),
    "sys_choice": ("name", "element", "value", "language"),
    "sys_db_object": ("name",),
    "sys_user_role": ("name",),
    "sys_security_acl": ("sys_id",),
    "sys_security_acl_role": ("sys_id",),
    "sys_ui_list": ("name", "view"),
    "sys_ui_list_element": ("sys_id",),
    "sys_ui_section": ("name", "view", "caption"),
    "sys_ui_element": ("sys_id",),
}
"""By table, what its records are the same by."""
_NAMES: dict[str, Callable[[Element], str]] = {
    "Dictionary": lambda one: f"sys_dictionary_{one.get('table')}_{one.get('element')}"[:80],
    "Field Label": lambda one: f"sys_documentation_{one.get('table')}_{one.get('element')}_{one.get('language')}",
    "Choice list": lambda one: f"sys_choice_{one.get('table')}_{one.get('field')}",
    "List Layout": lambda one: f"sys_ui_list_{one.get('table')}_null",
    "Form Layout": lambda one: f"sys_ui_section_{one.get('section_id')}",
}
"""By type, the name that an update has to have; of others it is table and sys_id."""
_NO_ROLE_NAME = "a role is found by the attribute name of sys_user_role, and there is none"


class NoUpdateSet(ValueError):  # noqa: N818 - what was sent
    """What was sent cannot be imported; the message says where and why."""


@dataclass(slots=True)
class Committed:
    """What a set did; `skipped` says what it could not."""

    name: str = ""
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    skipped: list[str] = field(default_factory=list)


class UpdateSets:
    """Takes update sets into one instance."""

    def __init__(self, db: sqlite3.Connection, tables: dict[str, Table]) -> None:
        self._db = db
        self._definition = Definition(db, tables)

    def route(self) -> Route:
        """Return the route that imports and commits a set: POST /sandbox/update-set with its XML."""

        async def answer(request: Request) -> Response:
            try:
                content = self.take(await request.body())
            except NoUpdateSet as error:
                return Response(orjson.dumps({"error": str(error)}), 400, media_type="application/json")
            return Response(orjson.dumps(content), media_type="application/json")

        return Route("/sandbox/update-set", answer, methods=["POST"])

    def take(self, xml: bytes) -> Committed:
        """Import a set and commit it: all of it, or nothing.

        Raises:
            NoUpdateSet: it is none.
        """
        done = Committed()
        header, *updates = _parts(xml)
        done.name = _text(header, "name")
        payloads = [(_text(update, "action") == _DELETE, _payload(update, header)) for update in updates]
        with self._db:
            for deletes, payload in payloads:
                for record in payload.iter():
                    self._record(record, done, deletes=deletes)
        return done

    def _record(self, record: Element, done: Committed, *, deletes: bool) -> None:
        action = record.get("action")
        if action == "delete_multiple":
            self._delete_multiple(record)
        elif record.tag not in COALESCE or record.find("sys_id") is None:
            return
        elif action != (_DELETE if deletes else _SAVE):
            raise NoUpdateSet(f"{record.tag}: its action is {action}, and its update says otherwise")
        elif deletes:
            self._delete(record, done)
        else:
            self._save(record, done)

    def _save(self, record: Element, done: Committed) -> None:
        values = self._values(record)
        held = self._held(record.tag, values)
        problem = self._definition.conflict(record.tag, values)
        if problem:
            done.skipped.append(problem)
            return
        if held is None:
            done.inserted += 1
        else:
            values["sys_id"] = held["sys_id"]  # what coalesces keeps the id that it has here
            done.updated += any(_differ(values[name], held[name]) for name in values)
            self._db.execute(f"DELETE FROM {record.tag} WHERE sys_id = ?", (held["sys_id"],))  # noqa: S608 - a key of COALESCE
        marks = ", ".join("?" * len(values))
        self._db.execute(
            f"INSERT INTO {record.tag} ({quoted(values)}) VALUES ({marks})",  # noqa: S608 - columns of the schema
            list(values.values()),
        )
        self._definition.add(record.tag, values)

    def _delete(self, record: Element, done: Committed) -> None:
        values = self._values(record)
        held = self._held(record.tag, values)
        if held is None:
            return
        self._db.execute(f"DELETE FROM {record.tag} WHERE sys_id = ?", (held["sys_id"],))  # noqa: S608 - as above
        self._definition.drop(record.tag, held)
        done.deleted += 1

    def _delete_multiple(self, record: Element) -> None:
        """Delete the rows that a query of this one form means."""
        for branch in (record.get("query") or "").split("^NQ"):
            pairs = [condition.partition("=") for condition in branch.split("^")]
            names = [name for name, sign, _ in pairs if sign]
            if record.tag != "sys_choice" or names != ["name", "element", "value", "language"]:
                raise NoUpdateSet(f"delete_multiple of {record.tag}: {branch!r} would delete more than single choices")
            where = " AND ".join(f'"{name}" = ?' for name in names)
            self._db.execute(f"DELETE FROM sys_choice WHERE {where}", [value for _, _, value in pairs])  # noqa: S608 - as above

    def _values(self, record: Element) -> dict[str, Any]:
        """Return what a record holds of the columns that the sandbox has."""
        columns = self._definition.columns(record.tag)
        values = {
            child.tag: child.text for child in record if child.tag in columns and not child.tag.startswith("sys_upd")
        }
        values = {name: text for name, text in values.items() if name not in {"sys_created_on", "sys_created_by"}}
        if not _ID.fullmatch(str(values.get("sys_id"))):
            raise NoUpdateSet(f"{record.tag}: {values.get('sys_id')!r} is no sys_id")
        for name in ("name", "element") if record.tag in {"sys_dictionary", "sys_db_object"} else ():
            if not _NAME.fullmatch(values.get(name) or "u_"):
                raise NoUpdateSet(f"{record.tag}: {values[name]!r} is no name of a table or a column")
        for name in COALESCE[record.tag]:
            values.setdefault(name, None)
        if record.tag == "sys_security_acl_role":
            role = record.find("sys_user_role")
            if role is None or not role.get("name"):
                raise NoUpdateSet(_NO_ROLE_NAME)
        return values

    def _held(self, table: str, values: dict[str, Any]) -> dict[str, Any] | None:
        where = " AND ".join(f'"{name}" IS ?' for name in COALESCE[table])
        names = list(self._definition.columns(table))
        found = self._db.execute(
            f"SELECT {quoted(names)} FROM {table} WHERE {where}",  # noqa: S608 - as above
            [values[name] for name in COALESCE[table]],
        ).fetchone()
        return None if found is None else dict(zip(names, found, strict=True))


def _parts(xml: bytes) -> list[Element]:
    """Return the header of a set, and its updates."""
    try:
        root = fromstring(xml)  # noqa: S314 - on loopback, of a test
    except ParseError as error:
        raise NoUpdateSet(f"it is no XML: {error}") from None
    if root.tag != "unload" or not root.get("unload_date"):
        raise NoUpdateSet("its root is no unload with an unload_date")
    header, *updates = [*root] or [Element("none")]
    if header.tag != "sys_remote_update_set" or {one.tag for one in updates} != {"sys_update_xml"}:
        raise NoUpdateSet("it has not one sys_remote_update_set, and then sys_update_xml alone")
    for part, names in ((header, _HEADER), *((update, _UPDATE) for update in updates)):
        missing = [name for name in names if part.find(name) is None]
        if part.get("action") != _SAVE or missing:
            raise NoUpdateSet(f"{part.tag}: it lacks {', '.join(missing) or f'the action {_SAVE}'}")
    if any(_text(update, "action") not in {_SAVE, _DELETE} for update in updates):
        raise NoUpdateSet("sys_update_xml: an action is neither to save nor to delete")
    if _text(header, "state") != "loaded" or _text(header, "sys_id") == _text(header, "remote_sys_id"):
        raise NoUpdateSet("sys_remote_update_set: its state is not loaded, or it has the sys_id of the set that it was")
    return [header, *updates]


def _payload(update: Element, header: Element) -> Element:
    """Return the payload of an update, which is a document of its own."""
    name, kind = _text(update, "name"), _text(update, "type")
    if _text(update, "remote_update_set") != _text(header, "sys_id"):
        raise NoUpdateSet(f"{name}: it belongs to another set")
    if not re.fullmatch(r"[0-9a-f]{18}", _text(update, "sys_recorded_at")):
        raise NoUpdateSet(f"{name}: sys_recorded_at has not 18 hexadecimal digits")
    try:
        root = fromstring(_text(update, "payload"))  # noqa: S314 - as above
    except ParseError as error:
        raise NoUpdateSet(f"{name}: its payload is no XML: {error}") from None
    if root.tag != "record_update" or len(root) != 1:
        raise NoUpdateSet(f"{name}: its payload is no record_update of one record")
    (record,) = root
    wanted = _NAMES[kind](record) if kind in _NAMES else f"{record.tag}_{_text(record, 'sys_id')}"
    if name != wanted or (kind not in _NAMES and root.get("table") != record.tag):
        raise NoUpdateSet(f"{name}: by its payload, it is called {wanted}")
    return root


def _text(element: Element, name: str) -> str:
    return element.findtext(name) or ""


def _differ(value: object, held: object) -> bool:
    return str("" if value is None else value) != str("" if held is None else held)
