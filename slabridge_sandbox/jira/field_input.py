"""A field's value as a write sends it, read into what is stored."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import orjson

from slabridge_sandbox.jira import adf
from slabridge_sandbox.jira.catalogue import Field
from slabridge_sandbox.jira.http import Call
from slabridge_sandbox.jira.index import IssueRow
from slabridge_sandbox.jira.values import Stored

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", re.ASCII)
_LONGEST_URL = 32_767
_NO_SUMMARY = "You must specify a summary of the issue."


class InvalidValue(ValueError):  # noqa: N818 - what the value is
    """A write's value that the field does not take; the message is Jira's."""


def read(call: Call, field: Field, row: IssueRow, sent: object) -> Stored:
    """Return what a write to an issue sends as it is stored.

    Raises:
        InvalidValue: the field does not take it.
    """
    if sent is None:
        if field.id == "summary":
            raise InvalidValue(_NO_SUMMARY)
        if field.id in {"priority", "reporter"}:
            raise InvalidValue(f"{field.name} is required.")
        return None
    if field.kind == "array/component":
        return _components(call, row, sent)
    return _READ[field.kind](call, field, sent)


def _instant(_: Call, __: Field, sent: object) -> int:
    if not isinstance(sent, str):
        raise InvalidValue("Operation value must be a string")
    if _INSTANT.fullmatch(sent) is None:
        raise InvalidValue(f"Error parsing time: {sent}")
    try:
        return round(datetime.strptime(sent, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
    except ValueError as error:
        raise InvalidValue(f"Error parsing time: {sent}") from error


def _day(_: Call, __: Field, sent: object) -> str:
    if not isinstance(sent, str):
        raise InvalidValue("Operation value must be a string")
    message = f"Error parsing date string: {sent}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", sent, re.ASCII) is None:
        raise InvalidValue(message)
    try:
        return date.fromisoformat(sent).isoformat()
    except ValueError as error:
        raise InvalidValue(message) from error


def _number(_: Call, __: Field, sent: object) -> float:
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not math.isfinite(sent):
        raise InvalidValue("Operation value must be a number")
    return float(sent)


def _chosen(call: Call, field: str, sent: object) -> int:
    options = call.site.names.options_of[field]
    if not isinstance(sent, dict) or not ("id" in sent or "value" in sent):
        raise InvalidValue("Could not find valid 'id' or 'value' in the Parent Option object.")
    if "id" in sent:
        for id_ in options.values():
            if str(id_) == str(sent["id"]):
                return id_
        raise InvalidValue(f"Option id '{sent['id']}' is not valid")
    if sent["value"] not in options:
        raise InvalidValue(f"Option value '{sent['value']}' is not valid")
    return options[sent["value"]]


def _option(call: Call, field: Field, sent: object) -> int:
    return _chosen(call, field.id, sent)


def _options(call: Call, field: Field, sent: object) -> str | None:
    return _list([_chosen(call, field.id, one) for one in _listed(sent)])


def _cascade(call: Call, field: Field, sent: object) -> str:
    parent = _chosen(call, field.id, sent)
    child = sent.get("child") if isinstance(sent, dict) else None
    chosen = [parent] if child is None else [parent, _chosen(call, f"{field.id}/{parent}", child)]
    return orjson.dumps(chosen).decode()


def _components(call: Call, row: IssueRow, sent: object) -> str | None:
    known, found = call.site.names.options_of[f"components/{row['project']}"], list[int]()
    for one in _listed(sent):
        wanted = one if isinstance(one, dict) else {}
        ids = {id_ for name, id_ in known.items() if str(id_) == str(wanted.get("id")) or name == wanted.get("name")}
        if not ids:
            raise InvalidValue(f"Component name '{wanted.get('name', wanted.get('id'))}' is not valid")
        found += ids
    return _list(found)


def _person(call: Call, field: Field, sent: object) -> str:
    accounts = call.site.names.accounts
    if not call.site.cloud:
        name = sent.get("name") if isinstance(sent, dict) else None
        for account in accounts.values():
            if name is not None and account.login == name:
                return account.id
        raise InvalidValue(f"User '{name}' does not exist." if isinstance(name, str) else "data was not an object")
    account_id = sent.get("accountId", sent.get("id")) if isinstance(sent, dict) else None
    if not isinstance(account_id, str):
        raise InvalidValue(f"Specify a valid 'accountId' for {field.name}")
    if account_id not in accounts:
        raise InvalidValue(f"User '{account_id}' does not exist.")
    return account_id


def _people(call: Call, field: Field, sent: object) -> str | None:
    return _list([_person(call, field, one) for one in _listed(sent)])


def _team(call: Call, _: Field, sent: object) -> str:
    if not isinstance(sent, str):
        raise InvalidValue("Operation value must be a string")
    if sent not in call.site.names.teams:
        raise InvalidValue(f"Team id '{sent}' is not valid.")
    return sent


def _priority(call: Call, _: Field, sent: object) -> int:
    if isinstance(sent, dict):
        for id_, name in call.site.names.priorities.items():
            if str(sent.get("id", "")) == str(id_) or ("id" not in sent and sent.get("name") == name):
                return id_
    raise InvalidValue("The priority selected is invalid.")


def _labels(_: Call, __: Field, sent: object) -> str | None:
    labels = _listed(sent)
    if not all(isinstance(label, str) for label in labels):
        raise InvalidValue("data was not an array")
    for label in labels:
        if re.search(r"\s", label):
            raise InvalidValue(f"The label '{label}' contains spaces which is invalid.")
    return _list(sorted(labels))


def _written(call: Call, _: Field, sent: object) -> str:
    if call.version == 2 and isinstance(sent, str):
        return orjson.dumps(adf.from_text(sent)).decode()
    if call.version == 3 and adf.valid(sent):
        return orjson.dumps(sent).decode()
    raise InvalidValue("Operation value must be " + ("a string" if call.version == 2 else "an Atlassian Document"))


def _text(_: Call, field: Field, sent: object) -> str | None:
    if not isinstance(sent, str):
        raise InvalidValue("Operation value must be a string")
    if field.id == "summary":
        if not sent.strip():
            raise InvalidValue(_NO_SUMMARY)
        if "\n" in sent or "\r" in sent:
            raise InvalidValue("The summary is invalid because it contains newline characters.")
    if field.custom == "url" and sent and not re.match(r"(https?|ftp)://[^\s/]", sent):
        raise InvalidValue("Please specify a valid URL")
    if len(sent) > (_LONGEST_URL if field.custom == "url" else 255):
        raise InvalidValue("The entered text is too long. It exceeds the allowed limit of 255 characters.")
    return sent or None


def _listed(sent: object) -> list[Any]:
    if not isinstance(sent, list):
        raise InvalidValue("data was not an array")
    return sent


def _list(values: list[Any]) -> str | None:
    return orjson.dumps(list(dict.fromkeys(values))).decode() if values else None


_READ: dict[str, Callable[[Call, Field, object], Stored]] = {
    "datetime": _instant,
    "date": _day,
    "number": _number,
    "option": _option,
    "option-with-child": _cascade,
    "user": _person,
    "team": _team,
    "priority": _priority,
    "array/string": _labels,
    "array/option": _options,
    "array/user": _people,
    "document": _written,
    "string": _text,
}
