"""Comments: read by issue or by id, added and edited, with properties.

A comment is internal when its property `sd.public.comment` says so; everyone who may see the request sees the others.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from slabridge_sandbox.jira import adf
from slabridge_sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Operation, Problem
from slabridge_sandbox.jira.index import PRESENT, IssueRow, Snapshot
from slabridge_sandbox.jira.mail import Mail
from slabridge_sandbox.jira.properties import listed
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import user

_LONGEST = 32_767


def page_of(call: Call, issues: Sequence[int], snapshot: Snapshot = PRESENT) -> dict[int, dict[str, Any]]:
    """Return the `comment` field of issues: all their comments, oldest first."""
    found: dict[int, list[dict[str, Any]]] = {issue: [] for issue in issues}
    rows = call.site.rows(
        "SELECT * FROM comments WHERE issue IN (SELECT value FROM json_each(?))"
        " AND (created <= ? OR issue NOT IN (SELECT value FROM json_each(?))) ORDER BY created, id",
        (_json(issues), snapshot.at, _json(list(snapshot.stale))),
    )
    for row in rows:
        found[row["issue"]].append(_comment(call, row, ()))
    return {
        issue: {
            "comments": comments,
            "self": call.url(f"issue/{issue}/comment"),
            "maxResults": len(comments),
            "total": len(comments),
            "startAt": 0,
        }
        for issue, comments in found.items()
    }


def _comment(call: Call, row: sqlite3.Row, expand: Sequence[str]) -> dict[str, Any]:
    body, properties = orjson.loads(row["body"]), orjson.loads(row["properties"])
    comment = {
        "self": call.url(f"issue/{row['issue']}/comment/{row['id']}"),
        "id": str(row["id"]),
        "author": user(call, row["author"]),
        "body": body if call.version == 3 else adf.to_text(body),
        "updateAuthor": user(call, row["editor"]),
        "created": call.site.stamp(row["created"]),
        "updated": call.site.stamp(row["updated"]),
    }
    if call.site.cloud:
        comment["jsdPublic"] = not internal(properties)
    if row["visibility"] is not None:
        comment["visibility"] = orjson.loads(row["visibility"])
    if "properties" in expand:
        comment["properties"] = [{"key": key, "value": value} for key, value in properties.items()]
    return comment


def internal(properties: dict[str, Any]) -> bool:
    """Tell by a comment's properties whether customers do not see it."""
    flag = properties.get("sd.public.comment")
    return isinstance(flag, dict) and flag.get("internal") in {True, "true"}


def _list(call: Call) -> Answer:
    issue, start, limit = call.issue(), call.number("startAt", 0), call.number("maxResults", 100)
    order = call.query.get("orderBy", "created")
    if order.lstrip("+-") != "created":
        raise Problem(400, f"orderBy '{order}' is not supported: use created, +created or -created.")
    direction = "DESC" if order.startswith("-") else "ASC"
    total = call.site.db.execute("SELECT count(*) FROM comments WHERE issue = ?", (issue,)).fetchone()[0]
    rows = call.site.rows(
        f"SELECT * FROM comments WHERE issue = ? ORDER BY created {direction}, id {direction} LIMIT ? OFFSET ?",  # noqa: S608 - our words
        (issue, min(limit, 5000), start),
    )
    comments = [_comment(call, row, call.names("expand")) for row in rows]
    return Answer({"startAt": start, "maxResults": min(limit, 5000), "total": total, "comments": comments})


