"""Which of the fields that are wanted are there, and whether they are ours."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.interface import WantedField
from connectors.jira.client import Body
from connectors.jira.provision.administration import Administration
from connectors.jira.provision.definition import has_type, is_ours

_ID = re.compile(r"customfield_\d+")
_LONGEST = 255
"""The most characters of a field's name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A wanted field: its `id` ("" where it is to be made), whether we made it, and whether it lies in the trash."""

    wanted: WantedField
    id: str = ""
    ours: bool = True
    trashed: bool = False


def look_for(
    wanted: Iterable[WantedField], catalogue: Sequence[Body], administration: Administration
) -> tuple[list[Found], list[str]]:
    """Return what is found, and why nothing can be made where that is so.

    A field is looked for as a run does: by its id, else by its exact name. What has that name and is not ours is
    never taken for ours.
    """
    found: list[Found] = []
    problems: list[str] = []
    for one in wanted:
        by_id = [entry for entry in catalogue if entry["id"] == one.field]
        named = by_id or [entry for entry in catalogue if entry["name"] == one.field]
        field = Found(one)
        problem = ""
        if len(named) > 1:
            ids = ", ".join(str(entry["id"]) for entry in named)
            problem = f"{len(named)} fields have this name: write the one that is meant, of {ids}"
        elif named:
            ours = is_ours(administration.description(named[0]))
            field = Found(one, str(named[0]["id"]), ours)
            if not by_id:
                problem = _other(one, named[0], ours=ours)
        elif _ID.fullmatch(one.field):
            problem = "there is no field of this id: write a name, and a field of that name is made"
        elif one.field != one.field.strip() or not one.field.isprintable() or len(one.field) > _LONGEST:
            problem = f"Jira would make another name of it: leave out blanks around it, at most {_LONGEST} characters"
        else:
            trashed = [entry for entry in administration.trashed(one.field) if has_type(one, entry)]
            field = Found(one, str(trashed[0]["id"]), trashed=True) if trashed else field
        found.append(field)
        problems += [f"{one.place}: {one.field!r}: {problem}"] if problem else []
    return found, problems


def _other(wanted: WantedField, entry: Body, *, ours: bool) -> str:
    """Return why a field of the name is not the one that is wanted, "" where it is."""
    if not ours:
        return (
            f"{entry['id']} has this name and was not made by slabridge: if results are to go there, write "
            f'field = "{entry["id"]}", else another name'
        )
    if not has_type(wanted, entry):
        return (
            f"{entry['id']} was made by slabridge for another type of value than {wanted.value} ({wanted.kind}): "
            "write another name, or take it back first (--undo)"
        )
    return ""
