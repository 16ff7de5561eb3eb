"""ServiceNow's own SLAs: rows of task_sla as native clocks.

A row's figures are as of its last save, which for a running one may be days ago. Its sys_id is no key: SLA repair
replaces rows. What ServiceNow calls breach time is `planned_end_time`; there is no column `breach_time`.
"""

from collections.abc import Iterator, Sequence

import structlog

from connectors.errors import Refused
from connectors.interface import NativeClock
from connectors.servicenow import stamp
from connectors.servicenow.page import Record
from connectors.servicenow.records import Records

log = structlog.get_logger(__name__)

_FIELDS = (
    *(
        "task",
        "sla",
        "sla.name",
        "sla.type",
        "sla.duration",
        "sla.duration_type",
        "sla.retroactive",
        "sla.condition_class",
    ),
    *("stage", "active", "has_breached", "start_time", "end_time", "planned_end_time", "schedule", "schedule.name"),
    *("duration", "pause_duration", "business_duration", "business_pause_duration", "sys_updated_on"),
)
_NEEDED = ("task", "sla", "sla.name", "stage", "start_time", "sys_updated_on")
_STAGES = {
    "in_progress": "running",
    "breached": "running",
    "paused": "paused",
    "completed": "completed",
    "achieved": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
"""`breached` and `achieved` are from instances with `com.snc.sla.compatibility.breach`."""
_KINDS = {"sla": "sla", "ola": "ola", "underpinning contract": "uc", "underpinning_contract": "uc"}
_USUAL = {"", "SLAConditionBase", "SLAConditionSimple"}
"""The condition classes whose meaning is known."""


def read_clocks(records: Records, tickets: Sequence[str], name: str) -> Iterator[NativeClock]:
    """Read the rows of these tasks; `name` is the connection's.

    Raises:
        Refused: task_sla, or a field that is needed, cannot be read.
    """
    seen: set[tuple[str, ...]] = set()
    warned: set[str] = set()
    for row in records.select("task_sla", "task", tickets, _FIELDS, complete=True):
        _check(row, name)
        # A repair that goes on meanwhile shows a row twice, under two sys_ids.
        key = tuple(str(row.get(field, "")) for field in ("task", "sla", "start_time", "stage", "end_time"))
        if key in seen:
            continue
        seen.add(key)
        if row["sla"] not in warned and row.get("sla.condition_class", "") not in _USUAL:
            warned.add(row["sla"])
            log.warning(
                "an SLA definition decides by a script of its own: differences cannot be explained",
                connection=name,
                definition=row["sla.name"],
                condition_class=row["sla.condition_class"],
            )
        try:
            yield _clock(row)
        except ValueError as error:
            log.warning("a row of task_sla cannot be read", connection=name, ticket=row["task"], reason=str(error))


def _check(row: Record, name: str) -> None:
    absent = [field for field in _NEEDED if field not in row]
    if absent:
        table = "contract_sla" if absent[0].startswith("sla.") else "task_sla"
        raise Refused(
            f"{name}: the account may not read {absent[0]} of task_sla; give it read access to the fields of {table}"
        )


def _clock(row: Record) -> NativeClock:
    """Return a row as a clock.

    Raises:
        ValueError: it holds no instant, duration or stage where one belongs.
    """
    scheduled = bool(row.get("schedule"))
    stage = str(row["stage"]).strip().lower().replace(" ", "_")
    if stage not in _STAGES:
        raise ValueError(f"stage is {stage[:40]!r}, which is none of ServiceNow's")
    known = _STAGES[stage]
    if stage == "breached" and row.get("active") == "false":
        known = "completed"
    kind = str(row.get("sla.type", "")).strip().lower()
    return NativeClock(
        ticket=row["task"],
        name=row["sla.name"],
        kind=_KINDS.get(kind, kind or "sla"),
        stage=known,
        started_at=stamp.instant_of(row["start_time"], "start_time"),
        stopped_at=_instant(row, "end_time"),
        due_at=_instant(row, "planned_end_time"),
        breached=row.get("has_breached") == "true",
        elapsed=_duration(row, "business_duration" if scheduled else "duration") or 0,
        target=None if row.get("sla.duration_type") else _duration(row, "sla.duration") or None,
        paused=_duration(row, "business_pause_duration" if scheduled else "pause_duration"),
        calculated_at=stamp.instant_of(row["sys_updated_on"], "sys_updated_on"),
        calendar=row.get("schedule.name", "") or (row.get("schedule", "") if scheduled else ""),
        retroactive=row.get("sla.retroactive") == "true",
    )


def _instant(row: Record, field: str) -> int | None:
    return stamp.instant_of(row[field], field) if row.get(field) else None


def _duration(row: Record, field: str) -> int | None:
    """Return a duration in ms, which is stored as an instant after 1970-01-01 00:00:00; None where there is none."""
    return _instant(row, field)
