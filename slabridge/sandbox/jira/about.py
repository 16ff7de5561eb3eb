"""What the site says about itself: version, our account, fields, statuses, priorities, the project, permissions."""

from typing import Any

from slabridge.sandbox.jira.catalogue import CUSTOM_TYPE, FIELDS, PRIORITIES, PROJECT_ID, PROJECT_KEY, Field
from slabridge.sandbox.jira.http import Answer, Call, Endpoint, Problem
from slabridge.sandbox.jira.values import issue_type, option, priority, project, shown, status, user

_PERMISSIONS = {
    "BROWSE_PROJECTS": ("10", "Browse Projects", "PROJECT"),
    "EDIT_ISSUES": ("12", "Edit Issues", "PROJECT"),
    "ADD_COMMENTS": ("15", "Add Comments", "PROJECT"),
    "EDIT_OWN_COMMENTS": ("37", "Edit Own Comments", "PROJECT"),
    "ADMINISTER_PROJECTS": ("23", "Administer Projects", "PROJECT"),
    "ADMINISTER": ("0", "Administer Jira", "GLOBAL"),
    "BULK_CHANGE": ("33", "Make bulk changes", "GLOBAL"),
    "SERVICEDESK_AGENT": ("-1", "Service Project Agent", "PROJECT"),
}
_WITHHELD = {"ADMINISTER"}


def schema(field: Field) -> dict[str, Any]:
    """Return the schema of a field."""
    content: dict[str, Any] = {"type": "string" if field.type == "document" else field.type}
    if field.items:
        content["items"] = field.items
    if field.custom:
        return content | {"custom": CUSTOM_TYPE + field.custom, "customId": field.number}
    return content | {"system": field.id}


def _server_info(call: Call) -> Answer:
    return Answer(
        {
            "baseUrl": call.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100291,
            "buildDate": "2026-06-06T08:00:00.000+0000",
            "serverTime": call.site.stamp(call.site.clock.now),
            "scmInfo": "0000000000000000000000000000000000000000",
            "serverTitle": "Jira",
            "defaultLocale": {"locale": "en_US"},
            "serverTimeZone": call.site.zone.key,
        }
    )


def _myself(call: Call) -> Answer:
    more = {"emailAddress": call.site.credentials.email, "locale": "en_US"}
    sizes: dict[str, Any] = {"groups": {"size": 1, "items": []}, "applicationRoles": {"size": 1, "items": []}}
    return Answer(user(call, call.site.account) | more | sizes | {"expand": "groups,applicationRoles"})


def _fields(_: Call) -> Answer:
    return Answer([_field(field) for field in FIELDS])


def _field(field: Field) -> dict[str, Any]:
    content = {
        "id": field.id,
        "key": field.id,
        "name": field.name,
        "custom": bool(field.custom),
        "orderable": field.editable,
        "navigable": field.navigable,
        "searchable": bool(field.clauses),
        "clauseNames": list(field.clauses),
    }
    return content if field.id == "issuekey" else content | {"schema": schema(field)}


def _statuses(call: Call) -> Answer:
    return Answer([status(call, id_) for id_ in sorted(call.site.names.statuses)])


def _priorities(call: Call) -> Answer:
    return Answer([priority(call, id_) | {"description": "", "statusColor": "#707070"} for id_ in PRIORITIES])


def _all_projects(call: Call) -> Answer:
    return Answer([project(call)])


def _projects(call: Call) -> Answer:
    here = call.url("project/search?maxResults=50&startAt=0")
    page = {"self": here, "maxResults": 50, "startAt": 0, "total": 1, "isLast": True}
    return Answer(page | {"values": [project(call)]})


def _project(call: Call) -> Answer:
    if call.path["project"].upper() not in {PROJECT_KEY, str(PROJECT_ID)}:
        raise Problem(404, f"No project could be found with key '{call.path['project']}'.")
    return Answer(project(call) | {"issueTypes": [issue_type(call)]})


def _permissions(call: Call) -> Answer:
    asked = call.names("permissions")
    if not asked:
        raise Problem(400, "The 'permissions' query parameter is required.")
    if unknown := [key for key in asked if key not in _PERMISSIONS]:
        raise Problem(400, f"Unrecognized permission: {', '.join(unknown)}")
    return Answer({"permissions": {key: _permission(key, *_PERMISSIONS[key]) for key in asked}})


def _permission(key: str, id_: str, name: str, kind: str) -> dict[str, Any]:
    held = key not in _WITHHELD
    return {"id": id_, "key": key, "name": name, "type": kind, "description": "", "havePermission": held}


def _edit_meta(call: Call) -> Answer:
    call.issue()
    return Answer({"fields": {field.id: _meta(call, field) for field in FIELDS if field.editable}})


def _meta(call: Call, field: Field) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "required": field.id == "summary",
        "schema": schema(field),
        "name": field.name,
        "key": field.id,
        "operations": ["add", "set", "remove"] if field.type == "array" else ["set"],
    }
    if field.type == "option":
        meta["allowedValues"] = [option(call, id_) for id_ in call.site.names.options_of[field.id].values()]
    if field.type == "priority":
        meta["allowedValues"] = [shown(call, field, id_) for id_ in PRIORITIES]
    return meta


PUBLIC: tuple[Endpoint, ...] = (("GET", "/serverInfo", _server_info),)
ENDPOINTS: tuple[Endpoint, ...] = (
    ("GET", "/myself", _myself),
    ("GET", "/field", _fields),
    ("GET", "/status", _statuses),
    ("GET", "/priority", _priorities),
    ("GET", "/project", _all_projects),
    ("GET", "/project/search", _projects),
    ("GET", "/project/{project}", _project),
    ("GET", "/mypermissions", _permissions),
    ("GET", "/issue/{issue}/editmeta", _edit_meta),
)
