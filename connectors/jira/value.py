"""What a field holds, as native values: in an issue's payload, and before and after an item of its history.

A code is the id wherever Jira has one: names are translated and renamed, ids stay.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.interface import Value, Values
from connectors.jira.document import text_of
from connectors.jira.field import CASCADE, ISSUE_LINKS, REMOTE_LINKS, Field
from connectors.jira.instant import normal, rfc3339
from connectors.jira.link import held_link, held_remote_link, told_link

_CASCADE = re.compile(r"Parent values: (.*?)\((\d+)\)(?:Level 1 values: (.*)\((\d+)\))?", re.DOTALL)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d.*")
"""A date as rows of old histories have it, with a time that it never had."""
_NAMES = ("displayName", "value", "name", "title", "filename", "key")
_IDS = ("accountId", "id", "groupId", "key")
"""What a code is, the first that there is; `key` is a user's in Data Center."""


class Unreadable(ValueError):  # noqa: N818 - what the value is
    """A value of a shape that we do not know."""


def held(field: Field, raw: object) -> Values:
    """Return what a payload's value says.

    Raises:
        Unreadable: it has a shape that we do not know.
    """
    of = {ISSUE_LINKS: held_link, REMOTE_LINKS: held_remote_link}.get(field.system)
    if of is not None:
        return tuple(of(one) for one in raw or () if isinstance(one, Mapping)) if isinstance(raw, list | None) else ()
    found = (_value(field, one) for one in (raw if isinstance(raw, list) else [raw]))
    return tuple(value for value in found if value is not None)


def changed(field: Field, item: Mapping[str, Any], known: Values = ()) -> tuple[Values, Values]:
    """Return what a history item says that a field held before and after; `known` helps to name codes."""
    return (
        _side_of(field, item.get("from"), item.get("fromString"), known),
        _side_of(field, item.get("to"), item.get("toString"), known),
    )


def number_text(number: float) -> str:
    """Return a number as plain text: 3 for 3.0."""
    return str(int(number)) if float(number).is_integer() else repr(number)


def plain_text(field: Field, raw: object) -> str:
    """Return a text, a number or a date in the form in which we compare and write it."""
    if isinstance(raw, dict):
        return text_of(raw)
    if field.type == "number":
        try:
            return number_text(float(str(raw)))
        except ValueError:
            return str(raw)
    if field.type == "date":
        return _DATE.sub(r"\1", str(raw))
    return normal(str(raw)) if field.type == "datetime" else str(raw)


def _value(field: Field, raw: object) -> Value | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, dict) or raw.get("type") == "doc":
        return _plain(field, raw)
    return _object(raw)


def _plain(field: Field, raw: object) -> Value:
    """Return a value without an id; the name of a date-time is RFC 3339, UTC."""
    text = plain_text(field, raw)
    return Value(text, rfc3339(text) if field.type == "datetime" else text)


def _object(raw: Mapping[str, Any]) -> Value:
    """Return the value of an option, a status, a user, a team, ...: its id, and the name it goes by."""
    raw = raw.get("requestType") or raw
    name = next((str(raw[key]) for key in _NAMES if raw.get(key)), None)
    code = next((str(raw[key]) for key in _IDS if raw.get(key) is not None), name)
    if code is None:
        raise Unreadable(f"a value with {', '.join(sorted(raw)) or 'nothing'} in it")
    child = raw.get("child")
    if child:
        below = _object(child)
        return Value(below.code, f"{name}{CASCADE}{below.name}")
    return Value(code, name or code)


class _Side(NamedTuple):
    """One side of a history item: Jira's `from` and `fromString`, or `to` and `toString`."""

    code: str
    name: str


def _side_of(field: Field, raw_code: object, raw_name: object, known: Values) -> Values:
    side = _Side("" if raw_code is None else str(raw_code), "" if raw_name is None else str(raw_name))
    if not any(side):
        return ()
    if field.labels:
        return tuple(Value(word, word) for word in side.name.split())
    if field.plain:
        # A date's name is written as the site's language has it, its code in ISO.
        text = side.code or side.name if field.type in {"date", "datetime"} else side.name or side.code
        return (_plain(field, text),)
    if field.type == "array" and not field.stepwise:
        return _list(side, known)
    if field.type == "option-with-child":
        return (_cascade(side),)
    return (told_link(*side) if field.system == ISSUE_LINKS else Value(side.code or side.name, side.name or side.code),)


def _cascade(side: _Side) -> Value:
    match = _CASCADE.fullmatch(side.name)
    if match is None:
        return Value(side.code or side.name, side.name or side.code)
    parent, parent_id, child, child_id = match.groups()
    return Value(child_id, f"{parent}{CASCADE}{child}") if child_id else Value(parent_id, parent)


def _list(side: _Side, known: Values) -> Values:
    """Return the values of `[10218, 10244]` and `Network,Storage`; a name may have a comma, an id has none."""
    codes = [code.strip() for code in side.code.strip("[]").split(",") if code.strip()]
    names = [name.strip() for name in side.name.split(",")]
    if not codes:
        return tuple(Value(name, name) for name in names if name)
    if len(codes) == 1:
        return (Value(codes[0], side.name or codes[0]),)
    if len(codes) == len(names):
        return tuple(Value(code, name) for code, name in zip(codes, names, strict=True))
    seen = {value.code: value.name for value in known}
    return tuple(Value(code, seen.get(code, code)) for code in codes)
