"""What we remember at an issue itself: one entity property, which people do not see and no screen must have.

`{"told": {field id: hash of the value}, "judged_by": {objective: definition}}` says which fields are ours, and what we
last wrote into them, also after the state was lost. It is set in the same request as the fields.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from threading import Lock
from typing import Any, NamedTuple

from connectors.interface import Value

PROPERTY = "slabridge"
LONGEST = 32_768
"""The most characters of a property."""
_WRITTEN = "told"
"""What stands in the properties of issues written so far, and so stays."""


class Remembered(NamedTuple):
    """What writing an issue takes: its type, the hash of what we last wrote into which field, and its status."""

    type: str
    written: Mapping[str, str]
    status: Value = Value("", "")


def remembered(issue: Mapping[str, Any]) -> Remembered:
    """Return what an issue's payload says of it."""
    fields = _table(issue.get("fields"))
    kind, status = _table(fields.get("issuetype")), _table(fields.get("status"))
    found = Value(str(status.get("id") or ""), str(status.get("name") or ""))
    return Remembered(str(kind.get("id") or ""), written_in(issue.get("properties")), found)


def _table(held: object) -> Mapping[str, Any]:
    return held if isinstance(held, Mapping) else {}


class Memory:
    """What is remembered of the issues that were read last; of others it is asked for when they are written."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._held: OrderedDict[str, Remembered] = OrderedDict()
        self._lock = Lock()

    def keep(self, id_: str, found: Remembered) -> None:
        """Keep what an issue's payload said, or what we wrote since."""
        with self._lock:
            self._held[id_] = found
            self._held.move_to_end(id_)
            if len(self._held) > self._most:
                self._held.popitem(last=False)

    def of(self, id_: str) -> Remembered | None:
        """Return what is known of an issue."""
        return self._held.get(id_)


def written_in(properties: object) -> dict[str, str]:
    """Return the fields that the property of an issue's payload names, with their hashes; none where it is not ours."""
    held = properties.get(PROPERTY) if isinstance(properties, Mapping) else None
    found = held.get(_WRITTEN) if isinstance(held, Mapping) else None
    return {str(id_): str(value) for id_, value in found.items()} if isinstance(found, Mapping) else {}


def property_of(written: Mapping[str, str], judged_by: Mapping[str, str]) -> dict[str, Any]:
    """Return the property as a request has it; definitions that would make it too long are left out."""
    value = {_WRITTEN: dict(written), "judged_by": dict(judged_by)}
    if len(json.dumps(value)) > LONGEST:
        value["judged_by"] = {}
    return {"key": PROPERTY, "value": value}


def hashed(text: str) -> str:
    """Return what stands for a value."""
    return blake2b(text.encode(), digest_size=8).hexdigest()
