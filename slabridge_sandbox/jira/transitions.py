"""Transitions: from each status of the workflow to every other, without a screen.

Their ids are not those of the statuses. What hangs on a status (resolution, dates) moves with it.
"""

from typing import Any

from slabridge_sandbox.jira import properties
from slabridge_sandbox.jira.catalogue import SYSTEM
from slabridge_sandbox.jira.changes import Issue, change, store
from slabridge_sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Operation, Problem
from slabridge_sandbox.jira.mail import Mail
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import status

CONFLICT = "The issue could not be updated due to a conflicting update. Please try again."


def to_status(site: Site, issue: Issue, author: str, status_id: int, kept: dict[str, Any] | None = None) -> None:
    """Let somebody move an issue to a status now, and set its properties `kept`."""
    now = site.clock.now
    with site.transaction():
        items = change(site, issue, now, {SYSTEM["status"]: status_id})
        store(site, issue, now, author, items)
        for key, value in (kept or {}).items():
            properties.keep(site, issue["id"], key, value)
    if items:
        site.notify(issue["id"], now)


def offered(call: Call, row: Issue) -> list[dict[str, Any]]:
    """Return the transitions that our account may make of an issue."""
    if not call.site.permissions.holds("TRANSITION_ISSUES", row["project"]):
        return []
    return [
        {
            "id": id_,
            "name": call.site.names.statuses[to].name,
            "to": status(call, to),
            "hasScreen": False,
            "isGlobal": True,
            "isInitial": False,
            "isConditional": False,
            **({"isAvailable": True, "isLooped": False} if call.site.cloud else {}),
        }
        for id_, to in _targets(call.site).items()
        if to != row["status"]
    ]


def _targets(site: Site) -> dict[str, int]:
    """Return transition id -> status id."""
    return {str(10 * place + 1): id_ for place, id_ in enumerate(sorted(site.names.statuses), start=1)}


def _list(call: Call) -> Answer:
    (row,) = call.site.issues([call.issue()])
    wanted = call.query.get("transitionId")
    found = [one for one in offered(call, dict(row)) if wanted in {None, one["id"]}]
    if "transitions.fields" in call.names("expand"):
        found = [one | {"fields": {}} for one in found]
    return Answer({"expand": "transitions", "transitions": found})


def _make(call: Call) -> Answer:
    site = call.site
    (found,) = site.issues([call.issue()])
    row, sent = dict(found), call.json()
    if not isinstance(sent, dict) or not all(isinstance(sent.get(key) or {}, dict) for key in ("fields", "update")):
        raise Problem(400, INVALID_PAYLOAD)
    asked = sent.get("transition")
    if not isinstance(asked, dict) or "id" not in asked:
        raise Problem(400, "Missing 'transition' identifier")
    if str(asked["id"]) not in {one["id"] for one in offered(call, row)}:
        raise Problem(400, f"Transition id '{asked['id']}' is not valid for this issue.")
    if off_screen := [*(sent.get("fields") or {}), *(sent.get("update") or {})]:
        message = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        raise Problem(400, errors={name: message.format(name) for name in off_screen})
    if site.switches.conflicts:
        site.switches.conflicts -= 1
        raise Problem(409, CONFLICT)
    kept = properties.listed(sent.get("properties") or [])
    to_status(site, row, site.account, _targets(site)[str(asked["id"])], kept)
    site.mails.append(
        Mail(site.clock.now, site.keys.of(row["project"], row["number"]), "updated", asked=True, sent=True)
    )
    return Answer(status=204)


OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/issue/{issue}/transitions", _list),
    ("POST", "/issue/{issue}/transitions", _make),
)
