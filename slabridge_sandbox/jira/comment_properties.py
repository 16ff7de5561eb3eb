"""Properties of comments, by themselves: among them the one that makes a comment internal."""

import sqlite3
from typing import Any

import orjson

from slabridge_sandbox.jira.comments import allowed, may
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.properties import listed


def _comment(call: Call) -> sqlite3.Row:
    rows = call.site.rows("SELECT * FROM comments WHERE id = ?", (call.path["comment"],))
    if not rows or not call.site.find_all([str(rows[0]["issue"])]):
        raise Problem(404, f"Can not find a comment for the id: {call.path['comment']}.")
    return rows[0]


def _keys(call: Call) -> Answer:
    row = _comment(call)
    here = call.url(f"comment/{row['id']}/properties")
    return Answer({"keys": [{"self": f"{here}/{key}", "key": key} for key in sorted(orjson.loads(row["properties"]))]})


def _get(call: Call) -> Answer:
    key = call.path["key"]
    return Answer({"key": key, "value": _held(_comment(call), key)[key]})


def _held(row: sqlite3.Row, key: str) -> dict[str, Any]:
    properties: dict[str, Any] = orjson.loads(row["properties"])
    if key not in properties:
        raise Problem(404, f"The property with key '{key}' does not exist.")
    return properties


def _put(call: Call) -> Answer:
    row, key = _comment(call), call.path["key"]
    may(call, row, "EDIT_OWN_COMMENTS", "edit")
    (issue,) = call.site.issues([row["issue"]])
    sent = listed([{"key": key, "value": call.json()}])
    if not allowed(call, issue["project"], sent):
        raise Problem(403, "You do not have permission to make comments of this project internal.")
    before = orjson.loads(row["properties"])
    _store(call, row, before | sent)
    return Answer(status=200 if key in before else 201)


def _delete(call: Call) -> Answer:
    row, key = _comment(call), call.path["key"]
    may(call, row, "EDIT_OWN_COMMENTS", "edit")
    _store(call, row, {name: value for name, value in _held(row, key).items() if name != key})
    return Answer(status=204)


def _store(call: Call, row: sqlite3.Row, properties: dict[str, Any]) -> None:
    with call.site.transaction():
        text = orjson.dumps(properties).decode()
        call.site.db.execute("UPDATE comments SET properties = ? WHERE id = ?", (text, row["id"]))


OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/comment/{comment}/properties", _keys),
    ("GET", "/comment/{comment}/properties/{key}", _get),
    ("PUT", "/comment/{comment}/properties/{key}", _put),
    ("DELETE", "/comment/{comment}/properties/{key}", _delete),
)
