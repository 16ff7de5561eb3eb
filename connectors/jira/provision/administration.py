"""What an administrator of a Jira can ask and do by either kind's interface."""

import re
from collections.abc import Collection, Sequence
from typing import Protocol

from connectors.interface import WantedField, Where
from connectors.jira.client import Body
from connectors.jira.provision.project import Project

_ID = re.compile(r"customfield_\d+")


class Administration(Protocol):
    """What one kind of Jira lets an administrator do."""

    def description(self, field: Body) -> object:
        """Return the description of a field that the site lists, None for one that is no custom field."""
        ...

    def trashed(self, name: str) -> Sequence[Body]:
        """Return the fields of ours that lie in the trash and have exactly this name."""
        ...

    def lacking(self, id_: str, options: Sequence[str]) -> Sequence[str] | None:
        """Return which of these options a select field lacks anywhere; None where the site does not say."""
        ...

    def screens(self, projects: Sequence[Project], where: Where) -> Collection[str]:
        """Return the ids of the screens on which issues of these projects are edited and seen, as far as known."""
        ...

    def create(self, wanted: WantedField, projects: Sequence[str]) -> str:
        """Make a custom field, in projects by id where the site asks for them, and return its id."""
        ...


def is_custom(field: Body) -> bool:
    """Tell whether a field, as the site lists it, is a custom field, with an id that can stand in a path."""
    return "custom" in (field.get("schema") or {}) and _ID.fullmatch(str(field.get("id"))) is not None
