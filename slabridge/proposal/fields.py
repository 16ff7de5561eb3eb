"""Which of a tool's fields are which of ours."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from connectors.interface import Found, FoundField

_NATIVE: Mapping[str, tuple[str, ...]] = {
    "team": ("assignment_group",),
    "assignee": ("assigned_to", "assignee"),
    "type": ("issuetype",),
    "category": ("category",),
    "service": ("business_service", "service_offering"),
    "customer": ("company", "account"),
}
"""Our fields by the names that the tools' own fields have."""
_TEAM = re.compile(r"team|group|queue|grupp|avdelning", re.IGNORECASE)
_LIKELY = 0.5


class Chosen(NamedTuple):
    """A field of ours, the native one, and what somebody has to look at, "" where nothing."""

    name: str
    field: FoundField
    check: str = ""


def chosen(found: Found, asked: Collection[str] = ()) -> tuple[Chosen, ...]:
    """Return the fields to map: status, priority, team and assignee, the usual others that are used, and those `asked`.

    Those are what agreements ask for: each is some field, be it a wrong one, with the doubt beside it.
    """
    of_ours = list(_chosen(found, asked))
    names, native = {one.name for one in of_ours}, {one.field.name for one in of_ours}
    free = [field for field in found.fields if field.kind == "choice" and field.name not in native]
    for name in asked:
        if name not in names and free:
            like = [field for field in free if name in field.label.casefold()]
            field = max(like or free, key=lambda field: field.tickets)
            free.remove(field)
            of_ours.append(Chosen(name, field, f"agreements ask for {name}, and no field is called so: which is it?"))
    return tuple(of_ours)


def _chosen(found: Found, asked: Collection[str]) -> Iterator[Chosen]:
    by_name = {field.name: field for field in found.fields}
    for kind in ("status", "priority"):
        fields = [field for field in found.fields if field.kind == kind]
        if fields:
            yield Chosen(kind, max(fields, key=lambda field: field.tickets))
    yield from _team(found, by_name)
    team = [one.field.name for one in _team(found, by_name)]
    for name in ("assignee", "type", "category", "service", "customer"):
        native = [by_name[one] for one in _NATIVE[name] if one in by_name and one not in team]
        if native and (native[0].tickets or name == "assignee"):
            yield Chosen(name, native[0])
        elif native and name in asked:
            yield Chosen(name, native[0], "none of these tickets has one")


def _team(found: Found, by_name: Mapping[str, FoundField]) -> Iterator[Chosen]:
    """Yield the field that says which team has a ticket: the tool's own, else the one that is most like one."""
    for name in _NATIVE["team"]:
        if name in by_name:
            yield Chosen("team", by_name[name])
            return
    like = [field for field in found.fields if field.tickets and (field.kind == "group" or _is_team(field))]
    if like:
        best = max(like, key=lambda field: field.tickets)
        few = best.tickets < _LIKELY * found.sampled
        check = f"only {best.tickets} of {found.sampled} tickets have one" if few else ""
        yield Chosen("team", best, check if len(like) == 1 else _others(best, like, check))
    elif "components" in by_name and by_name["components"].tickets:
        yield Chosen("team", by_name["components"], "no field says which team has an issue: is it the component?")
    elif "assignee" in by_name:
        yield Chosen("team", by_name["assignee"], "no field says which team has an issue: time is charged to people")


def _is_team(field: FoundField) -> bool:
    return field.kind == "choice" and _TEAM.search(field.label) is not None


def _others(best: FoundField, like: Sequence[FoundField], check: str) -> str:
    named = ", ".join(field.label for field in like if field is not best)
    return f"{check}; others that could be meant: {named}".removeprefix("; ")