def _by_ids(call: Call) -> Answer:
    ids = call.bean(ids=list).get("ids", [])
    if not 1 <= len(ids) <= 1000:
        raise Problem(400, "The list of comment IDs must contain between 1 and 1000 IDs.")
    if not all(isinstance(id_, int) for id_ in ids):
        raise Problem(400, "Comment IDs are numbers.")
    wanted = orjson.dumps(ids).decode()
    rows = call.site.rows("SELECT * FROM comments WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (wanted,))
    seen = call.site.find_all({str(row["issue"]) for row in rows})
    values = [_comment(call, row, call.names("expand")) for row in rows if row["issue"] in seen]
    return Answer({"maxResults": 1_048_576, "startAt": 0, "total": len(values), "isLast": True, "values": values})


def _get(call: Call) -> Answer:
    return Answer(_comment(call, _row(call), call.names("expand")))


def _row(call: Call) -> sqlite3.Row:
    return _held(call, call.issue(), call.path["comment"])


def _held(call: Call, issue: int, comment: int | str) -> sqlite3.Row:
    rows = call.site.rows("SELECT * FROM comments WHERE issue = ? AND id = ?", (issue, comment))
    if not rows:
        raise Problem(404, f"Can not find a comment for the id: {comment}.")
    return rows[0]


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment to add: a document as JSON, its properties, and who may see it, as JSON."""

    body: str
    properties: dict[str, Any]
    visibility: str | None = None


def _add(call: Call) -> Answer:
    site, issue = call.site, call.issue()
    (row,) = site.issues([issue])
    if not site.permissions.holds("ADD_COMMENTS", row["project"]):
        raise Problem(400, f"{_me(call)}, you do not have the permission to comment on this issue.")
    sent = _sent(call)
    body, visibility = _body(call, sent), _visibility(sent)
    kept = allowed(call, row["project"], listed(sent.get("properties") or []))
    comment = add(site, row, site.account, Draft(body, kept, visibility))
    return Answer(_comment(call, _held(call, issue, comment), call.names("expand")), 201)


def add(site: Site, issue: IssueRow, author: str, draft: Draft) -> int:
    """Let somebody comment on an issue now; return the comment's id."""
    now = site.clock.now
    with site.transaction():
        id_ = int(site.db.execute("SELECT ifnull(max(id), 9999) + 1 FROM comments").fetchone()[0])
        site.index.remember(now, issue)
        site.db.execute(
            "INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (id_, issue["id"], author, author, now, now, draft.body, draft.visibility, _json(draft.properties)),
        )
        site.touch(issue["id"])
    if author == site.account:
        key, public = site.keys.of(issue["project"], issue["number"]), not internal(draft.properties)
        site.mails.append(Mail(now, key, "commented", asked=True, sent=True, public=public))
    site.notify(issue["id"], now)
    return id_


def allowed(call: Call, project: int, properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that our account may set: who is no agent of a service project comments in public."""
    if call.site.permissions.holds("SERVICEDESK_AGENT", project):
        return properties
    return {key: value for key, value in properties.items() if key != "sd.public.comment"}


def _edit(call: Call) -> Answer:
    row, site = _row(call), call.site
    may(call, row, "EDIT_OWN_COMMENTS", "edit")
    sent = _sent(call)
    body = _body(call, sent)
    (issue,) = site.issues([row["issue"]])
    visibility = _visibility(sent) or row["visibility"]
    kept = allowed(call, issue["project"], listed(sent.get("properties") or []))
    now = site.clock.now
    with site.transaction():
        site.index.remember(now, issue)
        site.db.execute(
            "UPDATE comments SET editor = ?, updated = ?, body = ?, visibility = ?, properties = ? WHERE id = ?",
            (site.account, now, body, visibility, _json(orjson.loads(row["properties"]) | kept), row["id"]),
        )
        site.touch(issue["id"])
    site.notify(issue["id"], now)
    return Answer(_comment(call, _row(call), call.names("expand")))


def _delete(call: Call) -> Answer:
    row, site = _row(call), call.site
    may(call, row, "DELETE_OWN_COMMENTS", "delete")
    remove(site, row["issue"], row["id"])
    return Answer(status=204)


def remove(site: Site, issue: int, comment: int) -> None:
    """Delete a comment of an issue now."""
    now = site.clock.now
    (row,) = site.issues([issue])
    with site.transaction():
        site.index.remember(now, row)
        site.db.execute("DELETE FROM comments WHERE id = ?", (comment,))
        site.touch(issue)
    site.notify(issue, now)


def may(call: Call, row: sqlite3.Row, permission: str, verb: str) -> None:
    """Refuse to change a comment of somebody else, or one of our own without the permission."""
    (issue,) = call.site.issues([row["issue"]])
    if row["author"] != call.site.account or not call.site.permissions.holds(permission, issue["project"]):
        raise Problem(400, f"{_me(call)}, you do not have the permission to {verb} this comment.")


def _me(call: Call) -> str:
    return call.site.names.accounts[call.site.account].name


def _sent(call: Call) -> dict[str, Any]:
    sent = call.json()
    if not isinstance(sent, dict):
        raise Problem(400, INVALID_PAYLOAD)
    return sent


def _body(call: Call, sent: dict[str, Any]) -> str:
    body = sent.get("body")
    if call.version == 2 and isinstance(body, str):
        body = adf.from_text(body)
    if not isinstance(body, dict) or not adf.valid(body):
        raise Problem(400, errors={"comment": "Comment body is not valid!"})
    text = adf.to_text(body)
    if not text.strip():
        raise Problem(400, errors={"comment": "Comment body can not be empty!"})
    if len(text) > _LONGEST:
        message = f"The entered text is too long. It exceeds the allowed limit of {_LONGEST} characters."
        raise Problem(400, errors={"comment": message})
    return _json(body)


def _visibility(sent: dict[str, Any]) -> str | None:
    visibility = sent.get("visibility")
    if visibility is None:
        return None
    if not isinstance(visibility, dict) or visibility.get("type") not in {"role", "group"}:
        raise Problem(400, errors={"commentLevel": "The visibility must have the type role or group."})
    return _json(visibility)


def _json(content: object) -> str:
    return orjson.dumps(content).decode()


CLOUD: tuple[Operation, ...] = (("POST", "/comment/list", _by_ids),)
OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/issue/{issue}/comment", _list),
    ("POST", "/issue/{issue}/comment", _add),
    ("GET", "/issue/{issue}/comment/{comment}", _get),
    ("PUT", "/issue/{issue}/comment/{comment}", _edit),
    ("DELETE", "/issue/{issue}/comment/{comment}", _delete),
)
