"""What a plan says to the administrator of a Jira."""

from collections.abc import Iterable, Sequence

from connectors.interface import WantedField
from connectors.jira.provision.definition import type_name
from connectors.jira.provision.found import Found
from connectors.jira.provision.project import Project


def field(found: Found) -> str:
    """Say which field is made."""
    wanted = found.wanted
    return f"{wanted.field!r} ({type_name(wanted)})" + (", out of the trash" if found.trashed else "")


def options(name: str, values: Sequence[str]) -> str:
    """Say which options are added."""
    return f"{name!r}: {', '.join(values)}"


def place(name: str, screen: str) -> str:
    """Say which screen a field is put on."""
    return f"{name!r} on screen {screen}"


def left(found: Iterable[Found]) -> tuple[str, ...]:
    """Say which fields are there and not ours."""
    return tuple(f"{one.wanted.field} is there, and not made by slabridge" for one in found if not one.ours)


def by_team(projects: Iterable[Project], found: Sequence[Found]) -> tuple[str, ...]:
    """Say what to make where teams manage their projects."""
    return tuple(
        f"{project.key} is managed by its team, and no interface makes fields there: under Project settings > Work "
        f"types, make {'; '.join(map(_wanted, (one.wanted for one in found)))}"
        for project in projects
        if project.by_team
    )


def screens(projects: Sequence[Project]) -> str:
    """Say what to do where nobody can ask which screens a project has."""
    keys = ", ".join(project.key for project in projects)
    return (
        "a Data Center does not say which screens its projects have: look under Administration > Issues > Screens "
        f"which ones edit and show issues of {keys}, and name their numbers (--screen 10001), or put the fields there "
        "by hand"
    )


def paste(name: str, values: Iterable[str]) -> str:
    """Say which options to add by hand."""
    return (
        "a Data Center lets no program add options: under Administration > Issues > Custom fields, open Configure of "
        f"{name!r}, then Edit Options, and add: {', '.join(values)}"
    )


def not_ours_any_more(id_: str) -> str:
    """Say that a field lost its marker."""
    return f"{id_} has no marker of slabridge in its description any more, and is left as it is"


def delete(id_: str, name: str) -> str:
    """Say how a field is deleted."""
    return (
        f"a Data Center has no trash: delete {name!r} ({id_}) under Administration > Issues > Custom fields; its "
        "values on all issues go with it, for good"
    )


def not_on_screen(id_: str, project: Project) -> str:
    """Say that a field cannot be written in a project."""
    return (
        f"{id_} cannot be written in {project.key} by the account of the configuration: may it edit issues there, and "
        "does the project's field configuration (or field scheme) have the field, and show it?"
    )


def _wanted(wanted: WantedField) -> str:
    values = f": {', '.join(wanted.options)}" if wanted.options else ""
    return f"{wanted.field!r} ({type_name(wanted)}{values})"
