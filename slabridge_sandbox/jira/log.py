"""Logs of real issues as files: what `GET /rest/api/2/search?expand=changelog` gives, an issue or an answer a line.

Each issue becomes a story: it is opened as it was before its first history, then changes as its histories say, gets its
comments, and ends as it stands in the log. What a history says of a field whose type the log does not show is told in
the history alone, and so are moves to another project.
"""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from slabridge_sandbox.jira.catalogue import FIELDS
from slabridge_sandbox.jira.payload_fields import field_of
from slabridge_sandbox.jira.payloads import NEVER_EMPTY, instant
from slabridge_sandbox.story import Event

Payload = dict[str, Any]
_KINDS = {field.id: field.kind for field in FIELDS} | {"fixVersions": "array/named", "versions": "array/named"}
_NAMES = {"Component": "components", "Fix Version": "fixVersions", "Version": "versions"}
"""What old histories, which have no id of the field, call it."""
_ONE_BY_ONE = {"components", "fixVersions", "versions"}
_STAY = {"project", "issuekey", "created", "updated", "resolutiondate", "statuscategorychangedate"}


class _UnknownError(ValueError):
    """What a field held is not known."""


class Names:
    """What the whole log says of statuses and people, by id: their payloads."""

    def __init__(self, issues: Iterable[Payload]) -> None:
        self.statuses: dict[str, Payload] = {}
        self.people: dict[str, Payload] = {}
        for issue in issues:
            for value in (*issue["fields"].values(), *(one.get("author") for one in histories_of(issue))):
                if isinstance(value, dict) and "displayName" in value:
                    self.people.update((str(value[key]), value) for key in ("accountId", "key", "name") if key in value)
            status = issue["fields"]["status"]
            self.statuses[str(status["id"])] = status


def read_jira_log(path: Path) -> Iterator[Event]:
    """Read the events of a .jsonl or .jsonl.gz log, issue by issue.

    Raises:
        ValueError: a line is no issue; the message has its number.
        OSError: the file cannot be opened.
    """
    found: dict[str, Payload] = {}
    for issue in _read(path):
        if issue["key"] in found:
            raise ValueError(f"{path}: {issue['key']} stands there twice")
        found[issue["key"]] = issue
    names = Names(found.values())
    for issue in found.values():
        yield from _events(issue, names)


def _read(path: Path) -> Iterator[Payload]:
    """Yield the issues of a log that can be replayed."""
    opened = gzip.open if path.suffix == ".gz" else open
    number = 0
    with opened(path, "rb") as file:
        try:
            for line in file:
                number += 1
                for issue in _issues(line):
                    list(_events(issue, Names([issue])))
                    yield issue
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, zlib.error) as error:
            raise ValueError(f"{path}, line {number}: no issue as Jira gives it: {error}") from None


def histories_of(issue: Payload) -> list[Payload]:
    """Return the histories of an issue, oldest first."""
    found = (issue.get("changelog") or {}).get("histories", ())
    return sorted(found, key=lambda one: (instant(one["created"]), int(one["id"])))


def _issues(line: bytes) -> list[Payload]:
    if not line.strip():
        return []
    content = orjson.loads(line)
    issues: list[Payload] = content.get("issues", [content])
    for issue in issues:
        if missing := [name for name in NEVER_EMPTY if not issue["fields"].get(name)]:
            raise ValueError(f"it has no {', '.join(missing)}")
        int(issue["id"])
    return issues


def _events(issue: Payload, names: Names) -> Iterator[Event]:
    """Yield the story of one issue, in time order."""
    fields = dict(issue["fields"])
    comments = (fields.pop("comment", None) or {}).get("comments", ())
    now, steps = _rewound(issue, fields, names)
    begun = instant(fields["created"])
    opening = {**issue, "changelog": {}, "fields": {**now, "updated": fields["created"]}}
    told: list[tuple[int, dict[str, object]]] = [
        (instant(history["created"]), {"fields": {**after, "updated": _first(history["created"], fields["updated"])}})
        for history, after in steps
    ]
    for (_, what), (history, _) in zip(told, steps, strict=True):
        what["history"] = history
    told += [(instant(comment["created"]), {"comment": comment}) for comment in comments]
    told.append((instant(fields["updated"]), {"fields": fields}))
    ordered = sorted(((max(at, begun), what) for at, what in told), key=lambda one: one[0])
    yield _event(issue, begun, 1, {"issue": opening}, opens=True)
    for seq, (at, what) in enumerate(ordered, start=2):
        yield _event(issue, at, seq, what)


