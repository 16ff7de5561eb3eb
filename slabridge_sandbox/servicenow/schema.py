"""The tables of the instance, and the SQL that holds them.

An empty value is NULL here and "" on the wire. Integers are stored as such; everything else is text: instants as
`2026-03-02 08:00:00` UTC, durations as that long after 1970 began, booleans as `true` and `false`, references as the
sys_id they point to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.metric import METRIC_TABLES
from slabridge_sandbox.servicenow.sla_tables import SLA_TABLES
from slabridge_sandbox.servicenow.table import CREATED, SYSTEM, Table, columns, quoted
from slabridge_sandbox.servicenow.task import RESULT_COLUMNS, TASK_TABLES


def _named(name: str, extra: str = "") -> Table:
    """Return a table of things that have names and that other records point to."""
    return Table(name, columns(f"{SYSTEM}, name string {extra}"), "name", (("name",),))


TABLES = {
    table.name: table
    for table in (
        *TASK_TABLES,
        *METRIC_TABLES,
        *SLA_TABLES,
        Table(
            "u_slabridge_result",
            columns(f"{SYSTEM}, u_task reference:task, {RESULT_COLUMNS}"),
            "u_task",
            (("u_task",), ("sys_updated_on", "sys_id")),
        ),
        Table(
            "sys_audit",
            columns(
                f"{CREATED}, tablename string, fieldname string, documentkey GUID, oldvalue string, newvalue string,"
                "user string, reason string, record_checkpoint integer"
            ),
            "fieldname",
            (("documentkey",),),
            read_only=True,
        ),
        Table(
            "sys_audit_delete",
            columns(f"{SYSTEM}, tablename string, documentkey GUID, display_value string, user string"),
            "documentkey",
            (("tablename", "sys_created_on"),),
            read_only=True,
        ),
        Table(
            "sys_journal_field",
            columns(f"{CREATED}, name string, element string, element_id GUID, value string"),
            "element",
            (("element_id",), ("sys_created_on",)),
            read_only=True,
        ),
        Table(
            "sys_email",
            columns(f"{CREATED}, recipients string, subject string, body string, target_table string, instance GUID"),
            "subject",
            (("instance",),),
            read_only=True,
        ),
        Table(
            "sys_choice",
            columns(
                f"{SYSTEM}, name string, element string, value string, label string, language string,"
                "sequence integer, inactive boolean"
            ),
            "label",
            (("name", "element", "value"),),
        ),
        Table(
            "sys_dictionary",
            columns(
                f"{SYSTEM}, name string, element string, column_label string, internal_type string,"
                "reference string, choice integer, audit boolean, active boolean"
            ),
            "element",
            read_only=True,
        ),
        Table(
            "sys_db_object",
            columns(f"{SYSTEM}, name string, label string, super_class reference:sys_db_object"),
            "label",
        ),
        _named("sys_user", ", user_name string, email string, time_zone string, active boolean"),
        Table(
            "sys_documentation",
            columns(f"{SYSTEM}, name string, element string, language string, label string, plural string"),
            "label",
        ),
        Table("sys_choice_set", columns(f"{SYSTEM}, name string, element string"), "element"),
        _named("sys_user_role", ", description string"),
        Table(
            "sys_security_acl",
            columns(f"{SYSTEM}, name string, operation string, type string, active boolean, decision_type string"),
            "name",
            (("name",),),
        ),
        Table(
            "sys_security_acl_role",
            columns(f"{SYSTEM}, sys_security_acl reference:sys_security_acl, sys_user_role reference:sys_user_role"),
            "sys_user_role",
        ),
        Table("sys_ui_list", columns(f"{SYSTEM}, name string, view string"), "name"),
        Table("sys_ui_list_element", columns(f"{SYSTEM}, element string, position integer, list_id string"), "element"),
        Table("sys_ui_section", columns(f"{SYSTEM}, name string, view string, caption string"), "name"),
        Table(
            "sys_ui_element", columns(f"{SYSTEM}, element string, position integer, sys_ui_section string"), "element"
        ),
        _named("sys_user_group", ", manager reference:sys_user, active boolean"),
        Table(
            "sys_user_grmember",
            columns(f"{SYSTEM}, group reference:sys_user_group, user reference:sys_user"),
            "user",
            (("group",), ("user",)),
        ),
        _named("cmn_location"),
        _named("cmdb_ci"),
        _named("cmdb_ci_service"),
        Table(
            "cmdb_ci_outage",
            columns(
                f"""{SYSTEM}, number string, cmdb_ci reference:cmdb_ci, type string choice, begin glide_date_time,
                end glide_date_time, short_description string, task_number reference:task"""
            ),
            "number",
            (("cmdb_ci",),),
        ),
        Table(
            "cmdb_outage_ci_mtom",
            columns(f"{SYSTEM}, ci_item reference:cmdb_ci, outage reference:cmdb_ci_outage"),
            "outage",
            (("ci_item",),),
        ),
        _named("core_company"),
        _named("asmt_metric_type"),
        _named("asmt_metric", ", metric_type reference:asmt_metric_type"),
        Table(
            "asmt_assessment_instance",
            columns(
                f"""{SYSTEM}, number string, metric_type reference:asmt_metric_type, task_id reference:task,
                user reference:sys_user, state string choice, taken_on glide_date_time"""
            ),
            "number",
            (("metric_type", "taken_on"), ("metric_type", "sys_created_on")),
        ),
        Table(
            "asmt_assessment_instance_question",
            columns(
                f"""{SYSTEM}, instance reference:asmt_assessment_instance, metric reference:asmt_metric, value string,
                string_value string"""
            ),
            "instance",
            (("instance",),),
        ),
    )
}


def own_tables() -> dict[str, Table]:
    """Return the tables that a new instance has, to be changed by it alone."""
    return {name: replace(table, columns=dict(table.columns)) for name, table in TABLES.items()}


def table_named(tables: Mapping[str, Table], name: str) -> Table:
    """Return a table, or refuse one that the instance does not have."""
    if name not in tables:
        raise ApiError(400, f"Invalid table {name}")
    return tables[name]


SQL_TYPES = {"integer": "INTEGER", "string": "TEXT COLLATE NOCASE"}


def statements() -> Iterator[str]:
    """Return the SQL that makes the tables. Texts compare without regard to case, as they do in ServiceNow."""
    views = []
    for table in TABLES.values():
        if table.view or table.extends:
            views.append(table.view_sql)
            continue
        held = [each.columns for each in TABLES.values() if each.storage == table.name]
        kept = {column.name: column.kind for each in held for column in each.values()}
        entries = ", ".join(
            f'"{name}" {SQL_TYPES.get(kind, "TEXT")}' for name, kind in kept.items() if kind != "journal_input"
        )
        key = "" if table.read_only else ", PRIMARY KEY (sys_id)"
        yield f"CREATE TABLE {table.name} ({entries}{key})"
        for index in table.indexes:
            yield f"CREATE INDEX {table.name}_{'_'.join(index)} ON {table.name} ({quoted(index)})"
    yield from views
