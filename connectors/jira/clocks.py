"""Jira Service Management's own SLAs as native clocks: the SLA fields in bulk, and singly where bulk gives nothing.

A field holds the completed cycles and the ongoing one, worked out when it is asked for. Durations are working time by
the goal's calendar, which Jira does not give.
https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import structlog

from connectors.errors import Refused
from connectors.http.answer import Answer
from connectors.interface import NativeClock
from connectors.jira.client import Body, Client
from connectors.jira.cloud import Cloud
from connectors.jira.dialect import Dialect, Raw, chunks, fields_of, is_portal
from connectors.jira.instant import instant

log = structlog.get_logger(__name__)

ISSUES = 100
"""The most that issue/bulkfetch takes."""
_SCHEMA = "sd-servicelevelagreement"
_CUSTOM = "com.atlassian.servicedesk:sd-sla-field"


class _Read(NamedTuple):
    """SLAs of issues by id as Jira gives them, and the site's clock then."""

    slas: dict[str, list[Raw]]
    now: int


def read_clocks(dialect: Dialect, url: str, ids: Sequence[str]) -> Iterator[NativeClock]:
    """Read the SLAs of these issues; `url` is where the site is. Issues without any have no clocks."""
    client = dialect.client
    fields = [str(entry["id"]) for entry in client.fields() if _is_sla(entry)]
    if not fields:
        return
    bulk = _bulk_fetch if isinstance(dialect, Cloud) else _search
    for asked in chunks(ids, ISSUES):
        issues, now = bulk(client, fields, asked)
        left = [
            id_ for id_ in asked if id_ not in issues or (is_portal(issues[id_]) and not _slas(issues[id_], fields))
        ]
        for id_ in asked:
            if id_ not in left:
                yield from _clocks(client, id_, _Read({id_: _slas(issues[id_], fields)}, now))
        for id_, read in zip(
            left, client.lanes.map(partial(_singly, client, url.rstrip("/"), fields), left), strict=True
        ):
            yield from _clocks(client, id_, read)


def _is_sla(entry: Body) -> bool:
    schema = entry.get("schema") or {}
    return schema.get("type") == _SCHEMA or schema.get("custom") == _CUSTOM


def _bulk_fetch(client: Client, fields: Sequence[str], ids: Sequence[str]) -> tuple[dict[str, Body], int]:
    body = {"issueIdsOrKeys": list(ids), "fields": [*fields, "project"]}
    return _found(client, client.ask("issue/bulkfetch", body=body), ids)


def _search(client: Client, fields: Sequence[str], ids: Sequence[str]) -> tuple[dict[str, Body], int]:
    """Search for ids, as Data Center has no bulk read; what the index lacks is read singly."""
    names = ",".join([*fields, "project"])
    answer = client.get(
        "search", jql=f"id in ({','.join(ids)})", fields=names, startAt=0, maxResults=len(ids), validateQuery="false"
    )
    return _found(client, answer, ids)


def _found(client: Client, answer: Answer, ids: Sequence[str]) -> tuple[dict[str, Body], int]:
    found = {str(issue.get("id")): issue for issue in client.listed(answer, "issues")}
    return {id_: found[id_] for id_ in ids if id_ in found}, client.clock(answer)


def _slas(issue: Body, fields: Sequence[str]) -> list[Raw]:
    held = fields_of(issue)
    return [held[field] for field in fields if isinstance(held.get(field), Mapping)]


def _singly(client: Client, url: str, fields: Sequence[str], id_: str) -> _Read:
    """Ask as an agent; where our account is none, read the issue by itself."""
    try:
        answer = client.http.call("GET", f"{url}/rest/servicedeskapi/request/{id_}/sla", params={"limit": 100})
        if isinstance(answer.body, Mapping):
            return _Read({id_: list(client.listed(answer, "values"))}, client.clock(answer))
    except Refused as error:
        if error.status not in {403, 404}:
            raise
    try:
        answer = client.get("issue", id_, fields=",".join([*fields, "project"]))
    except Refused as error:
        if error.status != 404:
            raise
        return _Read({}, 0)
    slas = _slas(dict(answer.body), fields)
    if not slas and is_portal(answer.body):
        log.warning("a request shows no SLAs; is our account an agent there?", connection=client.name, ticket=id_)
    return _Read({id_: slas}, client.clock(answer))


def _clocks(client: Client, id_: str, read: _Read) -> Iterator[NativeClock]:
    for sla in read.slas.get(id_, ()):
        try:
            cycles = [*(sla.get("completedCycles") or ()), *filter(None, [sla.get("ongoingCycle")])]
            clocks = [_clock(id_, str(sla["name"]), cycle, read.now) for cycle in cycles]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"
            log.warning("an SLA cannot be read", connection=client.name, ticket=id_, reason=reason)
        else:
            yield from clocks


def _clock(id_: str, name: str, cycle: Raw, now: int) -> NativeClock:
    """Return a cycle. That it is overdue says `breached`, of ongoing ones too.

    Raises:
        KeyError, TypeError, ValueError: it lacks what a cycle has.
    """
    stopped = _instant(cycle, "stopTime")
    return NativeClock(
        ticket=id_,
        name=name,
        kind="sla",
        stage="completed" if stopped is not None else "paused" if cycle["paused"] else "running",
        started_at=instant(cycle["startTime"]["epochMillis"]),
        stopped_at=stopped,
        due_at=_instant(cycle, "breachTime"),
        breached=bool(cycle["breached"]),
        elapsed=_millis(cycle, "elapsedTime"),
        target=_millis(cycle, "goalDuration"),
        calculated_at=now if stopped is None else None,
    )


def _instant(cycle: Raw, name: str) -> int | None:
    held = cycle.get(name)
    return None if held is None else instant(held["epochMillis"])


def _millis(cycle: Raw, name: str) -> int:
    found: Any = cycle[name]["millis"]
    return int(found)
