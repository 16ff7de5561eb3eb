"""Comments: read by issue or by id, added and edited, with properties.

A comment is internal when its property `sd.public.comment` says so; everyone who may see the request sees the others.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from slabridge.sandbox.jira import adf
from slabridge.sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Endpoint, Problem
from slabridge.sandbox.jira.properties import listed
from slabridge.sandbox.jira.values import user

_LONGEST = 32_767


def page_of(call: Call, issues: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the `comment` field of issues: all their comments, oldest first."""
    found: dict[int, list[dict[str, Any]]] = {issue: [] for issue in issues}
    rows = call.site.rows(
        "SELECT * FROM comments WHERE issue IN (SELECT value FROM json_each(?)) ORDER BY created, id",
        (orjson.dumps(issues).decode(),),
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
        "jsdPublic": not _internal(properties),
    }
    if row["visibility"] is not None:
        comment["visibility"] = orjson.loads(row["visibility"])
    if "properties" in expand:
        comment["properties"] = [{"key": key, "value": value} for key, value in properties.items()]
    return comment


def _internal(properties: dict[str, Any]) -> bool:
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
    values = [_comment(call, row, call.names("expand")) for row in rows]
    return Answer({"maxResults": 1_048_576, "startAt": 0, "total": len(values), "isLast": True, "values": values})


def _get(call: Call) -> Answer:
    return Answer(_comment(call, _row(call), call.names("expand")))


def _row(call: Call) -> sqlite3.Row:
    rows = call.site.rows("SELECT * FROM comments WHERE issue = ? AND id = ?", (call.issue(), call.path["comment"]))
    if not rows:
        raise Problem(404, f"Can not find a comment for the id: {call.path['comment']}.")
    return rows[0]


def _add(call: Call) -> Answer:
    issue = call.issue()
    sent = _sent(call)
    body, visibility, properties = _body(call, sent), _visibility(sent), listed(sent.get("properties") or [])
    site = call.site
    with site.transaction():
        last = site.db.execute("SELECT max(id) FROM comments").fetchone()[0] or 9999
        site.db.execute(
            "INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (last + 1, issue, *[site.account] * 2, *[site.clock.now] * 2, body, visibility, _json(properties)),
        )
        site.touch(issue)
    row = site.rows("SELECT * FROM comments WHERE id = ?", (last + 1,))[0]
    return Answer(_comment(call, row, call.names("expand")), 201)


def _edit(call: Call) -> Answer:
    row, site = _row(call), call.site
    sent = _sent(call)
    body = _body(call, sent)
    visibility = _visibility(sent) or row["visibility"]
    properties = orjson.loads(row["properties"]) | listed(sent.get("properties") or [])
    with site.transaction():
        site.db.execute(
            "UPDATE comments SET body = ?, visibility = ?, properties = ?, editor = ?, updated = ? WHERE id = ?",
            (body, visibility, _json(properties), site.account, site.clock.now, row["id"]),
        )
        site.touch(row["issue"])
    return Answer(_comment(call, _row(call), call.names("expand")))


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


ENDPOINTS: tuple[Endpoint, ...] = (
    ("POST", "/comment/list", _by_ids),
    ("GET", "/issue/{issue}/comment", _list),
    ("POST", "/issue/{issue}/comment", _add),
    ("GET", "/issue/{issue}/comment/{comment}", _get),
    ("PUT", "/issue/{issue}/comment/{comment}", _edit),
)
