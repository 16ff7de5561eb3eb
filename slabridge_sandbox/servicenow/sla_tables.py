"""The tables of the SLA engine."""

from slabridge_sandbox.servicenow.table import SYSTEM, Table, columns

SLA_TABLES = (
    Table("cmn_schedule", columns(f"{SYSTEM}, name string, time_zone string"), "name"),
    Table(
        "contract_sla",
        columns(
            f"""{SYSTEM}, name string, active boolean, collection string, type string, target string,
            duration glide_duration, schedule_source string, schedule reference:cmn_schedule,
            start_condition string, stop_condition string, pause_condition string, resume_condition string,
            reset_condition string, cancel_condition string, when_to_cancel string, when_to_resume string,
            reset_action string, retroactive boolean, retroactive_pause boolean, set_start_to string,
            condition_class string"""
        ),
        "name",
    ),
    Table(
        "task_sla",
        columns(
            f"""{SYSTEM}, task reference:task, sla reference:contract_sla, stage string, active boolean,
            has_breached boolean, start_time glide_date_time, end_time glide_date_time,
            planned_end_time glide_date_time, original_breach_time glide_date_time, pause_time glide_date_time,
            pause_duration glide_duration, business_pause_duration glide_duration, duration glide_duration,
            business_duration glide_duration, percentage string, business_percentage string,
            time_left glide_duration, business_time_left glide_duration, schedule reference:cmn_schedule"""
        ),
        "sys_id",
        (("task",),),
    ),
)
