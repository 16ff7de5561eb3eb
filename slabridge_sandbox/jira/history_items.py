"""The items of a history: what a change did to a field, in codes and texts, before and after."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from slabridge_sandbox.jira import adf
from slabridge_sandbox.jira.catalogue import Field
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import Stored

Item = tuple[str | None, ...]
"""Field id, from, fromString, to, toString; then field and fieldtype where it is no field of the site."""
_NOTHING = (None, None)


def items_of(site: Site, field: Field, before: Stored, after: Stored) -> list[Item]:
    """Return the items of a change: one, or for components one for each that came or went."""
    if field.kind == "array/component":
        return _steps(site, field, before, after)
    return [(field.id, *_side(site, field, before), *_side(site, field, after))]


def _steps(site: Site, field: Field, before: Stored, after: Stored) -> list[Item]:
    held, wanted = (orjson.loads(str(side or "[]")) for side in (before, after))
    name = site.names.options
    gone = [(field.id, str(id_), name[id_], *_NOTHING) for id_ in held if id_ not in wanted]
    return [*gone, *((field.id, *_NOTHING, str(id_), name[id_]) for id_ in wanted if id_ not in held)]


def _side(site: Site, field: Field, stored: Stored) -> tuple[str | None, str | None]:
    """Return a code and its text."""
    kind = field.kind
    if kind == "array/string":
        # Labels stand by their names alone, with a blank between two.
        empty = None if field.custom else ""
        return empty, "" if stored is None else " ".join(orjson.loads(str(stored)))
    if stored is None:
        return _NOTHING
    side = _SIDES.get(kind)
    return (str(stored), str(stored)) if side is None else side(site, field, stored)


def _named(name: Callable[[Site, Any], str]) -> Callable[[Site, Field, Any], tuple[str, str]]:
    return lambda site, _, stored: (str(stored), name(site, stored))


def _instant(site: Site, _: Field, at: int) -> tuple[str, str]:
    text = site.stamp(at)
    return text, text


def _day(_: Site, field: Field, stored: str) -> tuple[str, str]:
    """Return a date: the due date has a time of day, one of a custom field is written as people do."""
    day = date.fromisoformat(stored)
    return stored, f"{day.day}/{day:%b/%y}" if field.custom else f"{stored} 00:00:00.0"


def _person(site: Site, _: Field, id_: str) -> tuple[str, str]:
    account = site.names.accounts[id_]
    return (account.id if site.cloud else account.key), account.name


def _text(_: Site, __: Field, stored: str) -> tuple[None, str]:
    return None, stored


def _number(_: Site, __: Field, stored: float) -> tuple[None, str]:
    return None, str(int(stored)) if stored == int(stored) else str(stored)


def _document(_: Site, __: Field, stored: str) -> tuple[None, str]:
    return None, adf.to_text(orjson.loads(stored))


def _options(site: Site, _: Field, stored: str) -> tuple[str, str]:
    ids = orjson.loads(stored)
    return f"[{', '.join(map(str, ids))}]", ",".join(site.names.options[id_] for id_ in ids)


def _people(site: Site, field: Field, stored: str) -> tuple[str, str]:
    people = [_person(site, field, id_) for id_ in orjson.loads(stored)]
    return f"[{', '.join(code for code, _ in people)}]", f"[{', '.join(name for _, name in people)}]"


def _cascade(site: Site, _: Field, stored: str) -> tuple[None, str]:
    parent, *child = orjson.loads(stored)
    text = f"Parent values: {site.names.options[parent]}({parent})"
    return None, text + "".join(f"Level 1 values: {site.names.options[id_]}({id_})" for id_ in child)


_SIDES: dict[str, Callable[[Site, Field, Any], tuple[str | None, str | None]]] = {
    "datetime": _instant,
    "date": _day,
    "user": _person,
    "string": _text,
    "number": _number,
    "document": _document,
    "option": _named(lambda site, id_: site.names.options[id_]),
    "status": _named(lambda site, id_: site.names.statuses[id_].name),
    "priority": _named(lambda site, id_: site.names.priorities[id_]),
    "resolution": _named(lambda site, id_: site.names.resolutions[id_]),
    "issuetype": _named(lambda site, id_: site.names.issue_types[id_]),
    "project": _named(lambda site, id_: site.names.projects[id_].name),
    "team": _named(lambda site, id_: site.names.teams[id_]),
    "array/option": _options,
    "array/user": _people,
    "option-with-child": _cascade,
}
TYPES = {*_SIDES, "array/string", "array/component"}
"""The kinds of fields that the sandbox knows how to change."""
