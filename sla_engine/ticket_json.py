"""Tickets from their JSON form, checked (docs/tickets.md)."""

import difflib
import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sla_engine.errors import InvalidTicket
from sla_engine.instant import parse_instant, require_plausible
from sla_engine.ticket import ROLES, Comment, Entry, Link, Ticket, Values

_KEYS: Final = frozenset({"source", "id", "key", "created", "fields", "history", "comments", "links"})

_Part = TypeVar("_Part")


class _Wrong(Exception):  # noqa: N818 - what is wrong with a part; on its way out it learns where that stands
    def __init__(self, place: str, text: str) -> None:
        super().__init__(text)
        self.place = place

    def within(self, outer: str) -> "_Wrong":
        self.place = f"{outer}.{self.place}" if self.place else outer
        return self


def read_ticket(document: Any) -> Ticket:  # noqa: ANN401 - whatever a line of JSON holds
    """Return the ticket that a JSON document describes.

    Raises:
        InvalidTicket: it describes none; the message names the part.
    """
    try:
        return _ticket(document)
    except _Wrong as wrong:
        raise InvalidTicket(f"{wrong.place}: {wrong}") from wrong.__cause__


def _ticket(document: Any) -> Ticket:  # noqa: ANN401 - whatever a line of JSON holds
    if not isinstance(document, dict):
        raise InvalidTicket(f"a ticket is a JSON object, not {_shown(document)}")
    if not _KEYS.issuperset(document):
        name = next(name for name in document if name not in _KEYS)
        near = difflib.get_close_matches(name, _KEYS, 1)
        raise InvalidTicket(f"unknown key {name!r}" + (f"; the nearest is {near[0]!r}" if near else ""))
    key = _text(document, "key")
    identity = document.get("id", key)
    if not isinstance(identity, str) or not identity:
        raise InvalidTicket(f"id: expected text that is not empty, got {_shown(identity)}")
    return Ticket(
        _text(document, "source"),
        identity,
        key,
        _instant(document, "created"),
        _fields(_object(document, "fields")),
        _each(document, "history", _entry),
        _each(document, "comments", _comment),
        _each(document, "links", _link),
    )


def _fields(given: dict[str, Any]) -> dict[str, Values]:
    fields = {}
    for name, value in given.items():
        try:
            fields[name] = values_of(value)
        except _Wrong as wrong:
            raise wrong.within(f"fields.{name}") from None
    return fields


def values_of(value: Any) -> Values:  # noqa: ANN401 - whatever JSON holds
    """Return a field's values: null, "", [] and [null] are unset, numbers and booleans the text that JSON writes."""
    if isinstance(value, str):
        return (value,) if value else ()
    if value is None:
        return ()
    if isinstance(value, bool | int | float):
        return (json.dumps(value),)
    if isinstance(value, list | tuple) and not any(isinstance(item, list) for item in value):
        return tuple(sorted({text for item in value for text in values_of(item)}))
    raise _Wrong("", f"expected text, a number, true, false, null or a list of these, got {_shown(value)}")


def _each(document: dict[str, Any], name: str, read: Callable[[Any], _Part]) -> list[_Part]:
    given = document.get(name)
    if given is None:
        return []
    if not isinstance(given, list):
        raise _Wrong(name, f"expected a list, got {_shown(given)}")
    parts: list[_Part] = []
    try:
        parts.extend(map(read, given))
    except _Wrong as wrong:
        raise wrong.within(f"{name}[{len(parts)}]") from wrong.__cause__
    return parts


def _entry(entry: Any) -> Entry:  # noqa: ANN401 - whatever JSON holds
    changes = {}
    for name, change in _object(entry, "changes").items():
        if not isinstance(change, list) or len(change) != 2:
            raise _Wrong(f"changes.{name}", f"expected [from, to], got {_shown(change)}")
        before, after = change
        changes[name] = (values_of(before), values_of(after))
    return Entry(_instant(entry, "at"), _by(entry), changes)


def _comment(comment: Any) -> Comment:  # noqa: ANN401 - whatever JSON holds
    role = _text(comment, "role")
    if role not in ROLES:
        raise _Wrong("role", f"expected one of {', '.join(ROLES)}, got {_shown(role)}")
    public = comment.get("public")
    if not isinstance(public, bool):
        raise _Wrong("public", f"expected true or false, got {_shown(public)}")
    return Comment(_instant(comment, "at"), _by(comment), role, public)


def _link(link: Any) -> Link:  # noqa: ANN401 - whatever JSON holds
    found = Link(
        _text(link, "type"),
        _text(link, "source"),
        _text(link, "id"),
        _given_instant(link, "from"),
        _given_instant(link, "to"),
    )
    if found.start is not None and found.end is not None and found.end <= found.start:
        raise _Wrong("to", f"must be after from, {_shown(link['from'])}")
    return found


def _by(holder: dict[str, Any]) -> str:
    by = holder.get("by")
    if by is None:
        return ""
    if not isinstance(by, str):
        raise _Wrong("by", f"expected text or null, got {_shown(by)}")
    return by


def _text(holder: Any, name: str) -> str:  # noqa: ANN401 - whatever JSON holds
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, str) or not value:
        raise _Wrong(name, f"expected text that is not empty, got {_shown(value)}")
    return value


def _instant(holder: Any, name: str) -> int:  # noqa: ANN401 - whatever JSON holds
    text = _text(holder, name)
    try:
        return require_plausible(parse_instant(text), text)
    except (ValueError, OverflowError) as error:
        raise _Wrong(name, str(error)) from error


def _given_instant(holder: dict[str, Any], name: str) -> int | None:
    return None if holder.get(name) is None else _instant(holder, name)


def _object(holder: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise _Wrong(name, f"expected an object, got {_shown(value)}")
    return value


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
