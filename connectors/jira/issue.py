"""An issue's payload as a native ticket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.interface import NativeComment, NativeTicket, Values
from connectors.jira.comment import Setting, read
from connectors.jira.fact import written
from connectors.jira.field import Field
from connectors.jira.history import entries
from connectors.jira.instant import instant
from connectors.jira.value import Unreadable, held

PORTAL = "service_desk"


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields that we read with their history, and those that we write and read back."""

    read: tuple[Field, ...]
    written: tuple[Field, ...]

    @property
    def asked(self) -> list[str]:
        """The ids of all fields of a payload that we need, without comments."""
        own = (field.id for field in (*self.read, *self.written))
        return list(dict.fromkeys(["created", "updated", "project", "reporter", *own]))


@dataclass(slots=True)
class Draft:
    """An issue as far as its payload tells it; `comments` by their id."""

    ticket: NativeTicket
    comments: dict[str, NativeComment]

    def by(self, account: str) -> list[str]:
        """Return the ids of an account's comments."""
        return [id_ for id_, comment in self.comments.items() if comment.by == account]

    def finished(
        self, schema: Schema, histories: Iterable[Mapping[str, Any]], markers: Mapping[str, str]
    ) -> NativeTicket:
        """Return the ticket with its changelog, and our markers (by the comment's id) on its comments.

        Raises:
            ValueError: the changelog cannot be read.
        """
        history = entries(histories, schema.read, self.ticket.fields, self.ticket.created)
        comments = (replace(comment, marker=markers.get(id_)) for id_, comment in self.comments.items())
        return replace(self.ticket, history=history, comments=tuple(sorted(comments, key=lambda comment: comment.at)))


def draft(issue: Mapping[str, Any], comments: Iterable[Mapping[str, Any]], schema: Schema, account: str) -> Draft:
    """Return what an issue's payload says.

    A field that the payload leaves out is empty: Jira hides no field of an issue that it shows, the project just has no
    such field. One that holds what we cannot read is left out.

    Raises:
        ValueError: the payload cannot be read.
    """
    fields = issue["fields"]
    setting = Setting(account, str((fields.get("reporter") or {}).get("accountId") or ""), is_portal(issue))
    ticket = NativeTicket(
        id=str(issue["id"]),
        key=issue["key"],
        created=instant(fields["created"]),
        updated=instant(fields["updated"]),
        fields=_held(fields, schema.read),
        written={field.name: written(field, fields.get(field.id)) for field in schema.written},
    )
    return Draft(ticket, {str(raw["id"]): read(raw, setting) for raw in comments})


def is_portal(issue: Mapping[str, Any]) -> bool:
    """Return whether an issue's project is a service project, whose customers see comments in a portal."""
    project = issue["fields"].get("project") or {}
    return bool(project.get("projectTypeKey") == PORTAL)


def _held(fields: Mapping[str, Any], wanted: Iterable[Field]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for field in wanted:
        try:
            found[field.name] = held(field, fields.get(field.id))
        except Unreadable:
            continue
    return found
