"""Histories: of one issue by pages, of many in bulk, and the recent ones that an issue's `expand` gives."""

import base64
import binascii
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import orjson

from slabridge.sandbox.jira.catalogue import BY_ID
from slabridge.sandbox.jira.changes import Item
from slabridge.sandbox.jira.http import Answer, Call, Endpoint, Problem
from slabridge.sandbox.jira.values import user

_COLUMNS = "id, issue, at, author, items"


def recent(call: Call, ids: Sequence[int], limit: int) -> dict[int, dict[str, Any]]:
    """Return each issue's newest histories, newest first, at most `limit` of them."""
    logs: dict[int, dict[str, Any]] = {}
    for issue in ids:
        total = call.site.db.execute("SELECT count(*) FROM histories WHERE issue = ?", (issue,)).fetchone()[0]
        rows = call.site.db.execute(
            f"SELECT {_COLUMNS} FROM histories WHERE issue = ? ORDER BY at DESC, id DESC LIMIT ?",  # noqa: S608 - our names
            (issue, limit),
        )
        histories = [_history(call, row, call.site.stamp(row[2])) for row in rows]
        logs[issue] = {"startAt": 0, "maxResults": len(histories), "total": total, "histories": histories}
    return logs


def _history(call: Call, row: Sequence[Any], created: str | int) -> dict[str, Any]:
    id_, _, _, author, items = row
    return {
        "id": str(id_),
        "author": user(call, author),
        "created": created,
        "items": [_item(item) for item in orjson.loads(items)],
    }


def _item(item: Item) -> dict[str, Any]:
    field, from_, from_string, to, to_string = item
    known = BY_ID[field]
    return {
        "field": known.name if known.custom else field,
        "fieldtype": "custom" if known.custom else "jira",
        "fieldId": field,
        "from": from_,
        "fromString": from_string,
        "to": to,
        "toString": to_string,
    }


def _page(call: Call) -> Answer:
    issue, start, limit = call.issue(), call.number("startAt", 0), min(call.number("maxResults", 100), 100)
    total = call.site.db.execute("SELECT count(*) FROM histories WHERE issue = ?", (issue,)).fetchone()[0]
    rows = call.site.db.execute(
        f"SELECT {_COLUMNS} FROM histories WHERE issue = ? ORDER BY at, id LIMIT ? OFFSET ?",  # noqa: S608 - our names
        (issue, limit, start),
    )
    values = [_history(call, row, call.site.stamp(row[2])) for row in rows]
    here = call.url(f"issue/{call.path['issue']}/changelog")
    page: dict[str, Any] = {
        "self": f"{here}?maxResults={limit}&startAt={start}",
        "maxResults": limit,
        "startAt": start,
        "total": total,
        "isLast": start + len(values) >= total,
        "values": values,
    }
    if not page["isLast"]:
        page["nextPage"] = f"{here}?maxResults={limit}&startAt={start + len(values)}"
    return Answer(page)


def _bulk(call: Call) -> Answer:
    bean = call.bean(issueIdsOrKeys=list, fieldIds=list, maxResults=int, nextPageToken=str)
    wanted, fields = bean.get("issueIdsOrKeys", []), bean.get("fieldIds", [])
    limit = bean.get("maxResults", 1000)
    if not 1 <= len(wanted) <= 1000:
        raise Problem(400, "issueIdsOrKeys must contain between 1 and 1000 issue IDs or keys.")
    if len(fields) > 10 or len(set(fields)) != len(fields):
        raise Problem(400, "fieldIds must contain at most 10 different field IDs.")
    if not 1 <= limit <= 10_000:
        raise Problem(400, "maxResults must be between 1 and 10000.")
    ids = call.site.find_all(map(str, wanted)) if call.known else []
    after = _opened(bean.get("nextPageToken"), wanted, fields)
    rows = call.site.db.execute(
        f"SELECT {_COLUMNS} FROM histories WHERE issue IN (SELECT value FROM json_each(?))"  # noqa: S608 - our names
        " AND (at, issue, id) > (?, ?, ?)"
        " AND (? OR EXISTS (SELECT 1 FROM json_each(items) AS item, json_each(?) AS wanted"
        " WHERE json_extract(item.value, '$[0]') = wanted.value)) ORDER BY at, issue, id LIMIT ?",
        (orjson.dumps(ids).decode(), *after, not fields, orjson.dumps(fields).decode(), limit + 1),
    ).fetchall()
    logs: dict[int, list[dict[str, Any]]] = {}
    for row in rows[:limit]:
        logs.setdefault(row[1], []).append(_history(call, row, row[2]))
    content: dict[str, Any] = {
        "issueChangeLogs": [{"issueId": str(issue), "changeHistories": histories} for issue, histories in logs.items()]
    }
    if len(rows) > limit:
        id_, issue, at = rows[limit - 1][:3]
        token = orjson.dumps([_digest(wanted, fields), at, issue, id_])
        content["nextPageToken"] = base64.urlsafe_b64encode(token).decode()
    return Answer(content)


def _digest(*asked: Sequence[Any]) -> str:
    return blake2b(orjson.dumps(asked), digest_size=8).hexdigest()


def _opened(token: str | None, *asked: Sequence[Any]) -> tuple[int, int, int]:
    """Return the place after which a page begins."""
    if token is None:
        return -(2**62), 0, 0
    try:
        digest, at, issue, id_ = orjson.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as error:
        raise Problem(400, "The provided next page token is invalid or expired.") from error
    if digest != _digest(*asked):
        raise Problem(400, "The provided next page token belongs to another request.")
    return at, issue, id_


ENDPOINTS: tuple[Endpoint, ...] = (
    ("POST", "/changelog/bulkfetch", _bulk),
    ("GET", "/issue/{issue}/changelog", _page),
)
