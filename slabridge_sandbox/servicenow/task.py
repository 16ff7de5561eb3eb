"""Tasks: the classes of tickets, what they have in common and where they differ.

The records of all classes stand in one SQL table `task`, as they do in ServiceNow; a class is a view of it.
"""

from slabridge_sandbox.servicenow.table import SYSTEM, Table, columns

RESULT_COLUMNS = """u_sla_status string, u_sla_due glide_date_time, u_sla_breached_at glide_date_time,
    u_sla_holder string, u_ola_status string, u_ola_due glide_date_time, u_ola_breached_at glide_date_time,
    u_ola_holder string"""
"""The columns that the example configuration writes."""

_TASK = f"""{SYSTEM}, number string, sys_class_name string choice, state integer choice, active boolean,
    priority integer choice, impact integer choice, urgency integer choice, escalation integer,
    assignment_group reference:sys_user_group, assigned_to reference:sys_user, opened_by reference:sys_user,
    opened_at glide_date_time, closed_by reference:sys_user, closed_at glide_date_time, close_notes string,
    short_description string, description string, contact_type string choice, location reference:cmn_location,
    cmdb_ci reference:cmdb_ci, business_service reference:cmdb_ci_service, company reference:core_company,
    parent reference:task, correlation_id string, correlation_display string,
    due_date glide_date_time, calendar_duration glide_duration,
    business_duration glide_duration, reassignment_count integer, made_sla boolean, sla_due glide_date_time,
    knowledge boolean, {RESULT_COLUMNS}, comments journal_input, work_notes journal_input"""

_CLASSES = {
    "incident": """resolved_by reference:sys_user, resolved_at glide_date_time, close_code string choice,
        caller_id reference:sys_user, category string choice, subcategory string choice,
        vendor reference:core_company, problem_id reference:problem, rfc reference:change_request,
        caused_by reference:change_request, reopen_count integer, notify string choice, u_symptom string,
        u_priority_confirmation boolean""",
    "sc_req_item": "requested_for reference:sys_user, stage string, quantity integer",
    "problem": "resolved_by reference:sys_user, resolved_at glide_date_time, known_error boolean",
    "change_request": "requested_by reference:sys_user, type string, start_date glide_date_time,"
    "end_date glide_date_time",
    "sn_hr_core_case": "opened_for reference:sys_user, subject_person reference:sys_user",
}

PREFIXES = {
    "task": "TASK",
    "incident": "INC",
    "sc_req_item": "RITM",
    "problem": "PRB",
    "change_request": "CHG",
    "sn_hr_core_case": "HRC",
}
"""By class, how its numbers begin."""
FIRST_STATES = {"problem": 101, "change_request": -5, "sn_hr_core_case": 10}
"""By class, the state that a new record has; 1 in others."""
RESOLVED_STATES = {"incident": {6}, "problem": {106}}
CLOSED_STATES = {
    "task": {3, 4, 7},
    "incident": {7},
    "sc_req_item": {3, 4, 7},
    "problem": {107},
    "change_request": {3, 4},
    "sn_hr_core_case": {3, 4, 7},
}
REQUESTERS = ("caller_id", "requested_for", "requested_by", "opened_for")
"""The fields of the classes that say whom a task is for."""

TASK_TABLES = (
    Table(
        "task",
        columns(_TASK),
        "number",
        (("sys_updated_on", "sys_id", "sys_class_name"), ("number",), ("sys_created_on",), ("opened_at",)),
        audited=True,
    ),
    *(
        Table(name, columns(f"{_TASK}, {own}"), "number", audited=True, extends="task")
        for name, own in _CLASSES.items()
    ),
)
