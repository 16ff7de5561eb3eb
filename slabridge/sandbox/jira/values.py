"""A field's value in four forms: as it is stored, as the API gives it, as a write sends it, and as a history tells it.

Stored are ids (of options, statuses, priorities, people), instants in milliseconds, texts, and JSON of lists.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from slabridge.sandbox.jira import adf
from slabridge.sandbox.jira.catalogue import (
    CATEGORIES,
    ISSUE_TYPE,
    ISSUE_TYPE_ID,
    PRIORITIES,
    PROJECT_ID,
    PROJECT_KEY,
    PROJECT_NAME,
    RESOLUTION,
    Field,
)
from slabridge.sandbox.jira.http import Call
from slabridge.sandbox.jira.site import Site

Stored = str | int | None

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", re.ASCII)


class Invalid(ValueError):  # noqa: N818 - what the value is
    """A write's value that the field does not take; the message is Jira's."""


def shown(call: Call, field: Field, stored: Stored) -> Any:  # noqa: ANN401 - JSON
    """Return a stored value as the API gives it."""
    if field.type == "array":
        return [] if stored is None else orjson.loads(str(stored))
    if stored is None or field.type not in _SHOWN:
        return stored
    return _SHOWN[field.type](call, stored)


def user(call: Call, account_id: str) -> dict[str, Any]:
    """Return a person as issues, histories and comments name one."""
    account = call.site.names.accounts[account_id]
    return {
        "self": call.url(f"user?accountId={account_id}"),
        "accountId": account_id,
        "displayName": account.name,
        "active": True,
        "timeZone": call.site.zone.key,
        "accountType": account.type,
    }


def option(call: Call, id_: int) -> dict[str, Any]:
    """Return an option of a select field."""
    return {"self": call.url(f"customFieldOption/{id_}"), "value": call.site.names.options[id_], "id": str(id_)}


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
    name = PRIORITIES[id_]
    icon = f"{call.base}/images/icons/priorities/{name.lower()}.svg"
    return {"self": call.url(f"priority/{id_}"), "iconUrl": icon, "name": name, "id": str(id_)}


def issue_type(call: Call) -> dict[str, Any]:
    """Return the site's one issue type."""
    return {
        "self": call.url(f"issuetype/{ISSUE_TYPE_ID}"),
        "id": str(ISSUE_TYPE_ID),
        "description": "Track system outages or other operational incidents.",
        "iconUrl": f"{call.base}/images/icons/issuetypes/incident.png",
        "name": ISSUE_TYPE,
        "subtask": False,
        "hierarchyLevel": 0,
    }


def project(call: Call) -> dict[str, Any]:
    """Return the site's one project."""
    return {
        "self": call.url(f"project/{PROJECT_ID}"),
        "id": str(PROJECT_ID),
        "key": PROJECT_KEY,
        "name": PROJECT_NAME,
        "projectTypeKey": "service_desk",
        "simplified": False,
    }


def resolution(call: Call, id_: int) -> dict[str, Any]:
    """Return a resolution."""
    return {"self": call.url(f"resolution/{id_}"), "id": str(id_), "description": "", "name": RESOLUTION}


def _document(call: Call, stored: str) -> Any:  # noqa: ANN401 - JSON
    document = orjson.loads(stored)
    return document if call.version == 3 else adf.to_text(document)


_SHOWN: dict[str, Callable[[Call, Any], Any]] = {
    "datetime": lambda call, at: call.site.stamp(at),
    "user": user,
    "option": option,
    "status": status,
    "priority": priority,
    "resolution": resolution,
    "issuetype": lambda call, _: issue_type(call),
    "project": lambda call, _: project(call),
    "document": _document,
}


def told(site: Site, field: Field, stored: Stored) -> tuple[str | None, str | None]:
    """Return a stored value as a history tells it: its code and its text."""
    if field.type == "array":
        return "", "" if stored is None else " ".join(orjson.loads(str(stored)))
    if stored is None:
        return None, None
    text = _TOLD[field.type](site, stored) if field.type in _TOLD else str(stored)
    if field.type == "datetime":
        return text, text
    return None if field.type in {"string", "document"} else str(stored), text