def _first(*instants: str) -> str:
    return min(instants, key=instant)


def _event(issue: Payload, at: int, seq: int, what: Mapping[str, object], *, opens: bool = False) -> Event:
    changes = {"id": str(issue["id"]), **{key: orjson.dumps(value).decode() for key, value in what.items()}}
    return Event(at, issue["key"], seq, "", changes, opens)


def _rewound(issue: Payload, fields: Payload, names: Names) -> tuple[Payload, list[tuple[Payload, Payload]]]:
    """Return the fields as they were before all histories, and by history, oldest first, what it set."""
    now, steps = dict(fields), []
    labels = {name: id_ for id_, name in (issue.get("names") or {}).items()}
    for history in reversed(histories_of(issue)):
        after: Payload = {}
        for item in reversed(history["items"]):
            word = item["field"]
            id_ = item.get("fieldId") or labels.get(word) or _NAMES.get(word, word)
            if id_ in _STAY or id_ not in now:
                continue
            with suppress(_UnknownError):
                before = _before(issue, id_, item, now[id_], names)
                after.setdefault(id_, now[id_])
                now[id_] = before
        if "status" in after:
            after["statuscategorychangedate"] = history["created"]
        if "resolution" in after:
            after["resolutiondate"] = history["created"] if after["resolution"] else None
            now["resolutiondate"] = fields["created"] if now["resolution"] else None
        steps.append((history, after))
    if any("status" in after for _, after in steps):
        now["statuscategorychangedate"] = fields["created"]
    return now, steps[::-1]


def _before(issue: Payload, id_: str, item: Payload, after: Any, names: Names) -> Any:  # noqa: ANN401 - JSON
    """Return what a field held before an item of a history; `after` is what it held then.

    Raises:
        _UnknownError: the type of the field, or the item, does not say it.
    """
    code, text = (None if item.get(key) is None else str(item[key]) for key in ("from", "fromString"))
    if id_ in _ONE_BY_ONE:
        added = str(item.get("to"))
        kept = [one for one in after or () if str(one["id"]) != added]
        return kept if code is None else [*kept, {"id": code, "name": text}]
    kind = _KINDS.get(id_) or _kind(issue, id_, after)
    if not (code or text):
        return [] if kind == "array/string" else None
    if kind not in _SAID:
        raise _UnknownError(id_)
    return _SAID[kind](names, code or "", text or "")


def _status(names: Names, code: str, text: str) -> Payload:
    known = names.statuses.get(code, {})
    return {"statusCategory": {"key": "indeterminate"}, **known, "id": code, "name": known.get("name", text)}


def _person(names: Names, code: str, text: str) -> Payload:
    return names.people.get(code, {"accountId": code, "displayName": text})


def _named(_: Names, code: str, text: str) -> Payload:
    return {"id": code, "name": text}


_SAID: dict[str, Callable[[Names, str, str], object]] = {
    "status": _status,
    "user": _person,
    **dict.fromkeys(("priority", "resolution", "issuetype"), _named),
    "option": lambda _, code, text: {"id": code, "value": text},
    "array/string": lambda _, __, text: text.split(),
    "string": lambda _, __, text: text,
    "document": lambda _, __, text: text,
    "date": lambda _, code, text: code or text,
    "number": lambda _, __, text: float(text),
}
"""The kind of a field -> what a side of a history's item, its id and its text, says that it held."""


def _kind(issue: Payload, id_: str, value: object) -> str:
    field = field_of(id_, id_, (issue.get("schema") or {}).get(id_), value)
    return "" if field is None else field.kind
