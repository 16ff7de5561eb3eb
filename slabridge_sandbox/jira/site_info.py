"""What the site says about itself: version, our account, fields, statuses, priorities, the project, permissions."""

from typing import Any

from slabridge_sandbox.jira.catalogue import Field
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.permissions import PERMISSIONS
from slabridge_sandbox.jira.screens import schema
from slabridge_sandbox.jira.values import issue_type, priority, project, status, user


def _server_info(call: Call) -> Answer:
    version = [1001, 0, 0] if call.site.cloud else [9, 12, 15]
    content = {
        "baseUrl": call.base,
        "version": "1001.0.0-SNAPSHOT" if call.site.cloud else "9.12.15",
        "versionNumbers": version,
        "deploymentType": call.site.deployment,
        "buildNumber": 100291,
        "buildDate": "2026-06-06T08:00:00.000+0000",
        "serverTime": call.site.stamp(call.site.clock.now),
        "scmInfo": "0000000000000000000000000000000000000000",
        "serverTitle": "Jira",
    }
    more = {"defaultLocale": {"locale": "en_US"}, "serverTimeZone": call.site.zone.key}
    return Answer(content | more if call.site.cloud else content)


def _myself(call: Call) -> Answer:
    site = call.site
    account, email = site.account, site.credentials.email
    if call.administrator and call.signed_in:
        account, email = site.names.account("administrator"), site.administrator.email
    more = {"emailAddress": email if "@" in email else f"{email}@example.com", "locale": "en_US"}
    sizes: dict[str, Any] = {"groups": {"size": 1, "items": []}, "applicationRoles": {"size": 1, "items": []}}
    return Answer(user(call, account) | more | sizes | {"expand": "groups,applicationRoles"})


def _fields(call: Call) -> Answer:
    return Answer([listed(call, field) for field in call.site.fields.all])


def listed(call: Call, field: Field) -> dict[str, Any]:
    """Return a field as the list of all has it."""
    found = _field(field)
    if not call.site.cloud:
        del found["key"]
    return found


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
    found = [priority(call, id_) | {"description": "", "statusColor": "#707070"} for id_ in call.site.names.priorities]
    return Answer(found)


def _seen_projects(call: Call) -> list[dict[str, Any]]:
    return [
        project(call, id_) for id_ in call.site.names.projects if call.site.permissions.holds("BROWSE_PROJECTS", id_)
    ]


def _all_projects(call: Call) -> Answer:
    return Answer(_seen_projects(call))


def _projects(call: Call) -> Answer:
    start, limit, keys = call.number("startAt", 0), call.number("maxResults", 50), call.names("keys")
    found = [one for one in _seen_projects(call) if not keys or one["key"] in keys]
    here = call.url(f"project/search?maxResults={limit}&startAt={start}")
    last = start + limit >= len(found)
    page = {"self": here, "maxResults": limit, "startAt": start, "total": len(found), "isLast": last}
    return Answer(page | {"values": found[start : start + limit]})


def _project(call: Call) -> Answer:
    known = call.site.names.project(call.path["project"])
    if known is None or not call.site.permissions.holds("BROWSE_PROJECTS", known.id):
        raise Problem(404, f"No project could be found with key '{call.path['project']}'.")
    types = [issue_type(call, id_) for id_ in call.site.names.issue_types]
    return Answer(project(call, known.id) | {"issueTypes": types})


def _permissions(call: Call) -> Answer:
    asked = call.names("permissions")
    if not asked and call.site.cloud:
        raise Problem(400, "The 'permissions' query parameter is required.")
    if unknown := [key for key in asked if key not in PERMISSIONS]:
        raise Problem(400, f"Unrecognized permission: {', '.join(unknown)}")
    where = _where(call)
    return Answer({"permissions": {key: _permission(call, key, where) for key in asked or PERMISSIONS}})


def _where(call: Call) -> int | None:
    """Return the project that permissions are asked for, None for any."""
    issue, key = (call.query.get(f"{kind}Id") or call.query.get(f"{kind}Key") for kind in ("issue", "project"))
    if issue is not None:
        found = call.site.find_all([issue])
        if not found:
            raise Problem(404, "Issue does not exist or you do not have permission to see it.")
        return int(call.site.issues(found)[0]["project"])
    if key is None:
        return None
    project = call.site.names.project(key)
    if project is None:
        raise Problem(404, f"No project could be found with key '{key}'.")
    return project.id


def _permission(call: Call, key: str, project: int | None) -> dict[str, Any]:
    known = PERMISSIONS[key]
    content = {"id": known.id, "key": key, "name": known.name, "type": known.kind, "description": ""}
    return content | {"havePermission": call.signed_in or call.site.permissions.holds(key, project)}


PUBLIC: tuple[Operation, ...] = (("GET", "/serverInfo", _server_info),)
CLOUD: tuple[Operation, ...] = (("GET", "/project/search", _projects),)
OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/myself", _myself),
    ("GET", "/field", _fields),
    ("GET", "/status", _statuses),
    ("GET", "/priority", _priorities),
    ("GET", "/project", _all_projects),
    ("GET", "/project/{project}", _project),
    ("GET", "/mypermissions", _permissions),
)
