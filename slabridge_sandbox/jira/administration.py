"""What administrators set up: fields that were made since the site began, their contexts, and screens.

Fields of the catalogue are in all projects and on all screens, whatever stands here; those that were made are where
somebody put them. Each project has schemes and screens of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as filled
from itertools import count

from slabridge_sandbox.jira.catalogue import Field
from slabridge_sandbox.jira.fields import Fields
from slabridge_sandbox.jira.names import Names, Project
from slabridge_sandbox.jira.switches import Switches

DEFAULT_SCREEN = 1
SEARCHERS = {
    "select": ("multiselectsearcher",),
    "textfield": ("textsearcher",),
    "textarea": ("textsearcher",),
    "url": ("exacttextsearcher",),
    "float": ("exactnumber", "numberrange"),
    "datetime": ("datetimerange",),
    "datepicker": ("daterange",),
    "labels": ("labelsearcher",),
}
"""By custom type that can be made, what can search for it."""


@dataclass(slots=True)
class Context:
    """Where a field has which options: in these projects, or in all (none)."""

    id: int
    name: str
    projects: tuple[int, ...] = ()
    options: list[int] = filled(default_factory=list)


@dataclass(slots=True)
class Made:
    """A field that was made: what people wrote of it, and its contexts."""

    field: Field
    description: str
    searcher: str
    contexts: list[Context] = filled(default_factory=list)
    trashed: bool = False

    def in_project(self, project: int) -> bool:
        """Tell whether a project has the field."""
        return any(not context.projects or project in context.projects for context in self.contexts)


@dataclass(slots=True)
class Tab:
    """A tab of a screen, with the ids of its fields."""

    id: int
    name: str
    fields: list[str]


@dataclass(slots=True)
class Screen:
    """A screen and its tabs."""

    id: int
    name: str
    tabs: list[Tab]


@dataclass(frozen=True, slots=True)
class Schemes:
    """The screens of a project: its issue type screen scheme, the one screen scheme in that, and the screens there."""

    project: Project
    number: int
    default: int
    edit: int


class Administration:
    """What was set up, in memory."""

    def __init__(self, names: Names, fields: Fields, switches: Switches) -> None:
        self._names = names
        self._fields = fields
        self._switches = switches
        self._ids = count(10_200)
        self._schemes: dict[int, Schemes] = {}
        self.made: dict[str, Made] = {}
        self.screens = {DEFAULT_SCREEN: Screen(DEFAULT_SCREEN, "Default Screen", [self._tab()])}

    def make(self, field_: Field, description: str, searcher: str, projects: tuple[int, ...] = ()) -> Made:
        """Make a field with one context, for these projects or for all."""
        self._fields.add(field_)
        made = Made(field_, description, searcher)
        made.contexts.append(self.context(f"Default configuration scheme for {field_.name}", projects))
        self.made[field_.id] = made
        return made

    def named(self, name: str) -> Made:
        """Return a field that was made, by its name.

        Raises:
            ValueError: none was.
        """
        for made in self.made.values():
            if made.field.name == name:
                return made
        raise ValueError(f"no field {name!r} was made")

    def context(self, name: str, projects: tuple[int, ...]) -> Context:
        """Return a new context."""
        return Context(next(self._ids), name, projects)

    def add_option(self, made: Made, context: Context, value: str) -> int:
        """Add an option to a context, and return its id.

        Raises:
            ValueError: the context has it.
        """
        id_ = self._names.option(made.field.id, value)
        if id_ in context.options:
            raise ValueError(f"The option '{value}' already exists in this context.")
        context.options.append(id_)
        return id_

    def trash(self, made: Made) -> None:
        """Put a field into the trash: nobody sees it, its values stay."""
        made.trashed = True
        self._fields.hide(made.field)

    def restore(self, made: Made) -> None:
        """Take a field out of the trash."""
        made.trashed = False
        self._fields.show(made.field)

    def has(self, field_: Field, project: int) -> bool:
        """Tell whether a project has a field, on the screen on which its issues are edited."""
        made = self.made.get(field_.id)
        if made is None:
            return True
        if made.trashed or not made.in_project(project) or self._names.projects[project].key in self._switches.by_team:
            return False
        return any(field_.id in tab.fields for tab in self.screens[self.schemes(project).edit].tabs)

    def schemes(self, project: int) -> Schemes:
        """Return the schemes of a project, made when they are first asked for."""
        if project not in self._schemes:
            known = self._names.projects[project]
            ids = [self._add_screen(f"{known.key}: {name}").id for name in ("Default Screen", "Edit Screen")]
            self._schemes[project] = Schemes(known, next(self._ids), *ids)
        return self._schemes[project]

    def all_schemes(self) -> Iterator[Schemes]:
        """Yield the schemes of all projects."""
        for project in self._names.projects:
            yield self.schemes(project)

    def _add_screen(self, name: str) -> Screen:
        screen = Screen(next(self._ids), name, [self._tab()])
        self.screens[screen.id] = screen
        return screen

    def _tab(self) -> Tab:
        there = [one.id for one in self._fields.all if one.editable and one.id not in self.made]
        return Tab(next(self._ids), "Field Tab", there)
