"""SLA definitions (contract_sla)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from slabridge_sandbox.duration import parse_duration
from slabridge_sandbox.hours import SERVICE_DESK
from slabridge_sandbox.instant import instant_of
from slabridge_sandbox.servicenow.date_time import stamp_of
from slabridge_sandbox.servicenow.record import Record, identify
from slabridge_sandbox.servicenow.relative import Relative


@dataclass(frozen=True, slots=True)
class SlaDefinition:
    """An SLA definition. `duration` is ms of working time; conditions are encoded queries, "" never matches."""

    sys_id: str
    name: str
    duration: int
    schedule: str
    start: str
    stop: str
    pause: str
    resume: str
    reset: str
    cancel: str
    when_to_cancel: str
    when_to_resume: str
    reset_action: str
    start_from: str
    """The field of the task that a retroactive start is taken from, "" where it is not retroactive."""
    retroactive_pause: bool = False
    """Whether the pauses between such a start and the attaching are looked up in the history."""
    relative: Relative | None = None
    """A relative duration, which never pauses, instead of `duration`."""

    @classmethod
    def of(
        cls, row: Mapping[str, str], schedules: Mapping[str, str], relative: Mapping[str, Relative]
    ) -> "SlaDefinition":
        """Read a record, empty values as ""; `schedules` has names and `relative` relative durations by sys_id."""
        scheduled = row["schedule_source"] != "no_schedule"
        return cls(
            sys_id=row["sys_id"],
            name=row["name"],
            duration=read_stamp(row["duration"] or stamp_of(0)),
            schedule=schedules.get(row["schedule"], "") if scheduled else "",
            start=row["start_condition"],
            stop=row["stop_condition"],
            pause=row["pause_condition"],
            resume=row["resume_condition"],
            reset=row["reset_condition"],
            cancel=row["cancel_condition"],
            when_to_cancel=row["when_to_cancel"] or "on_condition",
            when_to_resume=row["when_to_resume"] or "on_condition",
            reset_action=row["reset_action"] or "cancel",
            start_from=row["set_start_to"] if row["retroactive"] == "true" else "",
            retroactive_pause=row["retroactive"] == row["retroactive_pause"] == "true",
            relative=relative.get(row["duration_type"]),
        )


def read_stamp(text: str) -> int:
    """Return a stored instant or duration in ms: `1970-01-01 08:00:00` is eight hours."""
    return instant_of(datetime.fromisoformat(f"{text}+00:00"))


_OPEN, _ENDED, _WAITING = "stateNOT IN6,7", "stateIN6,7", "stateIN4,5"
_PRIORITIES = {"P1": "priority=1", "P2": "priority=2", "P3": "priority=3", "P4": "priorityNOT IN1,2,3"}
_RESPONSE = {"P1": "15m", "P2": "30m", "P3": "4h", "P4": "8h"}
_RESOLUTION = {"P1": "4h", "P2": "8h", "P3": "36h", "P4": "60h"}
_ALWAYS = {"P1", "P2"}


def defaults() -> list[Record]:
    """Return the definitions of a new instance: the example agreement, cut by priority as ServiceNow wants it."""
    return [
        *(
            _record(f"{p} response", "response", duration, SERVICE_DESK)
            | {"start_condition": f"state=1^{_PRIORITIES[p]}", "stop_condition": "state!=1"}
            for p, duration in _RESPONSE.items()
        ),
        *(
            _record(f"{p} resolution", "resolution", duration, "" if p in _ALWAYS else SERVICE_DESK)
            | {"start_condition": f"{_OPEN}^{_PRIORITIES[p]}", "stop_condition": _ENDED, "pause_condition": _WAITING}
            for p, duration in _RESOLUTION.items()
        ),
    ]


def _record(name: str, target: str, duration: str, schedule: str) -> Record:
    return {
        "sys_id": identify("contract_sla", name),
        "sys_mod_count": 0,
        "name": name,
        "active": "true",
        "collection": "incident",
        "type": "SLA",
        "target": target,
        "duration": stamp_of(parse_duration(duration)),
        "relative_duration_works_on": "Task record",
        "timezone_source": "task.caller_id.time_zone",
        "schedule_source": "sla_definition" if schedule else "no_schedule",
        "schedule": identify("cmn_schedule", schedule) if schedule else None,
        "when_to_cancel": "no_match",
        "when_to_resume": "no_match",
        "reset_action": "cancel",
        "retroactive": "false",
        "retroactive_pause": "false",
    }
