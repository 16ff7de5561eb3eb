"""What may be written where: edit screens, silence and portals, asked for once and remembered.

A field that is not on the edit screen of a project and issue type makes Jira refuse the whole request.
"""

from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, NamedTuple

import structlog

from connectors.errors import Refused
from connectors.interface import Value
from connectors.jira.client import Client
from connectors.jira.dialect import PORTAL
from connectors.jira.field import CASCADE, Field

ADMINS = ("ADMINISTER", "ADMINISTER_PROJECTS")
"""Who may write without a mail to the watchers."""

_CLOSED = {"option", "option-with-child", "component"}
"""Types of fields that hold nothing but what their edit screen names."""

log = structlog.get_logger(__name__)


Screen = Mapping[str, frozenset[str] | None]
"""Field id -> its options, casefolded, where it has such (`parent / child` where it has two levels)."""


class Place(NamedTuple):
    """What decides what may be edited of an issue: its project, by key, its type, by id, and its status."""

    project: str
    type: str
    status: Value


class Screens:
    """What our account may do in the projects of a site."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = Lock()
        self._known: dict[Hashable, Any] = {}

    def on_screen(self, issue: str, project: str, type_: str) -> Screen | None:
        """Return the edit screen of an issue's project and type, None where Jira does not say.

        An empty one says nothing of other issues, and is not remembered.
        """
        found: Screen | None = self._once(("screen", project, type_), lambda: self._screen(issue) or None)
        return found

    def missing(self, issue: str, place: Place, fields: Mapping[str, Field]) -> frozenset[str]:
        """Return the ids of those fields that are not on the edit screen of an issue's project, type and status.

        Where the screen is not given, nothing is known to be missing, and the write itself will show.
        """
        if self._is_shut(place):
            return frozenset(fields)
        there = self.on_screen(issue, place.project, place.type)
        if there is None:
            return frozenset(fields) if self.shut(issue, place) else frozenset()
        missing = fields.keys() - there.keys()
        for id_ in sorted(missing):
            self._once(("missing", *place[:2], id_), lambda: self._warn(fields[id_], place))  # noqa: B023 - called at once
        return frozenset(missing)

    def no_option(self, issue: str, place: Place, field: Field, value: str) -> str:
        """Return why a select or component field does not take a value in a project and issue type, "" where it may."""
        options = (self.on_screen(issue, place.project, place.type) or {}).get(field.id)
        if options is None or value.casefold() in options:
            return ""
        return (
            f"project {place.project} has no option {value!r} in the field {field.name!r}: add it there, or name one "
            "of its options in `values` of that field under writeback.fields"
        )

    def shut(self, issue: str, place: Place) -> bool:
        """Return whether nobody may edit issues in the status that this one has; it is asked for, and said once.

        The edit screen is empty then, though our account may edit issues of the project.
        """
        if not self._once(("edit", place.project), lambda: self._client.may(place.project, "EDIT_ISSUES")):
            return False

        def ask() -> bool | None:
            return self._warn_shut(place) if self._screen(issue) == {} else None

        return bool(self._once(("shut", *place), ask))

    def silent(self, project: str) -> bool:
        """Return whether `notifyUsers=false` is ours to ask; without the permission Jira ignores the request."""
        return bool(self._once(("silent", project), lambda: self._may_be_silent(project)))

    def links(self, project: str) -> bool:
        """Whether we may make a link on issues of a project; if not, it is said once."""

        def ask() -> bool:
            if self._client.may(project, "LINK_ISSUES"):
                return True
            return self._warn_no_links(project, "the account lacks the permission Link issues")

        return bool(self._once(("links", project), ask))

    def no_links(self, project: str, reason: str) -> None:
        """Remember that a project takes no links though we may make them: the site has them switched off, say."""
        with self._lock:
            if self._known.get(("links", project)):
                self._known["links", project] = self._warn_no_links(project, reason)

    def portal(self, project: str) -> bool:
        """Return whether a project is a service project."""

        def ask() -> bool:
            return bool(self._client.get("project", project).body.get("projectTypeKey") == PORTAL)

        return bool(self._once(("portal", project), ask))

    def _is_shut(self, place: Place) -> bool:
        with self._lock:
            return ("shut", *place) in self._known

    def _once(self, key: Hashable, ask: Callable[[], object]) -> Any:  # noqa: ANN401 - what the question gives
        with self._lock:
            if key in self._known:
                return self._known[key]
            answer = ask()
            if answer is not None:
                self._known[key] = answer
            return answer

    def _screen(self, issue: str) -> Screen | None:
        try:
            found = self._client.get("issue", issue, "editmeta").body.get("fields")
        except Refused as error:
            if not error.is_of_one_thing:
                raise
            return None
        return {id_: _options(meta) for id_, meta in found.items()} if isinstance(found, Mapping) else None

    def _may_be_silent(self, project: str) -> bool:
        silent = self._client.may(project, *ADMINS)
        if not silent:
            log.warning(
                "watchers get a mail for each write: only an administrator of the project may write without",
                connection=self._client.name,
                project=project,
            )
        return silent

    def _warn_no_links(self, project: str, reason: str) -> bool:
        log.warning(
            "issues are not linked with their pages",
            connection=self._client.name,
            project=project,
            reason=reason,
        )
        return False

    def _warn(self, field: Field, place: Place) -> bool:
        log.warning(
            "field is not written: it is not on the edit screen of this project and issue type",
            connection=self._client.name,
            field=field.name,
            id=field.id,
            project=place.project,
            issue_type=place.type,
        )
        return True

    def _warn_shut(self, place: Place) -> bool:
        log.warning(
            "fields are not written: nobody may edit issues in this status",
            connection=self._client.name,
            project=place.project,
            issue_type=place.type,
            status=place.status.name,
        )
        return True


def _options(meta: object) -> frozenset[str] | None:
    """Return what a field of an edit screen may hold, None where that is not a closed list of options."""
    schema = meta.get("schema") if isinstance(meta, Mapping) else None
    allowed = meta.get("allowedValues") if isinstance(meta, Mapping) else None
    kinds = {schema.get("type"), schema.get("items")} if isinstance(schema, Mapping) else set()
    if kinds.isdisjoint(_CLOSED) or not isinstance(allowed, list):
        return None
    found = set()
    for option in allowed:
        if not isinstance(option, Mapping):
            return None
        text = str(option.get("value") or option.get("name") or "").casefold()
        children = option.get("children")
        found |= {text} | {
            f"{text}{CASCADE}{str(child.get('value') or '').casefold()}"
            for child in (children if isinstance(children, list) else ())
            if isinstance(child, Mapping)
        }
    return frozenset(found)
