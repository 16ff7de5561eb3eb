"""Fields of a Jira site: found by id or name, described by their schema.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from connectors.errors import Refused

_LISTED_ONE_BY_ONE = frozenset({"components", "fixVersions", "versions"})
_OLD_NAMES = {"Component": "components", "Fix Version": "fixVersions", "Version": "versions"}
"""How history rows without `fieldId` name system fields, where that is not the id."""
_CUSTOM = "custom:"
CASCADE = " / "
"""What stands between the two levels of a cascading choice."""
_PARTICIPANTS = "com.atlassian.servicedesk:sd-request-participants"
_COMPUTED = re.compile(
    r"com\.atlassian\.(servicedesk:sd-(sla-field|request-feedback.*|approvals)|jira\.ext\.charting:.*|jira\.toolkit:.*)"
    r"|com\.onresolve\.jira\.groovy\.groovyrunner:.*"
    r"|com\.atlassian\.jira\.plugins\.jira-development-integration-plugin:.*"
    r"|com\.(pyxis\.greenhopper\.jira:gh-lexo-rank|atlassian\.jpo:jpo-custom-field-baseline.*)"
)
_NO_HISTORY = frozenset({
    "aggregateprogress", "aggregatetimeestimate", "aggregatetimeoriginalestimate", "aggregatetimespent", "comment",
    "lastViewed", "progress", "resolutiondate", "statusCategory", "statuscategorychangedate", "subtasks", "thumbnail",
    "updated", "votes", "watches", "workratio",
})  # fmt: skip
"""System fields that Jira computes, or changes without a row in the changelog."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: `name` as the configuration has it, `label` a custom field's own where no other has the same.

    `type`, `items`, `system` and `custom` are its JSON schema's.
    """

    name: str
    id: str
    label: str
    type: str
    items: str = ""
    system: str = ""
    custom: str = ""

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


def resolve(asked: Iterable[str], catalogue: Sequence[dict[str, Any]]) -> tuple[Field, ...]:
    """Return the fields asked for by id (`customfield_10050`) or exact name (`Team`), from what /field answers.

    Raises:
        Refused: some are unknown or ambiguous; the message names them all.
    """
    count = Counter(str(entry["name"]) for entry in catalogue)
    found, problems = [], []
    for name in dict.fromkeys(asked):
        matches = [e for e in catalogue if e["id"] == name] or [e for e in catalogue if e["name"] == name]
        if len(matches) == 1:
            found.append(_field(name, matches[0], unique=count[matches[0]["name"]] == 1))
        elif matches:
            problems.append(f"{name!r} names {len(matches)} fields, write one of {', '.join(e['id'] for e in matches)}")
        else:
            problems.append(f"there is no field {name!r}{_nearest(name, catalogue)}")
    if problems:
        raise Refused("; ".join(problems))
    return tuple(found)


def participants(catalogue: Sequence[dict[str, Any]]) -> str:
    """Return the id of the field that holds a request's participants, "" where the site has none."""
    held = (entry["id"] for entry in catalogue if (entry.get("schema") or {}).get("custom") == _PARTICIPANTS)
    return str(next(held, ""))


def by_row(fields: Iterable[Field]) -> dict[str, tuple[Field, ...]]:
    """Return the fields by what a history row may call them: their id, and their name for rows without ids."""
    found: dict[str, tuple[Field, ...]] = {}
    for field in fields:
        for key in (field.id, *([_CUSTOM + field.label] if field.label else [])):
            found[key] = (*found.get(key, ()), field)
    return found


def row_key(item: dict[str, Any]) -> str:
    """Return the key of `by_row` for an item of a history."""
    name = str(item.get("field", ""))
    old = _CUSTOM + name if item.get("fieldtype") == "custom" else _OLD_NAMES.get(name, name)
    return str(item.get("fieldId") or old)


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
    )


def _nearest(name: str, catalogue: Sequence[dict[str, Any]]) -> str:
    by_lower = {word.lower(): word for entry in catalogue for word in (entry["id"], entry["name"])}
    near = get_close_matches(name.lower(), by_lower, n=3)
    return f"; is it {' or '.join(repr(by_lower[word]) for word in near)}?" if near else ""
