"""Properties of issues: JSON that people do not see. Writing one touches neither `updated` nor the history."""

from typing import Any

import orjson

from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.site import Site

_LONGEST = 32_768


def listed(sent: object) -> dict[str, Any]:
    """Return the properties that a request sends as a list.

    Raises:
        Problem: 400, one of them cannot be stored.
    """
    if not isinstance(sent, list) or not all(isinstance(one, dict) and {"key", "value"} <= one.keys() for one in sent):
        raise Problem(400, "Properties are a list of objects with a key and a value.")
    for one in sent:
        _check(one["key"], one["value"])
    return {one["key"]: one["value"] for one in sent}


def keep(site: Site, issue: int, key: str, value: object) -> None:
    """Store a property of an issue."""
    text = orjson.dumps(value).decode()
    site.db.execute("INSERT OR REPLACE INTO properties VALUES (?, ?, ?)", (issue, key, text))


def _check(key: object, value: object) -> None:
    if not isinstance(key, str) or not 1 <= len(key) <= 255:
        raise Problem(400, "The property key must have between 1 and 255 characters.")
    if len(orjson.dumps(value).decode()) > _LONGEST:
        raise Problem(400, f"The property value is too long. It must be at most {_LONGEST} characters.")


def _property_keys(call: Call) -> Answer:
    issue = call.issue()
    keys = call.site.db.execute("SELECT key FROM properties WHERE issue = ? ORDER BY key", (issue,))
    here = call.url(f"issue/{issue}/properties")
    return Answer({"keys": [{"self": f"{here}/{key}", "key": key} for (key,) in keys]})


def _held_property(call: Call, issue: int) -> str | None:
    found = call.site.db.execute("SELECT value FROM properties WHERE issue = ? AND key = ?", (issue, call.path["key"]))
    row = found.fetchone()
    return None if row is None else row[0]


def _get_property(call: Call) -> Answer:
    value = _held_property(call, call.issue())
    if value is None:
        raise Problem(404, f"The property with key '{call.path['key']}' does not exist.")
    return Answer({"key": call.path["key"], "value": orjson.loads(value)})


def _put_property(call: Call) -> Answer:
    issue, value = _editable(call), call.json()
    _check(call.path["key"], value)
    known = _held_property(call, issue) is not None
    with call.site.transaction():
        keep(call.site, issue, call.path["key"], value)
    return Answer(status=200 if known else 201)


def _editable(call: Call) -> int:
    issue = call.issue()
    (row,) = call.site.issues([issue])
    if not call.site.permissions.holds("EDIT_ISSUES", row["project"]):
        raise Problem(403, "You do not have permission to edit issues in this project.")
    return issue


def _delete_property(call: Call) -> Answer:
    issue = _editable(call)
    if _held_property(call, issue) is None:
        raise Problem(404, f"The property with key '{call.path['key']}' does not exist.")
    with call.site.transaction():
        call.site.db.execute("DELETE FROM properties WHERE issue = ? AND key = ?", (issue, call.path["key"]))
    return Answer(status=204)


OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/issue/{issue}/properties", _property_keys),
    ("GET", "/issue/{issue}/properties/{key}", _get_property),
    ("PUT", "/issue/{issue}/properties/{key}", _put_property),
    ("DELETE", "/issue/{issue}/properties/{key}", _delete_property),
)
