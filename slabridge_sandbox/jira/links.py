"""Links between issues, with what they leave in the histories.

A link of the type Blocks leads from the issue that blocks (its payload has the other as `outwardIssue`) to the one that
is blocked. Whether a real site moves `updated` of both was not checked: here it does.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from slabridge_sandbox.jira.changes import note
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import issue_type, priority, status

TYPES = {
    10000: ("Blocks", "is blocked by", "blocks"),
    10001: ("Cloners", "is cloned by", "clones"),
    10002: ("Duplicate", "is duplicated by", "duplicates"),
    10003: ("Relates", "relates to", "relates to"),
    10004: ("Problem/Incident", "is caused by", "causes"),
}
"""Link type: id -> (name, inward, outward)."""


def linked(call: Call, row: sqlite3.Row) -> list[dict[str, Any]]:
    """Return the links of an issue as its field `issuelinks` has them."""
    found = call.site.rows('SELECT * FROM links WHERE "from" = ? OR "to" = ? ORDER BY id', (row["id"], row["id"]))
    return [_side(call, link, row["id"]) for link in found]


def link(site: Site, one: int, other: int, name: str, author: str) -> int:
    """Let somebody link an issue to another; return the id of the link.

    Raises:
        ValueError: there is no such type, or it is the same issue.
    """
    type_ = next((id_ for id_, names in TYPES.items() if names[0] == name), None)
    if type_ is None:
        raise ValueError(f"No issue link type with name '{name}' found.")
    if one == other:
        raise ValueError("You cannot link an issue to itself.")
    with site.transaction():
        sql = 'INSERT INTO links (type, "from", "to") VALUES (?, ?, ?)'
        id_ = site.db.execute(sql, (type_, one, other)).lastrowid
        _said(site, type_, (one, other), author, there=True)
    _notified(site, one, other)
    return int(id_ or 0)


def unlink(site: Site, id_: int, author: str) -> bool:
    """Let somebody take a link away; say whether there was one."""
    found = site.rows("SELECT * FROM links WHERE id = ?", (id_,))
    if not found:
        return False
    (row,) = found
    with site.transaction():
        site.db.execute("DELETE FROM links WHERE id = ?", (id_,))
        _said(site, row["type"], (row["from"], row["to"]), author, there=False)
    _notified(site, row["from"], row["to"])
    return True


def _said(site: Site, type_: int, ends: tuple[int, int], author: str, *, there: bool) -> None:
    """Write the histories of both ends: what was linked, or what was."""
    _, inward, outward = TYPES[type_]
    for issue, other, words in ((*ends, outward), (*ends[::-1], inward)):
        (row,) = site.issues([other])
        key = site.keys.of(row["project"], row["number"])
        said = (key, f"This issue {words} {key}")
        sides = (None, None, *said) if there else (*said, None, None)
        note(site, issue, site.clock.now, author, [(None, *sides, "Link", "jira")])
        site.touch(issue)


def _notified(site: Site, *issues: int) -> None:
    for issue in issues:
        site.notify(issue, site.clock.now)


def _side(call: Call, row: sqlite3.Row, issue: int) -> dict[str, Any]:
    outward = row["from"] == issue
    (other,) = call.site.issues([row["to"] if outward else row["from"]])
    return {
        "id": str(row["id"]),
        "self": call.url(f"issueLink/{row['id']}"),
        "type": _type(call, row["type"]),
        "outwardIssue" if outward else "inwardIssue": _brief(call, other),
    }


def _type(call: Call, id_: int) -> dict[str, Any]:
    name, inward, outward = TYPES[id_]
    here = call.url(f"issueLinkType/{id_}")
    return {"id": str(id_), "name": name, "inward": inward, "outward": outward, "self": here}


def _brief(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    fields = {
        "summary": row["summary"],
        "status": status(call, row["status"]),
        "issuetype": issue_type(call, row["issuetype"]),
    }
    if row["priority"] is not None:
        fields["priority"] = priority(call, row["priority"])
    key = call.site.keys.of(row["project"], row["number"])
    return {"id": str(row["id"]), "key": key, "self": call.url(f"issue/{row['id']}"), "fields": fields}


def _types(call: Call) -> Answer:
    return Answer({"issueLinkTypes": [_type(call, id_) for id_ in TYPES]})


def _post(call: Call) -> Answer:
    sent = call.json()
    ends = [_end(call, sent.get(name)) for name in ("inwardIssue", "outwardIssue")]
    type_ = sent.get("type") or {}
    named = type_.get("name") or TYPES.get(int(type_.get("id") or 0), ("",))[0]
    try:
        link(call.site, ends[0], ends[1], named, call.site.account)
    except ValueError as error:
        raise Problem(404 if "type" in str(error) else 400, str(error)) from error
    return Answer(status=201)


def _end(call: Call, sent: object) -> int:
    asked = str(sent.get("id") or sent.get("key") or "") if isinstance(sent, Mapping) else ""
    found = call.site.find_all([asked]) if asked else []
    if not found:
        raise Problem(404, "Issue does not exist or you do not have permission to see it.")
    return found[0]


def _delete(call: Call) -> Answer:
    if not unlink(call.site, _number(call.path["link"]), call.site.account):
        raise Problem(404, f"No issue link with id '{call.path['link']}' exists.")
    return Answer(status=200 if call.site.cloud else 204)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/issueLinkType", _types),
    ("POST", "/issueLink", _post),
    ("DELETE", "/issueLink/{link}", _delete),
)
