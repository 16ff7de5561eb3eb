"""Comments of requests, as a service desk knows them: in plain text, each public or internal."""

import sqlite3
from typing import Any

import orjson
from starlette.routing import BaseRoute

from slabridge_sandbox.jira import adf, http
from slabridge_sandbox.jira.catalogue import PROJECT_TYPE
from slabridge_sandbox.jira.comments import Draft, add, internal
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.index import IssueRow
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import user

_TEXT = 2
"""The version of the API whose texts these are."""


def routes(site: Site, below: str) -> list[BaseRoute]:
    """Return the routes of comments below a path."""
    return [*http.route(site, f"{below}/rest/servicedeskapi", _TEXT, _OPERATIONS, anonymous=False)]


def request_of(call: Call) -> IssueRow:
    """Return the request that a path names.

    Raises:
        Problem: 404, it is none.
    """
    (row,) = call.site.issues([call.issue()])
    if call.site.names.projects[row["project"]].type != PROJECT_TYPE:
        raise Problem(404, "The request does not exist, or it is not in a service project.")
    return row


def _list(call: Call) -> Answer:
    row, start, limit = request_of(call), call.number("start", 0), min(call.number("limit", 50), 100)
    wanted = {
        is_internal
        for is_internal, name in ((False, "public"), (True, "internal"))
        if call.query.get(name) != "false"
        and (not is_internal or call.site.permissions.holds("SERVICEDESK_AGENT", row["project"]))
    }
    rows = call.site.rows("SELECT * FROM comments WHERE issue = ? ORDER BY created, id", (row["id"],))
    found = [_comment(call, one) for one in rows if internal(orjson.loads(one["properties"])) in wanted]
    page = found[start : start + limit]
    here = f"{call.base}/rest/servicedeskapi/request/{call.path['issue']}/comment"
    content = {"size": len(page), "start": start, "limit": limit, "isLastPage": start + limit >= len(found)}
    links = {"base": call.base, "context": "", "self": here}
    return Answer({"_expands": [], **content, "_links": links, "values": page})


def _add(call: Call) -> Answer:
    row, site, sent = request_of(call), call.site, call.bean(body=str, public=bool)
    if not site.permissions.holds("ADD_COMMENTS", row["project"]):
        raise Problem(403, "You do not have permission to comment on this request.")
    if not sent.get("public", True) and not site.permissions.holds("SERVICEDESK_AGENT", row["project"]):
        raise Problem(403, "Only agents may add internal comments.")
    if not sent.get("body", "").strip():
        raise Problem(400, "Comment body can not be empty!")
    properties: dict[str, Any] = {} if sent.get("public", True) else {"sd.public.comment": {"internal": True}}
    body = orjson.dumps(adf.from_text(sent["body"])).decode()
    id_ = add(site, row, site.account, Draft(body, properties))
    return Answer(_comment(call, site.rows("SELECT * FROM comments WHERE id = ?", (id_,))[0]), 201)


def _comment(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    stamp = call.site.stamp(row["created"])
    author = user(call, row["author"])
    return {
        "_expands": ["attachment", "renderedBody"],
        "id": str(row["id"]),
        "body": adf.to_text(orjson.loads(row["body"])),
        "public": not internal(orjson.loads(row["properties"])),
        "author": {
            **{
                key: author[key]
                for key in ("accountId", "name", "key", "displayName", "active", "timeZone")
                if key in author
            },
            "_links": {"jiraRest": author["self"]},
        },
        "created": {
            "iso8601": stamp[:19] + stamp[23:],
            "jira": stamp,
            "friendly": stamp[:16].replace("T", " "),
            "epochMillis": row["created"],
        },
        "_links": {"self": f"{call.base}/rest/servicedeskapi/request/{row['issue']}/comment/{row['id']}"},
    }


_OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/request/{issue}/comment", _list),
    ("POST", "/request/{issue}/comment", _add),
)
