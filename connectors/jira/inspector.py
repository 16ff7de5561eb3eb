"""A look at a site: its projects, their fields and values, and what we may do there."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any, ClassVar

from connectors.errors import Refused
from connectors.http.rules import Rules
from connectors.http.session import Http
from connectors.interface import Finding, Found, FoundField, FoundValue, Place, lists_values
from connectors.jira.client import CLOUD, Body, Client
from connectors.jira.dialect import PORTAL, fields_of
from connectors.jira.field import Field, resolve
from connectors.jira.jql import checked
from connectors.jira.latest import latest
from connectors.jira.rate import RULES
from connectors.jira.rights import rights
from connectors.jira.settings import JiraSettings
from connectors.jira.value import Unreadable, held

SAMPLE = 200
"""How many of the newest issues are looked at."""
_PAGE = 100
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]+")
_EVER = "created >= 0"
"""A search without any bound is refused by the Cloud."""
_SLA = "sd-servicelevelagreement"
_KINDS = {
    "status": "status",
    "priority": "priority",
    "issuetype": "type",
    "user": "person",
    "team": "group",
    "group": "group",
    "option": "choice",
    "option-with-child": "choice",
    "component": "choice",
    "date": "date",
    "datetime": "instant",
    "number": "number",
    "string": "text",
}


class JiraInspector:
    """Implements `connectors.interface.Inspector`."""

    rules: ClassVar[Rules] = RULES

    def __init__(self, settings: JiraSettings, http: Http) -> None:
        self._settings = settings
        self._client = Client(settings, http)

    def title(self) -> str:
        """See `Inspector.title`."""
        return f"Jira {self._server['deploymentType']} {self._server.get('version', '')}".strip()

    def places(self, since: int) -> Sequence[Place]:
        """See `Inspector.places`: the projects, by the newest issues of all."""
        issues = self._search(f"created >= {since}", ["project"], SAMPLE)
        seen = Counter(str((fields_of(issue).get("project") or {}).get("key")) for issue in issues)
        projects = self._client.all_of("project")
        found = [Place(str(one["key"]), _label(one), seen[str(one["key"])]) for one in projects if one.get("key")]
        return sorted(found, key=lambda place: -place.tickets)

    def look(self, place: str, since: int) -> Found:
        """See `Inspector.look`."""
        if not _PROJECT.fullmatch(place):
            raise Refused(f"{self._settings.name}: {place[:40]!r} is no key of a project; write one as ITSM")
        where = f'project = "{place}" AND created >= {since}'
        issues = self._search(where, ["*all"], SAMPLE)
        catalogue = self._client.fields()
        known = resolve([str(entry["id"]) for entry in catalogue], catalogue, str)
        of = {"status": self._statuses(place), "priority": self._named("priority")}
        fields = (_field(field, issues, of.get(field.id, ())) for field in known if _kind(field))
        slas = sorted(field.title for field in known if field.type == _SLA)
        return Found(len(issues), tuple(fields), tuple(slas))

    def lacking(self) -> Sequence[str]:
        """See `Inspector.lacking`."""
        _ = self._server
        there = {str(entry[key]) for entry in self._client.fields() for key in ("id", "name")}
        return [field for field in self._settings.written if field not in there]

    def newest(self, count: int) -> Sequence[str]:
        """See `Inspector.newest`."""
        restriction = checked(self._settings.filter)
        bound = f"({restriction}) AND {_EVER}" if restriction else _EVER
        return [str(issue["id"]) for issue in self._search(bound, ["project"], count)]

    def rights(self, tickets: Sequence[str]) -> Iterator[Finding]:
        """See `connectors.jira.rights`."""
        _ = self._server  # which version of the interface is asked hangs on it
        return rights(self._client, self._settings, tickets)

    def close(self) -> None:
        """See `Inspector.close`."""
        self._client.close()

    @cached_property
    def _server(self) -> Body:
        return self._client.server()

    def _search(self, where: str, fields: Sequence[str], count: int) -> list[Body]:
        """Return the newest issues that JQL finds."""
        cloud = self._server["deploymentType"] == CLOUD
        pages = latest(self._client, where, fields, min(count, _PAGE), by="created", cloud=cloud)
        return [*islice(chain.from_iterable(pages), count)]

    def _statuses(self, project: str) -> Sequence[FoundValue]:
        """Return the statuses of a project's workflows, each once, or of the site where these may not be asked for."""
        try:
            types = self._client.all_of("project", project, "statuses")
            listed = [one for type_ in types for one in type_.get("statuses") or () if isinstance(one, Mapping)]
        except Refused as refused:
            if not refused.is_of_one_thing:
                raise
            listed = list(self._client.all_of("status"))
        by_id = {str(one.get("id")): one for one in listed}
        return [FoundValue(id_, str(one.get("name")), 0, _category(one)) for id_, one in by_id.items()]

    def _named(self, what: str) -> Sequence[FoundValue]:
        return [FoundValue(str(one.get("id")), str(one.get("name"))) for one in self._client.all_of(what)]


def _label(project: Mapping[str, Any]) -> str:
    kind = "service project" if project.get("projectTypeKey") == PORTAL else "project"
    managed = ", team-managed" if project.get("style") == "next-gen" else ""
    return f"{project.get('name')} ({kind}{managed})"


def _category(status: Mapping[str, Any]) -> str:
    category = status.get("statusCategory")
    return str(category.get("key") or "") if isinstance(category, Mapping) else ""


def _kind(field: Field) -> str:
    """Return what kind of field it is, "" for one that nobody would map."""
    if field.gap:
        return ""
    kind = _KINDS.get(field.items if field.type == "array" else field.type, "")
    return "choice" if field.labels else kind


def _field(field: Field, issues: Sequence[Body], offered: Sequence[FoundValue]) -> FoundField:
    kind = _kind(field)
    counted: Counter[tuple[str, str]] = Counter()
    filled = 0
    for issue in issues:
        try:
            values = held(field, fields_of(issue).get(field.id))
        except Unreadable:
            values = ()
        filled += bool(values)
        counted.update({(value.code, value.name) for value in values})
    values_: list[FoundValue] = []
    if lists_values(kind, len(counted)):
        groups = {value.code: value.group for value in offered}
        values_ = [FoundValue(code, name, n, groups.get(code, "")) for (code, name), n in counted.most_common()]
        seen = {value.code for value in values_}
        values_ += [value for value in offered if value.code not in seen]
    return FoundField(field.id, field.title, kind, filled, tuple(values_))
