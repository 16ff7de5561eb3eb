"""Writes to the fields of an issue: all of a request, or none of it."""

from collections.abc import Mapping
from typing import Any

import orjson

from slabridge.sandbox.jira import properties
from slabridge.sandbox.jira.catalogue import BY_ID, Field
from slabridge.sandbox.jira.changes import change
from slabridge.sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Endpoint, Problem
from slabridge.sandbox.jira.issues import Wanted, chosen, given
from slabridge.sandbox.jira.values import Invalid, Stored, read, shown


def _put(call: Call) -> Answer:
    id_ = call.issue()
    sent = call.json()
    if not isinstance(sent, dict) or not all(isinstance(sent.get(key) or {}, dict) for key in ("fields", "update")):
        raise Problem(400, INVALID_PAYLOAD)
    if "true" in {call.query.get("overrideScreenSecurity"), call.query.get("overrideEditableFlag")}:
        raise Problem(403, "Only apps with the Administer Jira permission may override screens.")
    row = dict(call.site.issues([id_])[0])
    values = _values(call, row, sent.get("fields") or {}, sent.get("update") or {})
    kept = properties.listed(sent.get("properties") or [])
    now = call.site.clock.now
    with call.site.transaction():
        items = change(call.site, row, now, values)
        if items:
            columns = [*(field.id for field in values), "updated"]
            call.site.db.execute(
                f"UPDATE issues SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?",  # noqa: S608 - ours
                [*(row[column] for column in columns), id_],
            )
            call.site.db.execute(
                "INSERT INTO histories (issue, at, author, items) VALUES (?, ?, ?, ?)",
                (id_, now, call.site.account, orjson.dumps(items).decode()),
            )
        for key, value in kept.items():
            properties.keep(call, id_, key, value)
    if call.query.get("returnIssue") == "true":
        return Answer(given(call, [id_], Wanted(chosen(["*all"]), call.names("expand"), histories=100))[0])
    return Answer(status=204)


def _values(call: Call, row: Mapping[str, Any], fields: dict[str, Any], update: dict[str, Any]) -> dict[Field, Stored]:
    """Return the values to store.

    Raises:
        Problem: 400 with a message for each field that is unknown or does not take what was sent.
    """
    values: dict[Field, Stored] = {}
    errors: dict[str, str] = {}
    for name in [*fields, *(name for name in update if name not in fields)]:
        known = BY_ID.get(name)
        if known is None or not known.editable:
            errors[name] = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        elif name in fields and update.get(name):
            errors[name] = f"Field '{name}' cannot appear in both 'fields' and 'update'"
        else:
            try:
                wanted = fields[name] if name in fields else _operated(call, known, row[name], update[name])
                values[known] = read(call, known, wanted)
            except Invalid as error:
                errors[name] = str(error)
    if errors:
        raise Problem(400, errors=errors)
    return values


def _operated(call: Call, field: Field, stored: Stored, operations: object) -> object:
    """Return a field's value after the operations of `update`."""
    value = shown(call, field, stored)
    if not isinstance(operations, list) or not all(isinstance(one, dict) and len(one) == 1 for one in operations):
        raise Invalid("data was not an array")
    for (verb, operand), *_ in (list(operation.items()) for operation in operations):
        if verb == "set":
            value = operand
        elif verb == "add" and field.type == "array":
            value = [*value, operand]
        elif verb == "remove" and field.type == "array":
            value = [label for label in value if label != operand]
        else:
            raise Invalid(f"Field does not support update '{verb}'")
    return value


ENDPOINTS: tuple[Endpoint, ...] = (("PUT", "/issue/{issue}", _put),)
