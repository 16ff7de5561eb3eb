"""What people do, applied to issues: a story's events become an issue and its histories."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from slabridge.sandbox.jira.catalogue import (
    BY_ID,
    IMPACT,
    ISSUE_TYPE_ID,
    PROJECT_ID,
    RESOLUTION_ID,
    STATUSES,
    STORED,
    TEAM,
    URGENCY,
    Field,
)
from slabridge.sandbox.jira.changes import Issue, change
from slabridge.sandbox.jira.site import FIRST_ID, Site
from slabridge.sandbox.jira.values import Stored
from slabridge.sandbox.story import Event

_BATCH = 20_000
_COLUMNS = ("id", "number", "story", *(field.id for field in STORED))
_PUT = f"INSERT OR REPLACE INTO issues ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - our names
_TELL = "INSERT INTO histories (id, issue, at, author, items) VALUES (?, ?, ?, ?, ?)"
_FIELDS: Mapping[str, Field] = {
    "state": BY_ID["status"],
    "priority": BY_ID["priority"],
    "impact": IMPACT,
    "urgency": URGENCY,
    "assignment_group": TEAM,
    "assigned_to": BY_ID["assignee"],
    "caller": BY_ID["reporter"],
    "category": BY_ID["labels"],
}
"""What the log calls it -> our field. What stands not here, people do not do in this Jira."""
_NEVER_EMPTY = {"status", "priority"}


def take(site: Site, events: Sequence[Event]) -> None:
    """Apply events in their order.

    Raises:
        ValueError: a story is opened twice, or changes before it was opened.
    """
    with site.transaction():
        for first in range(0, len(events), _BATCH):
            _take(site, events[first : first + _BATCH])


def _take(site: Site, events: Sequence[Event]) -> None:
    held = _held(site, {event.story for event in events})
    _check(events, set(held))
    next_issue, next_history = (
        max(FIRST_ID, (site.db.execute(f"SELECT max(id) FROM {table}").fetchone()[0] or 0) + 1)  # noqa: S608 - our names
        for table in ("issues", "histories")
    )
    histories: list[tuple[int, int, int, str, str]] = []
    for event in events:
        author = site.names.account(event.by)
        values = {
            field: _stored(site, field, value)
            for name, value in event.changes.items()
            if (field := _FIELDS.get(name)) is not None and (value or field.type not in _NEVER_EMPTY)
        }
        if event.opens:
            held[event.story] = _opened(site, event, next_issue, author, values)
            next_issue += 1
            continue
        issue = held[event.story]
        items = change(site, issue, event.at, values)
        if items:
            histories.append((next_history, issue["id"], event.at, author, orjson.dumps(items).decode()))
            next_history += 1
    site.db.executemany(_PUT, ([issue[column] for column in _COLUMNS] for issue in held.values()))
    site.db.executemany(_TELL, histories)


def _check(events: Iterable[Event], known: set[str]) -> None:
    """Refuse events before any of them is applied."""
    for event in events:
        if event.opens == (event.story in known):
            raise ValueError(f"{event.story} " + ("is opened twice" if event.opens else "changes but was never opened"))
        known.add(event.story)


def _held(site: Site, stories: Iterable[str]) -> dict[str, Issue]:
    """Return the issues that these stories already have."""
    wanted = orjson.dumps(list(stories)).decode()
    rows = site.rows("SELECT * FROM issues WHERE story IN (SELECT value FROM json_each(?))", (wanted,))
    return {row["story"]: dict(row) for row in rows}


def _stored(site: Site, field: Field, value: str | None) -> Stored:
    if not value:
        return None
    match field.type:
        case "status":
            return site.names.status(value).id
        case "priority":
            return int(value[0])
        case "user":
            return site.names.account(value, "customer" if field.id == "reporter" else "atlassian")
        case "option":
            return site.names.option(field.id, value)
        case "array":
            return orjson.dumps([value.replace(" ", "-")]).decode()
        case _:
            raise AssertionError(field)


def _opened(site: Site, event: Event, id_: int, author: str, values: Mapping[Field, Stored]) -> Issue:
    issue: Issue = dict.fromkeys(_COLUMNS)
    issue |= {
        "id": id_,
        "number": id_ - FIRST_ID + 1,
        "story": event.story,
        "summary": f"Incident {event.story}",
        "project": PROJECT_ID,
        "issuetype": ISSUE_TYPE_ID,
        "status": min(STATUSES),
        "priority": 3,
        "creator": author,
        "created": event.at,
        "updated": event.at,
        "statuscategorychangedate": event.at,
    }
    issue |= {field.id: value for field, value in values.items()}
    if issue["reporter"] is None:
        issue["reporter"] = author
    if site.names.statuses[issue["status"]].category == "done":
        issue |= {"resolution": RESOLUTION_ID, "resolutiondate": event.at}
    return issue