_TOLD: dict[str, Callable[[Site, Any], str]] = {
    "datetime": lambda site, at: site.stamp(at),
    "user": lambda site, id_: site.names.accounts[id_].name,
    "option": lambda site, id_: site.names.options[id_],
    "status": lambda site, id_: site.names.statuses[id_].name,
    "priority": lambda _, id_: PRIORITIES[id_],
    "resolution": lambda _, __: RESOLUTION,
    "document": lambda _, document: adf.to_text(orjson.loads(document)),
}


def read(call: Call, field: Field, sent: object) -> Stored:
    """Return what a write sends as it is stored.

    Raises:
        Invalid: the field does not take it.
    """
    if sent is None:
        if field.id == "summary":
            raise Invalid(_NO_SUMMARY)
        if field.id in {"priority", "reporter"}:
            raise Invalid(f"{field.name} is required.")
        return None
    return _READ[field.type](call, field, sent)


_NO_SUMMARY = "You must specify a summary of the issue."


def _instant(_: Call, __: Field, sent: object) -> int:
    if not isinstance(sent, str):
        raise Invalid("Operation value must be a string")
    if _INSTANT.fullmatch(sent) is None:
        raise Invalid(f"Error parsing time: {sent}")
    try:
        return round(datetime.strptime(sent, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
    except ValueError as error:
        raise Invalid(f"Error parsing time: {sent}") from error


def _option(call: Call, field: Field, sent: object) -> int:
    options = call.site.names.options_of[field.id]
    if not isinstance(sent, dict) or not ("id" in sent or "value" in sent):
        raise Invalid("Could not find valid 'id' or 'value' in the Parent Option object.")
    if "id" in sent:
        for id_ in options.values():
            if str(id_) == str(sent["id"]):
                return id_
        raise Invalid(f"Option id '{sent['id']}' is not valid")
    if sent["value"] not in options:
        raise Invalid(f"Option value '{sent['value']}' is not valid")
    return options[sent["value"]]


def _person(call: Call, field: Field, sent: object) -> str:
    account = sent.get("accountId", sent.get("id")) if isinstance(sent, dict) else None
    if not isinstance(account, str):
        raise Invalid(f"Specify a valid 'accountId' for {field.name}")
    if account not in call.site.names.accounts:
        raise Invalid(f"User '{account}' does not exist.")
    return account


def _priority(_: Call, __: Field, sent: object) -> int:
    if isinstance(sent, dict):
        for id_, name in PRIORITIES.items():
            if str(sent.get("id", "")) == str(id_) or ("id" not in sent and sent.get("name") == name):
                return id_
    raise Invalid("The priority selected is invalid.")


def _labels(_: Call, __: Field, sent: object) -> str | None:
    if not isinstance(sent, list) or not all(isinstance(label, str) for label in sent):
        raise Invalid("data was not an array")
    for label in sent:
        if re.search(r"\s", label):
            raise Invalid(f"The label '{label}' contains spaces which is invalid.")
    return orjson.dumps(sorted(set(sent))).decode() if sent else None


def _written(call: Call, _: Field, sent: object) -> str:
    if call.version == 2 and isinstance(sent, str):
        return orjson.dumps(adf.from_text(sent)).decode()
    if call.version == 3 and adf.valid(sent):
        return orjson.dumps(sent).decode()
    raise Invalid("Operation value must be " + ("a string" if call.version == 2 else "an Atlassian Document"))


def _text(_: Call, field: Field, sent: object) -> str | None:
    if not isinstance(sent, str):
        raise Invalid("Operation value must be a string")
    if field.id == "summary":
        if not sent.strip():
            raise Invalid(_NO_SUMMARY)
        if "\n" in sent or "\r" in sent:
            raise Invalid("The summary is invalid because it contains newline characters.")
    if len(sent) > 255:
        raise Invalid("The entered text is too long. It exceeds the allowed limit of 255 characters.")
    return sent or None


_READ: dict[str, Callable[[Call, Field, object], Stored]] = {
    "datetime": _instant,
    "option": _option,
    "user": _person,
    "priority": _priority,
    "array": _labels,
    "document": _written,
    "string": _text,
}
