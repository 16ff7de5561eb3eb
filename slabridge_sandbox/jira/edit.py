"""Writes to the fields of an issue: all of a request, or none of it."""

from typing import Any

from slabridge_sandbox.jira import properties
from slabridge_sandbox.jira.catalogue import Field
from slabridge_sandbox.jira.changes import Issue, change, store
from slabridge_sandbox.jira.field_input import InvalidValue, read
from slabridge_sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Operation, Problem
from slabridge_sandbox.jira.issues import Wanted, chosen, given
from slabridge_sandbox.jira.mail import Mail
from slabridge_sandbox.jira.screens import on_screen
from slabridge_sandbox.jira.transitions import CONFLICT
from slabridge_sandbox.jira.values import Stored, shown


def _put(call: Call) -> Answer:
    site, id_ = call.site, call.issue()
    sent = call.json()
    if not isinstance(sent, dict) or not all(isinstance(sent.get(key) or {}, dict) for key in ("fields", "update")):
        raise Problem(400, INVALID_PAYLOAD)
    if "true" in {call.query.get("overrideScreenSecurity"), call.query.get("overrideEditableFlag")}:
        raise Problem(403, "Only apps with the Administer Jira permission may override screens.")
    row = dict(site.issues([id_])[0])
    if not site.permissions.holds("EDIT_ISSUES", row["project"]):
        raise Problem(403, "You do not have permission to edit issues in this project.")
    if site.switches.conflicts:
        site.switches.conflicts -= 1
        raise Problem(409, CONFLICT)
    values = sent_values(call, row, sent.get("fields") or {}, sent.get("update") or {})
    kept = properties.listed(sent.get("properties") or [])
    if edit(call, row, site.account, values, kept):
        asked = call.query.get("notifyUsers") != "false"
        allowed = any(site.permissions.holds(name, row["project"]) for name in ("ADMINISTER", "ADMINISTER_PROJECTS"))
        key = site.keys.of(row["project"], row["number"])
        site.mails.append(Mail(site.clock.now, key, "updated", asked=asked, sent=asked or not allowed))
    if call.query.get("returnIssue") == "true" and site.cloud:
        return Answer(given(call, [id_], Wanted(chosen(site, ["*all"]), call.names("expand"), histories=100))[0])
    return Answer(status=204)


def edit(call: Call, row: Issue, author: str, values: dict[Field, Stored], kept: dict[str, Any]) -> bool:
    """Let somebody change an issue's fields and properties now; say whether a field got another value."""
    site, now = call.site, call.site.clock.now
    with site.transaction():
        items = change(site, row, now, values)
        store(site, row, now, author, items)
        for key, value in kept.items():
            properties.keep(site, row["id"], key, value)
    if items:
        site.notify(row["id"], now)
    return bool(items)


def sent_values(call: Call, row: Issue, fields: dict[str, Any], update: dict[str, Any]) -> dict[Field, Stored]:
    """Return the values to store.

    Raises:
        Problem: 400 with a message for each field that is unknown, not on the screen or does not take what was sent.
    """
    values: dict[Field, Stored] = {}
    errors: dict[str, str] = {}
    for name in [*fields, *(name for name in update if name not in fields)]:
        known = call.site.fields.by_id.get(name)
        if known is None or not on_screen(call.site, known, row):
            errors[name] = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        elif name in fields and update.get(name):
            errors[name] = f"Field '{name}' cannot appear in both 'fields' and 'update'"
        else:
            try:
                wanted = fields[name] if name in fields else _operated(call, known, row[name], update[name])
                values[known] = read(call, known, row, wanted)
            except InvalidValue as error:
                errors[name] = str(error)
    if errors:
        raise Problem(400, errors=errors)
    return values


def _operated(call: Call, field: Field, stored: Stored, operations: object) -> object:
    """Return a field's value after the operations of `update`."""
    value = shown(call, field, stored)
    if not isinstance(operations, list) or not all(isinstance(one, dict) and len(one) == 1 for one in operations):
        raise InvalidValue("data was not an array")
    for (verb, operand), *_ in (list(operation.items()) for operation in operations):
        if verb == "set":
            value = operand
        elif verb == "add" and field.type == "array":
            value = [*(value or []), operand]
        elif verb == "remove" and field.type == "array":
            value = [one for one in value or [] if not _same(one, operand)]
        else:
            raise InvalidValue(f"Field does not support update '{verb}'")
    return value


def _same(held: object, operand: object) -> bool:
    """Tell whether an operand names an entry of a list: a label as it is, others by id, name, value or account."""
    if isinstance(held, dict) and isinstance(operand, dict):
        return any(operand.get(key) == held[key] for key in ("id", "name", "value", "accountId") if key in held)
    return held == operand


OPERATIONS: tuple[Operation, ...] = (("PUT", "/issue/{issue}", _put),)
