"""Search by JQL on Data Center: `search`, page by page from `startAt`.

An issue that moves in the order while one pages shifts the pages: what lay behind it comes twice or not at all.
"""

from typing import Any

from slabridge_sandbox.jira.http import Answer, Call, Operation
from slabridge_sandbox.jira.issues import Wanted, chosen, given
from slabridge_sandbox.jira.jql import parse
from slabridge_sandbox.jira.jql_sql import compile_query

_MOST = 1000


def _by_query(call: Call) -> Answer:
    return _search(
        call,
        {
            "jql": call.query.get("jql", ""),
            "startAt": call.number("startAt", 0),
            "maxResults": call.number("maxResults", 50),
            "fields": call.names("fields"),
            "expand": call.names("expand"),
            "validateQuery": call.query.get("validateQuery") != "false",
        },
    )


def _by_bean(call: Call) -> Answer:
    return _search(call, call.bean(jql=str, startAt=int, maxResults=int, fields=list, expand=list, validateQuery=bool))


def _search(call: Call, asked: dict[str, Any]) -> Answer:
    site, query = call.site, parse(asked.get("jql", ""))
    start, limit = max(0, asked.get("startAt", 0)), max(0, asked.get("maxResults", 50))
    limit = min(limit, _MOST, site.switches.max_rows)
    content = {"expand": "names,schema", "startAt": start, "maxResults": limit}
    if not call.known:
        return Answer(content | {"total": 0, "issues": []})
    selection = compile_query(site, query, strict=asked.get("validateQuery", True))
    (seen, more), snapshot = site.permissions.visible(), site.index.snapshot()
    parameters = (*snapshot.parameters, *selection.parameters, *more)
    where = f"FROM issues WHERE ({selection.where}) AND {seen}"
    total = site.db.execute(f"{snapshot.sql}SELECT count(*) {where}", parameters).fetchone()[0]
    page = f"{snapshot.sql}SELECT id {where} ORDER BY {selection.sorting} LIMIT ? OFFSET ?"
    ids = [id_ for (id_,) in site.db.execute(page, (*parameters, limit, start))]
    fields = chosen(site, [str(name) for name in asked.get("fields") or ["*navigable"]])
    issues = given(call, ids, Wanted(fields, asked.get("expand", []), histories=None), snapshot)
    return Answer(content | {"total": total, "issues": issues})


OPERATIONS: tuple[Operation, ...] = (("GET", "/search", _by_query), ("POST", "/search", _by_bean))
