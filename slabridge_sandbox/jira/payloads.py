"""Real issues, as `GET /rest/api/2/search?expand=changelog` gives them, taken in with all their histories.

Projects, statuses, people, options and fields that the site does not have are added. A value
from which the type of its field cannot be seen, or for which the sandbox has none, is kept as it came.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from slabridge_sandbox.jira import adf
from slabridge_sandbox.jira.catalogue import CATEGORIES, Field
from slabridge_sandbox.jira.payload_fields import field_of
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import Stored

Payload = Mapping[str, Any]
NEVER_EMPTY = ("project", "issuetype", "status", "created", "updated")
_INTERNAL = {"sd.public.comment": {"internal": True}}


@dataclass(frozen=True, slots=True)
class Read:
    """An issue that was understood, but is not stored yet; its rows lack what the database decides."""

    issue: dict[str, Any]
    histories: list[tuple[Any, ...]]
    comments: list[tuple[Any, ...]]


def load(site: Site, lines: Iterable[bytes]) -> int:
    """Take in issues, one a line, all or none; return how many. One that is there already is replaced.

    Raises:
        ValueError: a line is no issue; the message has its number.
    """
    try:
        found = [_numbered(site, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    finally:
        # Fields and people that were added stay: they are in memory, too, which no rollback reaches.
        site.db.commit()
    with site.transaction():
        for one in found:
            write(site, one, site.clock.now)
    for one in found:
        site.notify(one.issue["id"], one.issue["updated"])
    return len(found)


def _numbered(site: Site, number: int, line: bytes) -> Read:
    try:
        return read(site, orjson.loads(line))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"line {number} is no issue: {error!r}") from error


def read(site: Site, payload: Payload) -> Read:
    """Understand an issue; what it names and the site does not have is added."""
    id_, given = int(payload["id"]), payload["fields"]
    if missing := [name for name in NEVER_EMPTY if not given.get(name)]:
        raise ValueError(f"it has no {', '.join(missing)}")
    issue: dict[str, Any] = {"id": id_, "number": int(payload["key"].rpartition("-")[2]), "creator": site.account}
    for name, value in given.items():
        if name not in site.fields.by_id:
            _add(site, payload, name, value)
    project = stored(site, site.fields.by_id["project"], given["project"])
    issue |= values_of(site, project, given)
    issue.setdefault("statuscategorychangedate", issue["created"])
    histories = sorted(payload.get("changelog", {}).get("histories", ()), key=lambda one: int(one["id"]))
    comments = (given.get("comment") or {}).get("comments", ())
    return Read(issue, [history_row(site, one) for one in histories], [comment_row(site, one) for one in comments])


def values_of(site: Site, project: Stored, given: Payload) -> dict[str, Stored]:
    """Return the fields of a payload as an issue of a project stores them; not those that the site does not have."""
    found: dict[str, Stored] = {}
    for name, value in given.items():
        field = site.fields.by_id.get(name)
        if name == "components":
            options = [_option(site, f"components/{project}", one) for one in value or ()]
            found[name] = _json(options) if options else None
        elif field is not None and field.stored:
            found[name] = stored(site, field, value)
    return found


def write(site: Site, found: Read, at: int) -> None:
    """Store an issue, at an instant; one that is there already is replaced."""
    id_, columns = found.issue["id"], site.fields.columns
    issue = dict.fromkeys(columns) | found.issue
    before = site.issues([id_])
    site.index.remember(at, before[0] if before else issue, existed=bool(before))
    for table, key in (("issues", "id"), ("histories", "issue"), ("comments", "issue")):
        site.db.execute(f"DELETE FROM {table} WHERE {key} = ?", (id_,))  # noqa: S608 - our names
    site.db.execute(
        f"INSERT INTO issues ({', '.join(columns)}) VALUES (?{', ?' * (len(columns) - 1)})",  # noqa: S608 - our names
        [issue[column] for column in columns],
    )
    for table, rows in (("histories", found.histories), ("comments", found.comments)):
        for row in rows:
            insert(site, table, id_, row)


def insert(site: Site, table: str, issue: int, row: tuple[Any, ...]) -> None:
    """Add a history or a comment to an issue, under another id where its own is taken."""
    own_id, *rest = row
    taken = site.db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (own_id,)).fetchone()  # noqa: S608 - our names
    values = (None if taken else own_id, issue, *rest)
    site.db.execute(f"INSERT INTO {table} VALUES (?{', ?' * (len(values) - 1)})", values)  # noqa: S608 - our names


def _add(site: Site, payload: Payload, name: str, value: object) -> None:
    """Add a field that the site does not have; not while it is empty and nothing says what it is."""
    field = field_of(name, payload.get("names", {}).get(name, name), payload.get("schema", {}).get(name), value)
    if field is not None:
        site.fields.add(field)


def stored(site: Site, field: Field, value: Any) -> Stored:  # noqa: ANN401 - JSON
    """Return a value of a payload as it is stored; what it names is added where it is new."""
    if value is None or value == []:
        return None
    return _STORED[field.kind](site, field, value)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def instant(text: str) -> int:
    """Return an instant, ms UTC."""
    return round(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)


def _status(site: Site, _: Field, value: Payload) -> int:
    id_, category = int(value["id"]), value["statusCategory"]["key"]
    if id_ not in site.names.statuses:
        site.names.add_status(id_, value["name"], category if category in CATEGORIES else "indeterminate")
    return id_


def _noted(of: str) -> Callable[[Site, Field, Payload], int]:
    def note(site: Site, _: Field, value: Payload) -> int:
        names: dict[int, str] = getattr(site.names, of)
        names.setdefault(int(value["id"]), value["name"])
        return int(value["id"])

    return note


def _option(site: Site, field: str, value: Payload) -> int:
    id_ = int(value["id"])
    if id_ not in site.names.options:
        site.names.add_option(field, id_, value.get("value", value.get("name")))
    return id_


def _cascade(site: Site, field: Field, value: Payload) -> str:
    parent, child = _option(site, field.id, value), value.get("child")
    return _json([parent, *([_option(site, f"{field.id}/{parent}", child)] if child else [])])


def _team(site: Site, _: Field, value: Payload) -> str:
    site.names.teams.setdefault(value["id"], value["name"])
    return str(value["id"])


def _project(site: Site, _: Field, value: Payload) -> int:
    known = site.names.project(value["key"])
    if known is None:
        id_ = int(value["id"])
        free = None if id_ in site.names.projects else id_
        known = site.names.add_project(value["key"], value["name"], value.get("projectTypeKey", "software"), id_=free)
    return known.id


def _account(site: Site, value: Payload | None) -> str:
    """Return the id of a person, one of an app or of nobody for a history without an author."""
    if not value:
        return site.names.account("Anonymous", "app")
    id_ = str(value.get("accountId") or value["key"])
    if id_ not in site.names.accounts:
        kind, name = value.get("accountType", "atlassian"), value.get("displayName", id_)
        site.names.add_account(id_, name, kind, value.get("name", ""), value.get("key", ""))
    return id_


def _document(value: str | Payload) -> str:
    return _json(adf.from_text(value) if isinstance(value, str) else value)


_STORED: dict[str, Callable[[Site, Field, Any], Stored]] = {
    "datetime": lambda _, __, value: instant(value),
    "date": lambda _, __, value: str(value),
    "string": lambda _, __, value: str(value),
    "number": lambda _, __, value: float(value),
    "document": lambda _, __, value: _document(value),
    "user": lambda site, _, value: _account(site, value),
    "project": _project,
    "status": _status,
    "issuetype": _noted("issue_types"),
    "priority": _noted("priorities"),
    "resolution": _noted("resolutions"),
    "option": lambda site, field, value: _option(site, field.id, value),
    "option-with-child": _cascade,
    "team": _team,
    "any": lambda _, __, value: _json(value),
    "array/string": lambda _, __, value: _json(value),
    "array/user": lambda site, _, value: _json([_account(site, one) for one in value]),
    "array/option": lambda site, field, value: _json([_option(site, field.id, one) for one in value]),
}


def history_row(site: Site, history: Payload) -> tuple[Any, ...]:
    """Return a row of histories without the issue."""
    items = _json([_item(site, item) for item in history["items"]])
    return int(history["id"]), instant(history["created"]), _account(site, history.get("author")), items


def _item(site: Site, item: Payload) -> list[str | None]:
    """Return an item as histories keep it, with its own words where the site would have others."""
    field = item.get("fieldId")
    sides = [item.get(key) for key in ("from", "fromString", "to", "toString")]
    known = site.fields.by_id.get(field or "")
    ours = known is not None and not known.custom and known.id == item["field"]
    return [field, *sides] if ours else [field, *sides, item["field"], item["fieldtype"]]


def comment_row(site: Site, comment: Payload) -> tuple[Any, ...]:
    """Return a row of comments without the issue."""
    properties = {one["key"]: one["value"] for one in comment.get("properties", ())}
    return (
        int(comment["id"]),
        _account(site, comment.get("author")),
        _account(site, comment.get("updateAuthor") or comment.get("author")),
        *(instant(comment["created"]), instant(comment["updated"])),
        _document(comment["body"]),
        _json(comment["visibility"]) if comment.get("visibility") else None,
        _json(properties | (_INTERNAL if comment.get("jsdPublic") is False else {})),
    )
