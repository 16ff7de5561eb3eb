"""What people do, applied to issues: a story's events become an issue and its histories."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from slabridge_sandbox.jira.catalogue import (
    IMPACT,
    INCIDENT,
    ISSUE_TYPE_ID,
    PROJECT_ID,
    RESOLUTION_ID,
    STATUSES,
    SYSTEM,
    TEAM,
    URGENCY,
    Field,
)
from slabridge_sandbox.jira.changes import Issue, change
from slabridge_sandbox.jira.site import FIRST_ID, Site
from slabridge_sandbox.jira.values import Stored
from slabridge_sandbox.story import Event

_CHUNK = 20_000
_COLUMNS = (*(field.id for field in SYSTEM.values() if field.stored), TEAM.id, IMPACT.id, URGENCY.id, INCIDENT.id)
"""The columns that stories can change."""
_UPSERT = (
    f"INSERT INTO issues (id, number, story, {', '.join(_COLUMNS)}) VALUES (?, ?, ?{', ?' * len(_COLUMNS)})"  # noqa: S608 - our names
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in _COLUMNS)}"
)
_INSERT_HISTORY = "INSERT INTO histories (id, issue, at, author, items) VALUES (?, ?, ?, ?, ?)"
_FIELDS: Mapping[str, Field] = {
    "state": SYSTEM["status"],
    "priority": SYSTEM["priority"],
    "impact": IMPACT,
    "urgency": URGENCY,
    "assignment_group": TEAM,
    "assigned_to": SYSTEM["assignee"],
    "caller": SYSTEM["reporter"],
    "category": SYSTEM["labels"],
    "incident": INCIDENT,
}
"""What the log calls it -> our field. What stands not here, people do not do in this Jira."""
_NEVER_EMPTY = {"status", "priority"}


def take(site: Site, events: Sequence[Event]) -> None:
    """Apply events in their order.

    Raises:
        ValueError: a story is opened twice, or changes before it was opened.
    """
    for first in range(0, len(events), _CHUNK):
        with site.transaction():
            changed = _take(site, events[first : first + _CHUNK])
        if site.observers:
            for issue, at in changed:
                site.notify(issue, at)


def _take(site: Site, events: Sequence[Event]) -> list[tuple[int, int]]:
    """Apply events; return which issues changed and when."""
    stories = {event.story for event in events}
    held, gone = _held(site, stories), _gone(site, stories)
    _check(events, {*held, *gone})
    next_issue, next_number = _next_id(site), site.keys.next_number(PROJECT_ID)
    next_history = max(FIRST_ID, (site.db.execute("SELECT max(id) FROM histories").fetchone()[0] or 0) + 1)
    histories: list[tuple[int, int, int, str, str]] = []
    changed: list[tuple[int, int]] = []
    for event in events:
        if event.story in gone:
            continue
        author = site.names.account(event.by)
        values = {
            field: _stored(site, field, value)
            for name, value in event.changes.items()
            if (field := _FIELDS.get(name)) is not None and (value or field.type not in _NEVER_EMPTY)
        }
        if event.opens:
            issue = held[event.story] = _opened(site, event, next_issue, author, values)
            issue["number"] = next_number
            next_issue, next_number = next_issue + 1, next_number + 1
            site.index.remember(event.at, issue, existed=False)
            changed.append((issue["id"], event.at))
            continue
        issue = held[event.story]
        items = change(site, issue, event.at, values)
        if items:
            histories.append((next_history, issue["id"], event.at, author, orjson.dumps(items).decode()))
            next_history += 1
            changed.append((issue["id"], event.at))
    first = ("id", "number", "story")
    site.db.executemany(_UPSERT, ([issue[column] for column in (*first, *_COLUMNS)] for issue in held.values()))
    site.db.executemany(_INSERT_HISTORY, histories)
    return changed


def _next_id(site: Site) -> int:
    last = site.db.execute("SELECT max(id) FROM (SELECT id FROM issues UNION ALL SELECT id FROM deleted)").fetchone()[0]
    return max(FIRST_ID, (last or 0) + 1)


def _gone(site: Site, stories: Iterable[str]) -> set[str]:
    """Return the stories among these whose issues were deleted: what people did to them later, nobody sees."""
    wanted = orjson.dumps(list(stories)).decode()
    rows = site.db.execute("SELECT story FROM deleted WHERE story IN (SELECT value FROM json_each(?))", (wanted,))
    return {story for (story,) in rows}


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
    if not value or field.type == "string":
        return value or None
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
    if site.switches.index_lag:
        issue = dict.fromkeys(site.fields.columns)
    issue |= {
        "id": id_,
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
