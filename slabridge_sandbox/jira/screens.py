"""Edit screens: which fields of an issue can be written, and what they take."""

from collections.abc import Mapping, Sequence
from typing import Any

from slabridge_sandbox.jira.catalogue import Field
from slabridge_sandbox.jira.http import Answer, Call, Operation
from slabridge_sandbox.jira.index import IssueRow
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import component, option, shown


def schema(field: Field) -> dict[str, Any]:
    """Return the schema of a field."""
    content: dict[str, Any] = {"type": "string" if field.type == "document" else field.type}
    if field.items:
        content["items"] = field.items
    if field.custom:
        return content | {"custom": field.custom_type, "customId": field.number}
    return content | {"system": field.id}


def on_screen(site: Site, field: Field, issue: IssueRow) -> bool:
    """Tell whether a field can be written: it is on the edit screen of the issue's project and type, in its status."""
    if site.names.statuses[issue["status"]].name in site.switches.not_editable:
        return False
    if not site.administration.has(field, issue["project"]):
        return False
    return (
        field.editable and not _named(site, site.switches.off_screen, field, issue) and in_project(site, field, issue)
    )


def in_project(site: Site, field: Field, issue: IssueRow) -> bool:
    """Tell whether an issue's project and type have a field."""
    return not _named(site, site.switches.off_project, field, issue)


def _named(site: Site, off: Mapping[str, Sequence[str]], field: Field, issue: IssueRow) -> bool:
    project = site.names.projects[issue["project"]].key
    return field.id in {*off.get(project, ()), *off.get(f"{project}/{site.names.issue_types[issue['issuetype']]}", ())}


def _edit_meta(call: Call) -> Answer:
    (row,) = call.site.issues([call.issue()])
    fields = [field for field in call.site.fields.all if on_screen(call.site, field, row)]
    if not (call.signed_in or call.site.permissions.holds("EDIT_ISSUES", row["project"])):
        fields = []
    return Answer({"fields": {field.id: _meta(call, field, row) for field in fields}})


def _meta(call: Call, field: Field, row: IssueRow) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "required": field.id == "summary",
        "schema": schema(field),
        "name": field.name,
        "key": field.id,
        "operations": ["add", "set", "remove"] if field.type == "array" else ["set"],
    }
    if not call.site.cloud:
        meta["fieldId"] = meta.pop("key")
    names = call.site.names
    if field.kind in {"option", "array/option"}:
        meta["allowedValues"] = [option(call, id_) for id_ in names.options_of[field.id].values()]
    if field.kind == "option-with-child":
        meta["allowedValues"] = [
            option(call, id_)
            | {"children": [option(call, child) for child in names.options_of[f"{field.id}/{id_}"].values()]}
            for id_ in names.options_of[field.id].values()
        ]
    if field.kind == "array/component":
        ids = names.options_of[f"components/{row['project']}"].values()
        meta["allowedValues"] = [component(call, id_) for id_ in ids]
    if field.type == "priority":
        meta["allowedValues"] = [shown(call, field, id_) for id_ in names.priorities]
    return meta


OPERATIONS: tuple[Operation, ...] = (("GET", "/issue/{issue}/editmeta", _edit_meta),)
