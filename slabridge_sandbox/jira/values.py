"""A field's value as the API gives it, and the things that values point to.

Stored are ids (of options, statuses, priorities, people), instants in milliseconds, dates as 2026-03-03, texts,
numbers, and JSON of lists and documents. A cascading select stores the ids of both options.
"""

from collections.abc import Callable
from typing import Any

import orjson

from slabridge_sandbox.jira import adf
from slabridge_sandbox.jira.catalogue import CATEGORIES, Field
from slabridge_sandbox.jira.http import Call

Stored = str | int | float | None


def shown(call: Call, field: Field, stored: Stored) -> Any:  # noqa: ANN401 - JSON
    """Return a stored value as the API gives it."""
    if stored is None:
        # A list of tags or components is empty; one of a custom field is not there.
        return [] if field.type == "array" and not field.custom else None
    show = _SHOWN.get(field.kind)
    return stored if show is None else show(call, stored)


def user(call: Call, account_id: str) -> dict[str, Any]:
    """Return a person as issues, histories and comments name one."""
    account = call.site.names.accounts[account_id]
    person = {"displayName": account.name, "active": True, "timeZone": call.site.zone.key}
    if call.site.cloud:
        here = call.url(f"user?accountId={account_id}")
        return {"self": here, "accountId": account_id, **person, "accountType": account.type}
    return {"self": call.url(f"user?username={account.login}"), "name": account.login, "key": account.key, **person}


def option(call: Call, id_: int) -> dict[str, Any]:
    """Return an option of a select field."""
    content = {"self": call.url(f"customFieldOption/{id_}"), "value": call.site.names.options[id_], "id": str(id_)}
    return content if call.site.cloud else content | {"disabled": False}


def status(call: Call, id_: int) -> dict[str, Any]:
    """Return a status with its category."""
    known = call.site.names.statuses[id_]
    return {
        "self": call.url(f"status/{id_}"),
        "description": "",
        "iconUrl": f"{call.base}/images/icons/statuses/generic.png",
        "name": known.name,
        "id": str(id_),
        "statusCategory": category(call, known.category),
    }


def category(call: Call, key: str) -> dict[str, Any]:
    """Return a status category."""
    id_, name, colour = CATEGORIES[key]
    return {"self": call.url(f"statuscategory/{id_}"), "id": id_, "key": key, "colorName": colour, "name": name}


def priority(call: Call, id_: int) -> dict[str, Any]:
    """Return a priority."""
    name = call.site.names.priorities[id_]
    icon = f"{call.base}/images/icons/priorities/{name.lower()}.svg"
    return {"self": call.url(f"priority/{id_}"), "iconUrl": icon, "name": name, "id": str(id_)}


def issue_type(call: Call, id_: int) -> dict[str, Any]:
    """Return an issue type."""
    content = {
        "self": call.url(f"issuetype/{id_}"),
        "id": str(id_),
        "description": "Track system outages or other operational incidents.",
        "iconUrl": f"{call.base}/images/icons/issuetypes/incident.png",
        "name": call.site.names.issue_types[id_],
        "subtask": False,
    }
    return content | {"hierarchyLevel": 0} if call.site.cloud else content


def project(call: Call, id_: int) -> dict[str, Any]:
    """Return a project."""
    known = call.site.names.projects[id_]
    content = {
        "self": call.url(f"project/{id_}"),
        "id": str(id_),
        "key": known.key,
        "name": known.name,
        "projectTypeKey": known.type,
    }
    if not call.site.cloud:
        return content
    by_team = known.key in call.site.switches.by_team
    return content | {"simplified": by_team, "style": "next-gen" if by_team else "classic"}


def resolution(call: Call, id_: int) -> dict[str, Any]:
    """Return a resolution."""
    name = call.site.names.resolutions[id_]
    return {"self": call.url(f"resolution/{id_}"), "id": str(id_), "description": "", "name": name}


def component(call: Call, id_: int) -> dict[str, Any]:
    """Return a component of a project."""
    return {"self": call.url(f"component/{id_}"), "id": str(id_), "name": call.site.names.options[id_]}


def document(call: Call, stored: str) -> Any:  # noqa: ANN401 - JSON
    """Return a document: as it is in version 3, as text in version 2."""
    content = orjson.loads(stored)
    return content if call.version == 3 else adf.to_text(content)


def cascade(call: Call, stored: str) -> dict[str, Any]:
    """Return a cascading select's option, with its child if one is chosen."""
    parent, *child = orjson.loads(stored)
    return option(call, parent) | ({"child": option(call, child[0])} if child else {})


def _team(call: Call, id_: str) -> dict[str, Any]:
    name = call.site.names.teams[id_]
    return {
        "id": id_,
        "name": name,
        "avatarUrl": "",
        "isVisible": True,
        "isVerified": False,
        "title": name,
        "isShared": True,
    }


def _all(one: Callable[[Call, Any], Any]) -> Callable[[Call, str], list[Any]]:
    return lambda call, stored: [one(call, id_) for id_ in orjson.loads(stored)]


_SHOWN: dict[str, Callable[[Call, Any], Any]] = {
    "datetime": lambda call, at: call.site.stamp(at),
    "user": user,
    "option": option,
    "option-with-child": cascade,
    "status": status,
    "priority": priority,
    "resolution": resolution,
    "issuetype": issue_type,
    "project": project,
    "document": document,
    "team": _team,
    "sd-feedback": lambda _, rating: {"rating": rating},
    "any": lambda _, stored: orjson.loads(stored),
    "array/string": lambda _, stored: orjson.loads(stored),
    "array/option": _all(option),
    "array/user": _all(user),
    "array/component": _all(component),
}
