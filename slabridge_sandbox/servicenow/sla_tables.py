"""The tables of the SLA engine."""

from slabridge_sandbox.servicenow.table import SYSTEM, Table, columns

SLA_TABLES = (
    Table(
        "cmn_schedule",
        columns(f"{SYSTEM}, name string, time_zone string, type string, parent reference:cmn_schedule"),
        "name",
    ),
    Table(
        "cmn_schedule_span",
        columns(
            f"""{SYSTEM}, schedule reference:cmn_schedule, name string, type string, show_as string, all_day boolean,
            start_date_time string, end_date_time string, repeat_type string, repeat_count integer, repeat_until string,
            days_of_week string, monthly_type string, yearly_type string, float_week string, float_day string,
            month string, override_start_date string, parent reference:cmn_schedule_span, notes string"""
        ),
        "name",
        (("schedule",),),
    ),
    Table(
        "cmn_other_schedule",
        columns(
            f"""{SYSTEM}, schedule reference:cmn_schedule, child_schedule reference:cmn_schedule, type string,
            time_zone string"""
        ),
        "child_schedule",
        (("schedule",),),
    ),
    Table("cmn_relative_duration", columns(f"{SYSTEM}, name string, script string"), "name"),
    Table(
        "contract_sla",
        columns(
            f"""{SYSTEM}, name string, active boolean, collection string, type string, target string,
            duration glide_duration, duration_type reference:cmn_relative_duration, relative_duration_works_on string,
            schedule_source string, schedule reference:cmn_schedule, schedule_source_field string,
            timezone string, timezone_source string,
            start_condition string, stop_condition string, pause_condition string, resume_condition string,
            reset_condition string, cancel_condition string, when_to_cancel string, when_to_resume string,
            reset_action string, retroactive boolean, retroactive_pause boolean, set_start_to string,
            condition_class string, adv_condition_type string, flow string, workflow string,
            vendor reference:core_company,
            enable_logging boolean, sys_overrides reference:contract_sla"""
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
