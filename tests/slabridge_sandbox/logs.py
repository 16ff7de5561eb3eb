"""Small logs in the form of the real one, written by tests."""

from pathlib import Path

HEADING = (
    "number,event_seq,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_by,"
    "opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,subcategory,"
    "u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,"
    "problem_id,rfc,vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at"
)
COLUMNS = HEADING.split(",")
OPENED = {
    "number": "INC0000001",
    "incident_state": "New",
    "caller_id": "Caller 1",
    "opened_by": "Opened by 8",
    "opened_at": "2016-03-01 08:00:00",
    "sys_updated_by": "Updated by 21",
    "sys_updated_at": "2016-03-01 08:07:00",
    "contact_type": "Phone",
    "location": "Location 143",
    "category": "Category 55",
    "impact": "2 - Medium",
    "urgency": "2 - Medium",
    "priority": "3 - Moderate",
    "assignment_group": "Group 56",
    "closed_code": "code 5",
    "resolved_by": "Resolved by 149",
    "resolved_at": "2016-03-02 11:29:00",
    "closed_at": "2016-03-07 12:00:00",
}
"""The first row of an incident that the log knows the end of, as it does on every row."""


def history(number: str, *updates: dict[str, str], **opened: str) -> list[dict[str, str]]:
    """Return the rows of an incident: the first row, and each update upon the one before."""
    rows = [OPENED | {"number": number} | opened]
    for update in updates:
        rows.append(rows[-1] | update)
    return rows


def write(path: Path, *histories: list[dict[str, str]]) -> Path:
    lines = [HEADING]
    lines += [",".join(row.get(column, "") for column in COLUMNS) for rows in histories for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


WORKED = history(
    "INC0000001",
    {"sys_updated_at": "2016-03-01 08:30:00", "incident_state": "Active", "assigned_to": "Resolver 3"},
    {"sys_updated_at": "2016-03-01 09:00:00", "assignment_group": "Group 24", "assigned_to": ""},
    {"sys_updated_at": "2016-03-01 09:00:00", "incident_state": "Awaiting User Info", "priority": "2 - High"},
    {"sys_updated_at": "2016-03-01 09:30:00"},
    {"sys_updated_at": "2016-03-02 11:29:00", "incident_state": "Resolved", "sys_updated_by": "Updated by 642"},
    {"sys_updated_at": "2016-03-03 10:00:00", "incident_state": "Active"},
    {"sys_updated_at": "2016-03-03 11:00:00", "incident_state": "Resolved"},
    {"sys_updated_at": "2016-03-08 11:00:00", "incident_state": "Closed", "sys_updated_by": "Updated by 908"},
)
