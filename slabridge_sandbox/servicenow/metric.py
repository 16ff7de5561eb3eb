"""Metrics: how long a field had which value ("Field value duration").

Instances are worked out from the audit trail whenever they are read. They begin with the ticket; a field that is empty
has none.
"""

from slabridge_sandbox.servicenow.table import SYSTEM, Table, columns

METRICS = {
    "assignment_group": "Assignment group duration",
    "assigned_to": "Assigned to duration",
    "state": "Incident state duration",
}
"""By field of incident, the name of its metric."""

_NEXT = (
    "(SELECT n.sys_created_on FROM sys_audit AS n WHERE n.documentkey = {key} AND n.fieldname = d.field"
    " AND n.record_checkpoint > {after} ORDER BY n.record_checkpoint LIMIT 1)"
)
_FIRST = (
    "(SELECT f.oldvalue FROM sys_audit AS f WHERE f.documentkey = t.sys_id AND f.fieldname = d.field"
    " ORDER BY f.record_checkpoint LIMIT 1)"
)
_HELD = " ".join(f"WHEN '{field}' THEN CAST(t.{field} AS TEXT)" for field in METRICS)
_SPANS = f"""
    SELECT t.sys_id AS id, d.sys_id AS definition, d.rowid AS place, 0 AS checkpoint, d.field AS field,
    coalesce({_FIRST}, CASE d.field {_HELD} END, '') AS field_value, t.sys_created_on AS start,
    {_NEXT.format(key="t.sys_id", after=-1)} AS end
    FROM task AS t JOIN metric_definition AS d ON d."table" = t.sys_class_name
    UNION ALL
    SELECT a.documentkey, d.sys_id, d.rowid, a.record_checkpoint, d.field, a.newvalue, a.sys_created_on,
    {_NEXT.format(key="a.documentkey", after="a.record_checkpoint")}
    FROM sys_audit AS a JOIN metric_definition AS d ON d.field = a.fieldname AND d."table" = a.tablename
"""  # noqa: S608 - names of the schema
_VIEW = f"""
    SELECT printf('%s%02x%06x', substr(s.id, 1, 24), s.place, s.checkpoint) AS sys_id, s.start AS sys_created_on,
    'system' AS sys_created_by, coalesce(s.end, s.start) AS sys_updated_on, 'system' AS sys_updated_by,
    s.end IS NOT NULL AS sys_mod_count, s.id AS id, s.definition AS definition, s.field AS field,
    s.field_value AS field_value,
    coalesce((SELECT name FROM sys_user_group WHERE sys_id = s.field_value),
        (SELECT name FROM sys_user WHERE sys_id = s.field_value),
        (SELECT label FROM sys_choice WHERE name = 'incident' AND element = s.field AND value = s.field_value),
        s.field_value) AS value,
    s.start AS start, s.end AS end, datetime(strftime('%s', s.end) - strftime('%s', s.start), 'unixepoch') AS duration,
    iif(s.end IS NULL, 'false', 'true') AS calculation_complete
    FROM ({_SPANS}) AS s WHERE s.field_value <> ''
"""  # noqa: S608 - names of the schema

METRIC_TABLES = (
    Table(
        "metric_definition",
        columns(f"{SYSTEM}, name string, table string, field string, type string choice, active boolean"),
        "name",
    ),
    Table(
        "metric_instance",
        columns(
            f"{SYSTEM}, id GUID, definition reference:metric_definition, field string, field_value string,"
            "value string, start glide_date_time, end glide_date_time, duration glide_duration,"
            "calculation_complete boolean"
        ),
        "value",
        read_only=True,
        view=_VIEW,
    ),
)
