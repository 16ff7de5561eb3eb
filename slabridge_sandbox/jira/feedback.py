"""The feedback of a request: how its reporter found the service, from 1 to 5.

It leaves no history and does not move `updated`: the harder case for who reads, as Atlassian does not say.
"""

from typing import Any

from starlette.routing import BaseRoute

from slabridge_sandbox.jira import http
from slabridge_sandbox.jira.catalogue import RATED_AT, RATING
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.request_comments import request_of
from slabridge_sandbox.jira.site import Site

_SET = f"UPDATE issues SET {RATING.id} = ?, {RATED_AT.id} = ? WHERE id = ?"  # noqa: S608 - ids of fields
_GRADES = range(1, 6)


def routes(site: Site, below: str) -> list[BaseRoute]:
    """Return the routes of feedback below a path."""
    return [*http.route(site, f"{below}/rest/servicedeskapi", 2, _OPERATIONS, anonymous=False)]


def rate(site: Site, issue: int, rating: int | None) -> None:
    """Let the reporter of an issue say how it went, or take that back (None).

    Raises:
        ValueError: it is no grade.
    """
    if rating is not None and rating not in _GRADES:
        raise ValueError(f"{rating} is no rating: it is a whole number from 1 to 5")
    (row,) = site.issues([issue])
    with site.transaction():
        site.index.remember(site.clock.now, row)
        site.db.execute(_SET, (rating, None if rating is None else site.clock.now, issue))
    site.notify(issue, site.clock.now)


def _get(call: Call) -> Answer:
    row = request_of(call)
    if row[RATING.id] is None:
        raise Problem(404, "There is no feedback on this request.")
    return Answer({"type": "csat", "rating": row[RATING.id], "comment": {"body": ""}})


def _post(call: Call) -> Answer:
    row, sent = request_of(call), call.bean(type=str, rating=int, comment=dict)
    if row["reporter"] != call.site.account:
        raise Problem(403, "Only the reporter of a request gives feedback on it.")
    try:
        rate(call.site, row["id"], sent.get("rating", 0))
    except ValueError as error:
        raise Problem(400, str(error)) from None
    content: dict[str, Any] = {"type": "csat", "rating": sent["rating"], "comment": {"body": ""}}
    return Answer(content, 201)


_OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/request/{issue}/feedback", _get),
    ("POST", "/request/{issue}/feedback", _post),
)
