"""Histories: of one issue by pages, of many in bulk, and the recent ones that an issue's `expand` gives."""

import base64
import binascii
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import orjson

from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.index import PRESENT, Snapshot
from slabridge_sandbox.jira.schema import LARGEST
from slabridge_sandbox.jira.values import user

_SYSTEM_NAMES = {"components": "Component"}
_COLUMNS = "id, issue, at, author, items"


def recent(
    call: Call, ids: Sequence[int], limit: int | None, snapshot: Snapshot = PRESENT
) -> dict[int, dict[str, Any]]:
    """Return each issue's newest histories, newest first, at most `limit` of them; None gives all, oldest first."""
    logs: dict[int, dict[str, Any]] = {}
    direction = "" if limit is None else "DESC"
    for issue in ids:
        until = snapshot.at if issue in snapshot.stale else LARGEST
        rows = call.site.db.execute(
            f"SELECT {_COLUMNS}, count(*) OVER () FROM histories WHERE issue = ? AND at <= ?"  # noqa: S608 - our names
            f" ORDER BY at {direction}, id {direction} LIMIT ?",
            (issue, until, -1 if limit is None else limit),
        ).fetchall()
        histories = [_history(call, row, call.site.stamp(row[2])) for row in rows]
        total = rows[0][-1] if rows else 0
        logs[issue] = {"startAt": 0, "maxResults": len(histories), "total": total, "histories": histories}
    return logs


def _history(call: Call, row: Sequence[Any], created: str | int) -> dict[str, Any]:
    id_, _, _, author, items = row[:5]
    return {
        "id": str(id_),
        "author": user(call, author),
        "created": created,
        "items": [_item(call, *item) for item in orjson.loads(items)],
    }


def _item(call: Call, field: str | None, *sides: str | None) -> dict[str, Any]:
    before, before_text, after, after_text, *named = sides
    if field is None or named:
        name, kind = named
    else:
        known = call.site.fields.by_id[field]
        name, kind = (known.name, "custom") if known.custom else (_SYSTEM_NAMES.get(field, field), "jira")
    item = {"field": name, "fieldtype": kind, "fieldId": field, "from": before, "fromString": before_text}
    if field is None or not call.site.cloud:
        del item["fieldId"]
    return item | {"to": after, "toString": after_text}


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
    end = _end(rows[:limit], call.site.switches.history_page)
    logs: dict[int, list[dict[str, Any]]] = {}
    for row in rows[:end]:
        logs.setdefault(row[1], []).append(_history(call, row, _created(call, row[2])))
    call.site.limits.spend(len(logs))
    content: dict[str, Any] = {
        "issueChangeLogs": [{"issueId": str(issue), "changeHistories": histories} for issue, histories in logs.items()]
    }
    if len(rows) > end:
        id_, issue, at = rows[end - 1][:3]
        token = orjson.dumps([_digest(wanted, fields), at, issue, id_])
        content["nextPageToken"] = base64.urlsafe_b64encode(token).decode()
    return Answer(content)


def _end(rows: Sequence[Sequence[Any]], most: int) -> int:
    """Return where a page ends that has at most so many histories of one issue (0: any number)."""
    seen: Counter[int] = Counter()
    for index, row in enumerate(rows):
        seen[row[1]] += 1
        if most and seen[row[1]] > most:
            return index
    return len(rows)


def _created(call: Call, at: int) -> str | int:
    match call.site.switches.history_created:
        case "ms":
            return at
        case "s":
            return at // 1000
        case "iso":
            return call.site.stamp(at)


def _digest(*asked: Sequence[Any]) -> str:
    return blake2b(orjson.dumps(asked), digest_size=8).hexdigest()


def _opened(token: str | None, *asked: Sequence[Any]) -> tuple[int, int, int]:
    """Return the place after which a page begins."""
    if token is None:
        return -LARGEST, 0, 0
    try:
        digest, at, issue, id_ = orjson.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as error:
        raise Problem(400, "The provided next page token is invalid or expired.") from error
    if digest != _digest(*asked):
        raise Problem(400, "The provided next page token belongs to another request.")
    return at, issue, id_


OPERATIONS: tuple[Operation, ...] = (
    ("POST", "/changelog/bulkfetch", _bulk),
    ("GET", "/issue/{issue}/changelog", _page),
)
"""Those of the cloud; Data Center gives histories with the issue alone."""
