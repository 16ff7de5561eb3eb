"""Links of an issue to things elsewhere (remote links), with what they leave in the history.

A link that is written again holds nothing but what was sent: all else is null. Whether a real site writes a history
where a link only changes was not checked: here it does not, and `updated` moves all the same.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from slabridge_sandbox.jira.changes import note
from slabridge_sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Operation, Problem
from slabridge_sandbox.jira.site import Site

_FIELD = "RemoteIssueLink"
_LONGEST = 255
"""Characters of a globalId."""


def link(site: Site, issue: int, sent: Mapping[str, Any], author: str) -> tuple[int, bool]:
    """Let somebody link an issue to something elsewhere; return the id, and whether it is new.

    A link with the `globalId` of one that is there takes its place.
    """
    global_id = sent.get("globalId")
    known = site.rows("SELECT id FROM remote_links WHERE issue = ? AND global_id = ?", (issue, global_id))
    if known:
        change(site, issue, known[0]["id"], sent)
        return int(known[0]["id"]), False
    with site.transaction():
        sql = "INSERT INTO remote_links (issue, global_id, content) VALUES (?, ?, ?)"
        id_ = int(site.db.execute(sql, (issue, global_id, _content(sent))).lastrowid or 0)
        said = (None, None, str(id_), _said(sent))
        note(site, issue, site.clock.now, author, [(None, *said, _FIELD, "jira")])
        site.touch(issue)
    site.notify(issue, site.clock.now)
    return id_, True


def change(site: Site, issue: int, id_: int, sent: Mapping[str, Any]) -> None:
    """Give a link other contents."""
    with site.transaction():
        sql = "UPDATE remote_links SET global_id = ?, content = ? WHERE id = ?"
        site.db.execute(sql, (sent.get("globalId"), _content(sent), id_))
        site.touch(issue)
    site.notify(issue, site.clock.now)


def unlink(site: Site, row: sqlite3.Row, author: str) -> None:
    """Let somebody take a link away."""
    issue = row["issue"]
    with site.transaction():
        site.db.execute("DELETE FROM remote_links WHERE id = ?", (row["id"],))
        said = (str(row["id"]), _said(orjson.loads(row["content"])), None, None)
        note(site, issue, site.clock.now, author, [(None, *said, _FIELD, "jira")])
        site.touch(issue)
    site.notify(issue, site.clock.now)


def _content(sent: Mapping[str, Any]) -> str:
    content = {key: sent[key] for key in ("application", "relationship", "object") if sent.get(key) is not None}
    return orjson.dumps(content).decode()


def _said(sent: Mapping[str, Any]) -> str:
    application = (sent.get("application") or {}).get("name") or "Web Link"
    return f'This issue links to "{sent["object"]["title"]} ({application})"'


def _get(call: Call) -> Answer:
    issue, wanted = call.issue(), call.query.get("globalId")
    if wanted is not None:
        return Answer(_shown(call, _of_global_id(call, issue, wanted)))
    rows = call.site.rows("SELECT * FROM remote_links WHERE issue = ? ORDER BY id", (issue,))
    return Answer([_shown(call, row) for row in rows])


def _get_one(call: Call) -> Answer:
    return Answer(_shown(call, _of_id(call, call.issue())))


def _shown(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    content = orjson.loads(row["content"])
    target = content["object"]
    status = {"icon": {}} | (target.get("status") or {})
    content |= {"object": target | {"icon": target.get("icon") or {}, "status": status}}
    here = call.url(f"issue/{call.path['issue']}/remotelink/{row['id']}")
    named = {} if row["global_id"] is None else {"globalId": row["global_id"]}
    return {"id": row["id"], "self": here, **named, "application": {}, **content}


def _of_global_id(call: Call, issue: int, wanted: str) -> sqlite3.Row:
    rows = call.site.rows("SELECT * FROM remote_links WHERE issue = ? AND global_id = ?", (issue, wanted))
    if not rows:
        raise Problem(404, f"The remote link with global ID '{wanted}' does not exist.")
    return rows[0]


def _of_id(call: Call, issue: int) -> sqlite3.Row:
    wanted = call.path["link"]
    if not wanted.isdecimal():
        raise Problem(400, f"The remote link ID '{wanted}' is not valid.")
    rows = call.site.rows("SELECT * FROM remote_links WHERE id = ?", (int(wanted),))
    if not rows:
        raise Problem(404, f"The remote link with ID '{wanted}' does not exist.")
    if rows[0]["issue"] != issue:
        raise Problem(400, f"The remote link with ID '{wanted}' does not belong to the issue.")
    return rows[0]


def _writable(call: Call) -> int:
    issue = call.issue()
    (row,) = call.site.issues([issue])
    if not call.site.permissions.holds("LINK_ISSUES", row["project"]):
        raise Problem(403, "You do not have permission to link issues in this project.")
    return issue


def _sent(call: Call) -> dict[str, Any]:
    sent = call.json()
    if not isinstance(sent, dict):
        raise Problem(400, INVALID_PAYLOAD)
    target = sent.get("object")
    held = target if isinstance(target, dict) else {}
    errors = {key: f"'{key}' is required." for key in ("url", "title") if not held.get(key)}
    if len(str(sent.get("globalId") or "")) > _LONGEST:
        errors["globalId"] = f"'globalId' must be at most {_LONGEST} characters."
    if errors:
        raise Problem(400, errors=errors)
    return sent


def _post(call: Call) -> Answer:
    issue = _writable(call)
    id_, new = link(call.site, issue, _sent(call), call.site.account)
    return Answer({"id": id_, "self": call.url(f"issue/{issue}/remotelink/{id_}")}, 201 if new else 200)


def _put(call: Call) -> Answer:
    issue = _writable(call)
    change(call.site, issue, _of_id(call, issue)["id"], _sent(call))
    return Answer(status=204)


def _delete(call: Call) -> Answer:
    issue = _writable(call)
    unlink(call.site, _of_global_id(call, issue, call.query.get("globalId", "")), call.site.account)
    return Answer(status=204)


def _delete_one(call: Call) -> Answer:
    issue = _writable(call)
    unlink(call.site, _of_id(call, issue), call.site.account)
    return Answer(status=204)


OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/issue/{issue}/remotelink", _get),
    ("POST", "/issue/{issue}/remotelink", _post),
    ("DELETE", "/issue/{issue}/remotelink", _delete),
    ("GET", "/issue/{issue}/remotelink/{link}", _get_one),
    ("PUT", "/issue/{issue}/remotelink/{link}", _put),
    ("DELETE", "/issue/{issue}/remotelink/{link}", _delete_one),
)
