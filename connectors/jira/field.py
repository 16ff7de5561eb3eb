"""Fields of a Jira site: found by id or name, described by their schema.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from connectors.errors import Refused

ISSUE_LINKS, REMOTE_LINKS = "issuelinks", "remotelinks"
"""What links are read as: a field that Jira has, and one that it has not, though it tells of its changes as of one."""
_LISTED_ONE_BY_ONE = frozenset({"attachment", "components", "fixVersions", ISSUE_LINKS, REMOTE_LINKS, "versions"})
_REMOTE: dict[str, Any] = {
    "id": REMOTE_LINKS,
    "name": REMOTE_LINKS,
    "schema": {"type": "array", "items": REMOTE_LINKS, "system": REMOTE_LINKS},
}
CASCADE = " / "
"""What stands between the two levels of a cascading choice."""
_PARTICIPANTS = "com.atlassian.servicedesk:sd-request-participants"
_COMPUTED = re.compile(
    r"com\.atlassian\.(servicedesk:sd-(sla-field|request-feedback.*|approvals)|jira\.ext\.charting:.*|jira\.toolkit:.*)"
    r"|com\.onresolve\.jira\.groovy\.groovyrunner:.*"
    r"|com\.atlassian\.jira\.plugins\.jira-development-integration-plugin:.*"
    r"|com\.(pyxis\.greenhopper\.jira:gh-lexo-rank|atlassian\.jpo:jpo-custom-field-baseline.*)"
)
_NAMED = 5
"""How many names a reason lists."""
_NO_HISTORY = frozenset({
    "aggregateprogress", "aggregatetimeestimate", "aggregatetimeoriginalestimate", "aggregatetimespent", "comment",
    "lastViewed", "progress", "resolutiondate", "statusCategory", "statuscategorychangedate", "subtasks", "thumbnail",
    "updated", "votes", "watches", "workratio",
})  # fmt: skip
"""System fields that Jira computes, or changes without a row in the changelog."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: `name` as the configuration has it, `label` a custom field's own where no other has the same.

    `type`, `items`, `system` and `custom` are its JSON schema's. `title` is its name on the site, whoever else has it.
    `was` are names that it had earlier, `was_given` whether the configuration says which, be it none.
    """

    name: str
    id: str
    label: str
    type: str
    items: str = ""
    system: str = ""
    custom: str = ""
    title: str = ""
    was: tuple[str, ...] = ()
    was_given: bool = False

    @property
    def chosen(self) -> bool:
        """Whether it holds options, each of which is of no other field."""
        return "option" in {self.type, self.items} or self.type == "option-with-child"

    @property
    def rich(self) -> bool:
        """Whether its text is a document."""
        return self.custom.endswith(":textarea") or self.system in {"description", "environment"}

    @property
    def labels(self) -> bool:
        """Whether it holds words; its history has them in one text, separated by spaces."""
        return self.type == "array" and self.items == "string"

    @property
    def stepwise(self) -> bool:
        """Whether its history has an item per value added or removed, not the list before and after."""
        return self.system in _LISTED_ONE_BY_ONE

    @property
    def gap(self) -> str:
        """Why its history is not in the changelog; "" where it is."""
        if self.id in _NO_HISTORY or _COMPUTED.fullmatch(self.custom) or self.type == "sd-servicelevelagreement":
            return f"Jira computes {self.id} and keeps no history of it"
        return ""

    @property
    def plain(self) -> bool:
        """Whether it holds text, a number or a date, which have no id."""
        return self.type in {"string", "number", "date", "datetime", "any"}


def resolve(
    asked: Iterable[str],
    catalogue: Sequence[dict[str, Any]],
    place: Callable[[str], str],
    was: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Field, ...]:
    """Return the fields asked for by id (`customfield_10050`) or exact name (`Team`), from what /field answers.

    `place` says where one stands in the configuration; `was` has earlier names of some of them.

    Raises:
        Refused: some are unknown or ambiguous; the message names them all.
    """
    count = Counter(str(entry["name"]) for entry in catalogue)
    found, problems = [], []
    for name in dict.fromkeys(asked):
        matches = [e for e in (*catalogue, _REMOTE) if e["id"] == name] or [e for e in catalogue if e["name"] == name]
        if len(matches) == 1:
            field = _field(name, matches[0], unique=count[matches[0]["name"]] == 1)
            found.append(replace(field, was=tuple(was.get(name, ())), was_given=name in was))
        elif matches:
            ids = ", ".join(e["id"] for e in matches)
            problems.append(f"{name!r} ({place(name)}) names {len(matches)} fields, write one of {ids}")
        else:
            problems.append(f"there is no field {name!r} ({place(name)}){_nearest(name, catalogue)}")
    if problems:
        raise Refused("; ".join(problems))
    return tuple(found)


def participants(catalogue: Sequence[dict[str, Any]]) -> str:
    """Return the id of the field that holds a request's participants, "" where the site has none."""
    held = (entry["id"] for entry in catalogue if (entry.get("schema") or {}).get("custom") == _PARTICIPANTS)
    return str(next(held, ""))


def perhaps_lost(rows: Collection[str]) -> str:
    """Return why a field may lack history: rows are called so, and whose they are Jira does not say."""
    names = ", ".join(f'"{name}"' for name in sorted(rows)[:_NAMED])
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"rows of its history may be called {names}{more}, and Jira does not say whose they are: see `was`"


def custom_names(catalogue: Sequence[dict[str, Any]]) -> frozenset[str]:
    """Return the names that custom fields have now."""
    return frozenset(str(entry["name"]) for entry in catalogue if "custom" in (entry.get("schema") or {}))


def _field(name: str, entry: dict[str, Any], *, unique: bool) -> Field:
    schema = entry.get("schema") or {}
    return Field(
        name=name,
        id=entry["id"],
        label=entry["name"] if unique and "custom" in schema else "",
        type=schema.get("type", "any"),
        items=schema.get("items", ""),
        system=schema.get("system", ""),
        custom=schema.get("custom", ""),
        title=entry["name"],
    )


def _nearest(name: str, catalogue: Sequence[dict[str, Any]]) -> str:
    by_lower = {word.lower(): word for entry in catalogue for word in (entry["id"], entry["name"])}
    near = get_close_matches(name.lower(), by_lower, n=3)
    return f"; is it {' or '.join(repr(by_lower[word]) for word in near)}?" if near else ""
