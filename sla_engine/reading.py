"""Tickets from their JSON form, checked (docs/tickets.md)."""

import difflib
import json
from typing import Any, Final

from sla_engine.errors import InvalidTicket
from sla_engine.instant import parse_instant
from sla_engine.ticket import ROLES, Comment, Entry, Link, Ticket, Values

FIRST_INSTANT: Final = parse_instant("1970-01-01T00:00:00Z")
LAST_INSTANT: Final = parse_instant("2200-01-01T00:00:00Z")
"""Instants outside [first, last) are a broken clock, not a ticket's life."""

_KEYS: Final = frozenset({"source", "id", "key", "created", "fields", "history", "comments", "links"})


def read_ticket(document: Any) -> Ticket:  # noqa: ANN401 - whatever a line of JSON holds
    """Return the ticket that a JSON document describes.

    Raises:
        InvalidTicket: it describes none; the message names the part.
    """
    if not isinstance(document, dict):
        raise InvalidTicket(f"a ticket is a JSON object, not {_shown(document)}")
    for name in document:
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, 1)
            raise InvalidTicket(f"unknown key {name!r}" + (f"; the nearest is {near[0]!r}" if near else ""))
    key = _text(document, "key", "")
    identity = document.get("id", key)
    if not isinstance(identity, str) or not identity:
        raise InvalidTicket(f"id: expected text that is not empty, got {_shown(identity)}")
    return Ticket(
        source=_text(document, "source", ""),
        id=identity,
        key=key,
        created=_instant(document, "created", ""),
        fields={name: read_values(value, f"fields.{name}") for name, value in _object(document, "fields", "").items()},
        history=[_entry(entry, f"history[{n}]") for n, entry in enumerate(_list(document, "history"))],
        comments=[_comment(comment, f"comments[{n}]") for n, comment in enumerate(_list(document, "comments"))],
        links=[_link(link, f"links[{n}]") for n, link in enumerate(_list(document, "links"))],
    )


def read_values(value: Any, where: str) -> Values:  # noqa: ANN401 - whatever JSON holds
    """Return a field's values: null, "", [] and [null] are unset, numbers and booleans the text that JSON writes.

    Raises:
        InvalidTicket: the value is an object or a list of lists.
    """
    if isinstance(value, str):
        return (value,) if value else ()
    if value is None:
        return ()
    if isinstance(value, bool | int | float):
        return (json.dumps(value),)
    if isinstance(value, list) and not any(isinstance(item, list) for item in value):
        return tuple(sorted({text for item in value for text in read_values(item, where)}))
    raise InvalidTicket(f"{where}: expected text, a number, true, false, null or a list of these, got {_shown(value)}")


def _entry(entry: Any, where: str) -> Entry:  # noqa: ANN401 - whatever JSON holds
    changes = {}
    for name, change in _object(entry, "changes", where).items():
        if not isinstance(change, list) or len(change) != 2:
            raise InvalidTicket(f"{where}.changes.{name}: expected [from, to], got {_shown(change)}")
        before, after = change
        changes[name] = (read_values(before, where), read_values(after, where))
    return Entry(_instant(entry, "at", where), _by(entry, where), changes)


def _comment(comment: Any, where: str) -> Comment:  # noqa: ANN401 - whatever JSON holds
    role = _text(comment, "role", where)
    if role not in ROLES:
        raise InvalidTicket(f"{where}.role: expected one of {', '.join(ROLES)}, got {_shown(role)}")
    public = comment.get("public")
    if not isinstance(public, bool):
        raise InvalidTicket(f"{where}.public: expected true or false, got {_shown(public)}")
    return Comment(_instant(comment, "at", where), _by(comment, where), role, public)


def _link(link: Any, where: str) -> Link:  # noqa: ANN401 - whatever JSON holds
    return Link(_text(link, "type", where), _text(link, "source", where), _text(link, "id", where))


def _by(holder: dict[str, Any], where: str) -> str:
    by = holder.get("by")
    if by is None:
        return ""
    if not isinstance(by, str):
        raise InvalidTicket(f"{where}.by: expected text or null, got {_shown(by)}")
    return by


def _text(holder: Any, name: str, where: str) -> str:  # noqa: ANN401 - whatever JSON holds
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, str) or not value:
        raise InvalidTicket(f"{_place(where, name)}: expected text that is not empty, got {_shown(value)}")
    return value


def _instant(holder: Any, name: str, where: str) -> int:  # noqa: ANN401 - whatever JSON holds
    text = _text(holder, name, where)
    try:
        instant = parse_instant(text)
    except (ValueError, OverflowError) as error:
        raise InvalidTicket(f"{_place(where, name)}: {error}") from error
    if not FIRST_INSTANT <= instant < LAST_INSTANT:
        raise InvalidTicket(f"{_place(where, name)}: {holder[name]!r} is not between the years 1970 and 2199")
    return instant


def _object(holder: Any, name: str, where: str) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise InvalidTicket(f"{_place(where, name)}: expected an object, got {_shown(value)}")
    return value


def _list(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidTicket(f"{name}: expected a list, got {_shown(value)}")
    return value


def _place(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
