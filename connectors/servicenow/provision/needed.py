"""What the account has to read, by the settings: the tables of docs/servicenow.md."""

from collections.abc import Iterable

from connectors.servicenow.settings import ServiceNowSettings

_HISTORY = {
    "sys_audit": ("sys_audit",),
    "metric_instance": ("metric_definition", "metric_instance"),
    "observed": (),
}


def read_tables(settings: ServiceNowSettings, referred: Iterable[str]) -> list[str]:
    """Return the tables that are read; `referred` are those that mapped fields refer to."""
    rosters = (settings.agents, settings.not_agents)
    return list(
        dict.fromkeys(
            [
                settings.table,
                "sys_user",
                *(table for table in referred if table),
                *_HISTORY[settings.history],
                *(["sys_journal_field"] if settings.comments else []),
                *(["sys_user_grmember"] if any(roster.groups for roster in rosters) else []),
                *("sys_choice", "sys_db_object", "sys_dictionary"),
            ]
        )
    )
