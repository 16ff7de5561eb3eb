"""The statuses of a project's workflows, by issue type."""

from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem
from slabridge_sandbox.jira.values import issue_type, status


def _statuses(call: Call) -> Answer:
    known = call.site.names.project(call.path["project"])
    if known is None or not call.site.permissions.holds("BROWSE_PROJECTS", known.id):
        raise Problem(404, f"No project could be found with key '{call.path['project']}'.")
    statuses = [status(call, id_) for id_ in sorted(call.site.names.statuses)]
    return Answer([issue_type(call, id_) | {"statuses": statuses} for id_ in call.site.names.issue_types])


OPERATIONS: tuple[Operation, ...] = (("GET", "/project/{project}/statuses", _statuses),)
