"""Groups of people, and who is in them."""

from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.values import user

_MOST = 50


def _members(call: Call) -> Answer:
    name = call.query.get("groupname")
    if name is None:
        raise Problem(400, "You must specify the groupname.")
    if not call.site.permissions.holds("USER_PICKER", None):
        raise Problem(403, "You do not have permission to browse users and groups.")
    if name not in call.site.names.groups:
        raise Problem(404, f"The group named '{name}' does not exist.")
    start, limit = call.number("startAt", 0), min(call.number("maxResults", _MOST), _MOST)
    members = sorted(call.site.names.groups[name], key=lambda id_: call.site.names.accounts[id_].name)
    values = [user(call, id_) for id_ in members[start : start + limit]]
    last = start + limit >= len(members)
    here = call.url(f"group/member?groupname={name}&maxResults={limit}&startAt={start}")
    page = {"self": here, "maxResults": limit, "startAt": start, "total": len(members), "isLast": last}
    return Answer(page | {"values": values})


OPERATIONS: tuple[Operation, ...] = (("GET", "/group/member", _members),)
