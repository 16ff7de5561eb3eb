"""Search by JQL, page by page: `search/jql`. The older `search` is gone, as it is in the cloud."""

import base64
import binascii
from hashlib import blake2b
from typing import Any

import orjson

from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.index import Snapshot
from slabridge_sandbox.jira.issues import Wanted, chosen, given
from slabridge_sandbox.jira.jql import parse
from slabridge_sandbox.jira.jql_sql import Selection, compile_query
from slabridge_sandbox.jira.site import Site

_NO_TOKEN = "The provided next page token is invalid or expired."  # noqa: S105 - a message
_UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."


def _gone(_: Call) -> Answer:
    raise Problem(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    )


def _by_query(call: Call) -> Answer:
    reconcile = call.names("reconcileIssues")
    if not all(id_.isdigit() for id_ in reconcile):
        raise Problem(400, "reconcileIssues takes numeric issue IDs.")
    return _search(
        call,
        {
            "jql": call.query.get("jql", ""),
            "maxResults": call.number("maxResults", 50),
            "nextPageToken": call.query.get("nextPageToken"),
            "fields": call.names("fields"),
            "properties": call.names("properties"),
            "expand": call.query.get("expand"),
            "reconcileIssues": [int(id_) for id_ in reconcile],
        },
    )


def _by_bean(call: Call) -> Answer:
    bean = call.bean(
        jql=str,
        maxResults=int,
        nextPageToken=str,
        fields=list,
        properties=list,
        expand=str,
        fieldsByKeys=bool,
        reconcileIssues=list,
        failFast=bool,
    )
    return _search(call, bean)


def _search(call: Call, asked: dict[str, Any]) -> Answer:
    jql, names = asked.get("jql", ""), [str(name) for name in asked.get("fields") or ["id"]]
    properties, reconcile = asked.get("properties") or [], asked.get("reconcileIssues") or []
    if len(properties) > 5:
        raise Problem(400, "A maximum of 5 issue property keys can be specified.")
    if len(reconcile) > 50 or not all(isinstance(id_, int) for id_ in reconcile):
        raise Problem(400, "reconcileIssues takes up to 50 numeric issue IDs.")
    query = parse(jql)
    if query.where is None:
        raise Problem(400, _UNBOUNDED)
    if len(query.order) > 7:
        raise Problem(400, "The ORDER BY clause can contain a maximum of 7 fields.")
    if not call.known:
        return Answer({"issues": [], "isLast": True})
    fields, token = chosen(call.site, names), asked.get("nextPageToken")
    rows = 50 if len(fields) > 30 else 100 if fields or properties or asked.get("expand") else 5000
    limit = max(1, min(asked.get("maxResults", 50), rows, call.site.switches.max_rows))
    snapshot = call.site.index.snapshot(reconcile)
    selection = compile_query(call.site, query)
    after = None if token is None else _opened(call, jql, token, len(selection.order))
    found = _page(call.site, selection, after, snapshot, limit + 1)
    ids = [row[0] for row in found[:limit]]
    content: dict[str, Any]
    if set(names) == {"id"} and not properties and not asked.get("expand"):
        content = {"issues": [{"id": str(id_)} for id_ in ids]}
    else:
        expand = [part.strip() for part in (asked.get("expand") or "").split(",")]
        content = {"issues": given(call, ids, Wanted(fields, expand, properties), snapshot)}
    content["isLast"] = len(found) <= limit
    if not content["isLast"]:
        content["nextPageToken"] = _token(call, jql, found[limit - 1])
    if token is not None and call.site.switches.repeat_token:
        content |= {"isLast": False, "nextPageToken": token}
    return Answer(content)


def _page(
    site: Site, selection: Selection, after: list[Any] | None, snapshot: Snapshot, limit: int
) -> list[tuple[Any, ...]]:
    """Return (id, values of the ordering) of the next issues that our account may see."""
    seen, more = site.permissions.visible()
    condition, parameters = f"({selection.where}) AND {seen}", [*selection.parameters, *more]
    if after is not None:
        later, bound = _after(selection.order, after)
        condition, parameters = f"{condition} AND {later}", parameters + bound
    columns = ", ".join(expression for expression, _ in selection.order)
    sql = f"{snapshot.sql}SELECT id, {columns} FROM issues WHERE {condition} ORDER BY {selection.sorting} LIMIT ?"  # noqa: S608 - values are bound
    return site.db.execute(sql, (*snapshot.parameters, *parameters, limit)).fetchall()


def _after(order: list[tuple[str, bool]], values: list[Any]) -> tuple[str, list[Any]]:
    """Return the condition that a row comes after the one with these values, whatever was changed since."""
    (expression, descends), value = order[0], values[0]
    sign = "<" if descends else ">"
    if len(order) == 1:
        return f"{expression} {sign} ?", [value]
    rest, bound = _after(order[1:], values[1:])
    return f"({expression} {sign}= ? AND ({expression} {sign} ? OR {rest}))", [value, value, *bound]


def _token(call: Call, jql: str, row: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_digest(jql), call.site.clock.now, *row[1:]])).decode()


def _opened(call: Call, jql: str, token: str, length: int) -> list[Any]:
    try:
        digest, issued, *values = orjson.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as error:
        raise Problem(400, _NO_TOKEN) from error
    if digest != _digest(jql) or len(values) != length or _expired(call, issued):
        raise Problem(400, _NO_TOKEN)
    return list(values)


def _expired(call: Call, issued: int) -> bool:
    return call.site.clock.now - issued > call.site.switches.token_expiry * 1000


def _digest(jql: str) -> str:
    return blake2b(jql.encode(), digest_size=8).hexdigest()


def _count(call: Call) -> Answer:
    query = parse(call.bean(jql=str).get("jql", ""))
    if query.where is None:
        raise Problem(400, _UNBOUNDED)
    site, selection = call.site, compile_query(call.site, query)
    (seen, more), snapshot = site.permissions.visible(), site.index.snapshot()
    sql = f"{snapshot.sql}SELECT count(*) FROM issues WHERE ({selection.where}) AND {seen}"  # noqa: S608 - values are bound
    found = call.site.db.execute(sql, (*snapshot.parameters, *selection.parameters, *more)).fetchone()
    return Answer({"count": found[0] if call.known else 0})


OPERATIONS: tuple[Operation, ...] = (
    ("POST", "/search/approximate-count", _count),
    ("GET", "/search/jql", _by_query),
    ("POST", "/search/jql", _by_bean),
    ("GET", "/search", _gone),
    ("POST", "/search", _gone),
)
