"""SLA definitions of ServiceNow with all that they name: schedules, their entries and children, relative durations.

An entry that access rules hide would make another calendar of a schedule, so all is read, or nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from connectors.errors import Refused
from connectors.interface import NativeDefinitions
from connectors.servicenow import query
from connectors.servicenow.page import Record
from connectors.servicenow.pull.names import Names
from connectors.servicenow.records import Records

DEFINITION = (
    *("name", "active", "collection", "type", "target", "duration", "duration_type", "relative_duration_works_on"),
    *("schedule", "schedule_source", "schedule_source_field", "timezone", "timezone_source"),
    *("start_condition", "stop_condition", "pause_condition", "resume_condition", "reset_condition"),
    *("cancel_condition", "adv_condition_type", "advanced_condition_type", "reset_action", "when_to_cancel"),
    *("condition_class", "condition_class.name", "condition_class.class_name", "when_to_resume"),
    *("retroactive", "retroactive_pause", "set_start_to", "flow", "workflow", "vendor", "service_commitment"),
    *("sys_overrides", "sys_domain"),
)
_SCHEDULE = ("name", "time_zone", "type", "parent")
_SPAN = (
    *("schedule", "name", "type", "all_day", "start_date_time", "end_date_time", "repeat_type", "repeat_count"),
    *("repeat_until", "days_of_week", "monthly_type", "yearly_type", "float_week", "float_day", "month"),
    "override_start_date",
)
_LINK = ("schedule", "child_schedule", "type", "time_zone")
_COMPARED = re.compile(r"(?:^|\^)(?:OR|NQ)?([a-z_][a-z0-9_]*)(?:=|!=|IN|NOT IN|CHANGESFROM|CHANGESTO)([^^=<>!]+)")
_ROWS = 3_000


def read_definitions(records: Records, table: str, names: Names) -> NativeDefinitions:
    """Read the active definitions for a table, and what they name.

    Raises:
        Refused: a table, or some of its rows, cannot be read; which permission is missing.
    """

    def rows(of: str, field: str, values: Collection[str], fields: Sequence[str]) -> list[Record]:
        return list(records.select(of, field, list(values), fields, complete=True)) if values else []

    only = {"active": ["true"]}
    found = list(records.select("contract_sla", "collection", [table], DEFINITION, where=only, complete=True))
    schedules = _ids(found, "schedule")
    links: dict[str, Record] = {}
    asked: set[str] = set()
    while new := schedules - asked:
        asked |= new
        links |= {row["sys_id"]: row for row in rows("cmn_other_schedule", "schedule", new, _LINK)}
        schedules |= _ids(links.values(), "child_schedule")
    tables = {
        "contract_sla": found,
        "cmn_schedule": rows("cmn_schedule", "sys_id", schedules, _SCHEDULE),
        "cmn_schedule_span": rows("cmn_schedule_span", "schedule", schedules, _SPAN),
        "cmn_other_schedule": list(links.values()),
        "cmn_relative_duration": rows(
            "cmn_relative_duration", "sys_id", _ids(found, "duration_type"), ("name", "script")
        ),
    }
    return NativeDefinitions(tables, dict(_named(found, names)))


def ended(records: Records, table: str, most: int, name: str) -> list[str]:
    """Return the tasks of a table whose SLAs ended last, the last first.

    Raises:
        Refused: task_sla cannot be read as it is asked for.
    """
    fields = ("task", "active", "sla.collection", "end_time")
    wanted = query.joined(query.among("sla.collection", [table]), "active=false^ORDERBYDESCend_time")
    page = records.page("task_sla", wanted, fields, limit=_ROWS)
    if any(row.get("active") != "false" or row.get("sla.collection") != table for row in page.rows):
        raise Refused(
            f"{name}: task_sla ignores a condition; may the account read active, and collection of contract_sla?"
        )
    return list(dict.fromkeys(row["task"] for row in page.rows if query.SYS_ID.fullmatch(row.get("task", ""))))[:most]


def compared(rows: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Yield (field, code) of what the conditions of definitions compare with."""
    for row in rows:
        for column in DEFINITION:
            if column.endswith("_condition"):
                for field, codes in _COMPARED.findall(str(row.get(column, ""))):
                    yield from ((field, code) for code in codes.split(","))


def _ids(rows: Iterable[Record], field: str) -> set[str]:
    return {row[field] for row in rows if query.SYS_ID.fullmatch(row.get(field, ""))}


def _named(rows: Iterable[Record], names: Names) -> Iterator[tuple[tuple[str, str], str]]:
    pairs = list(dict.fromkeys(compared(rows)))
    names.look_up(pairs)
    for field, code in pairs:
        yield from (((field, code), value.name) for value in names.values(field, code))
