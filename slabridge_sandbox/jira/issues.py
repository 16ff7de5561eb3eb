"""Issues as the API gives them: one, or up to 100 by id."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from slabridge_sandbox.jira.catalogue import SYSTEM, Field
from slabridge_sandbox.jira.changelog import recent
from slabridge_sandbox.jira.comments import page_of
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.index import PRESENT, Snapshot
from slabridge_sandbox.jira.screens import in_project, schema
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.transitions import offered
from slabridge_sandbox.jira.values import category, shown

_FAILED = "The issue could not be fetched. Please try again."
_EXPAND = "renderedFields,names,schema,transitions,operations,editmeta,changelog,versionedRepresentations"


def chosen(site: Site, names: Sequence[str]) -> list[Field]:
    """Return the fields that a list of names asks for: `*all`, `*navigable`, ids, and `-id` to leave out.

    Names that the site does not know are passed over, as Jira does.
    """
    wanted: dict[str, Field] = {}
    if names and all(name.startswith("-") for name in names):
        names = ["*all", *names]
    for name in names:
        if name in {"*all", "*navigable"}:
            wanted |= {field.id: field for field in site.fields.all if field.navigable or name == "*all"}
        elif name.startswith("-"):
            wanted.pop(name[1:], None)
        elif name in site.fields.by_id:
            wanted[name] = site.fields.by_id[name]
    wanted.pop("issuekey", None)
    return list(wanted.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for of each issue; `histories` is how many recent ones `expand` gives, None for all."""

    fields: Sequence[Field]
    expand: Sequence[str] = ()
    properties: Sequence[str] = ()
    histories: int | None = 40


def given(call: Call, ids: Sequence[int], wanted: Wanted, snapshot: Snapshot = PRESENT) -> list[dict[str, Any]]:
    """Return issues as the API gives them, in the view of a search; ids that are not there are left out."""
    rows = call.site.issues(ids, snapshot)
    present = [row["id"] for row in rows]
    call.site.limits.spend(len(rows))
    comments = page_of(call, present, snapshot) if SYSTEM["comment"] in wanted.fields else {}
    logs = recent(call, present, wanted.histories, snapshot) if "changelog" in wanted.expand else {}
    kept = _properties(call, present, wanted.properties)
    issues = []
    for row in rows:
        issue: dict[str, Any] = {
            "expand": _EXPAND,
            "id": str(row["id"]),
            "self": call.url(f"issue/{row['id']}"),
            "key": call.site.keys.of(row["project"], row["number"]),
        }
        if logs:
            issue["changelog"] = logs[row["id"]]
        if "names" in wanted.expand:
            issue["names"] = {field.id: field.name for field in wanted.fields}
        if "schema" in wanted.expand:
            issue["schema"] = {field.id: schema(field) for field in wanted.fields}
        if "transitions" in wanted.expand:
            issue["transitions"] = offered(call, dict(row))
        if wanted.properties:
            issue["properties"] = kept.get(row["id"], {})
        if wanted.fields:
            there = [field for field in wanted.fields if in_project(call.site, field, row)]
            issue["fields"] = {field.id: _value(call, field, row, comments) for field in there}
        issues.append(issue)
    return issues


def _value(call: Call, field: Field, row: sqlite3.Row, comments: dict[int, Any]) -> Any:  # noqa: ANN401 - JSON
    if field.stored:
        return shown(call, field, row[field.id])
    match field.id:
        case "statusCategory":
            return category(call, call.site.names.statuses[row["status"]].category)
        case "comment":
            return comments[row["id"]]
        case _:
            return call.site.fields.computed[field.id](call, row)


def _properties(call: Call, ids: Sequence[int], keys: Sequence[str]) -> dict[int, dict[str, Any]]:
    if not keys:
        return {}
    found: dict[int, dict[str, Any]] = {}
    for issue, name, value in call.site.db.execute(
        "SELECT issue, key, value FROM properties WHERE issue IN (SELECT value FROM json_each(:ids))"
        " AND (key IN (SELECT value FROM json_each(:keys)) OR '*all' IN (SELECT value FROM json_each(:keys)))",
        {"ids": orjson.dumps(ids).decode(), "keys": orjson.dumps(keys).decode()},
    ):
        found.setdefault(issue, {})[name] = orjson.loads(value)
    return found


def _get(call: Call) -> Answer:
    fields = chosen(call.site, call.names("fields") or ["*all"])
    histories = 100 if call.site.cloud else None
    wanted = Wanted(fields, call.names("expand"), call.names("properties"), histories)
    return Answer(given(call, [call.issue()], wanted)[0])


def _bulk(call: Call) -> Answer:
    bean = call.bean(issueIdsOrKeys=list, fields=list, expand=list, properties=list, fieldsByKeys=bool)
    wanted = bean.get("issueIdsOrKeys", [])
    if not wanted:
        raise Problem(400, "The issueIdsOrKeys list must contain at least one issue ID or key.")
    if len(wanted) > 100:
        raise Problem(400, "The issueIdsOrKeys list must not contain more than 100 issue IDs or keys.")
    properties = bean.get("properties", [])
    if len(properties) > 5:
        raise Problem(400, "A maximum of 5 issue property keys can be specified.")
    ids = sorted(call.site.find_all(map(str, wanted))) if call.known else []
    failing = call.site.find_all(call.site.switches.issue_errors)
    fields = chosen(call.site, [str(name) for name in bean.get("fields") or ["*navigable"]])
    issues = given(call, [id_ for id_ in ids if id_ not in failing], Wanted(fields, bean.get("expand", []), properties))
    errors = [{"id": str(id_), "errorMessage": _FAILED} for id_ in ids if id_ in failing]
    return Answer({"issueErrors": errors, "issues": issues})


CLOUD: tuple[Operation, ...] = (("POST", "/issue/bulkfetch", _bulk),)
OPERATIONS: tuple[Operation, ...] = (("GET", "/issue/{issue}", _get),)
