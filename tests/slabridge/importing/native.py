"""Rows of a ServiceNow for a test, and what they are translated to."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from slabridge.config import Connection, load_definitions
from slabridge.config.config import read_connection
from slabridge.importing.document import Imported
from slabridge.importing.finding import Kind
from slabridge.importing.servicenow.translate import translate
from slabridge.importing.wanted import Horizon, Wanted
from tests.places import CHECKOUT

HORIZON = Horizon(date(2026, 1, 1), date(2028, 12, 31), date(2026, 3, 2))
OFFICE = "0" * 31 + "1"

DEFINITION = {
    "name": "Resolution",
    "active": "true",
    "collection": "incident",
    "type": "SLA",
    "target": "resolution",
    "duration": "1970-01-01 08:00:00",
    "duration_type": "",
    "schedule": "",
    "schedule_source": "no_schedule",
    "timezone": "",
    "timezone_source": "task.caller_id.time_zone",
    "start_condition": "stateNOT IN6,7^EQ",
    "stop_condition": "stateIN6,7^EQ",
    "pause_condition": "",
    "resume_condition": "",
    "reset_condition": "",
    "cancel_condition": "",
    "condition_class": "",
    "reset_action": "cancel",
    "when_to_cancel": "no_match",
    "when_to_resume": "no_match",
    "retroactive": "false",
    "retroactive_pause": "true",
    "set_start_to": "",
}


def connection() -> Connection:
    """Return the ServiceNow of the example configuration."""
    path = CHECKOUT / "config.example.toml"
    return read_connection(tomllib.loads(path.read_text()), path, "snow")[0]


def definition(**columns: str) -> dict[str, str]:
    return {**DEFINITION, **columns}


def imported(
    *definitions: Mapping[str, str],
    spans: Sequence[Mapping[str, str]] = (),
    zone: str = "UTC",
    timezone: str = "",
    words: bool = True,
    horizon: Horizon = HORIZON,
    **tables: Sequence[Mapping[str, str]],
) -> Imported:
    """Translate definitions; `spans` are those of the schedule OFFICE, in a zone."""
    schedule = {"sys_id": OFFICE, "name": "Office", "time_zone": zone, "parent": ""}
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "contract_sla": definitions,
        "cmn_schedule": [schedule],
        "cmn_schedule_span": [{"schedule": OFFICE, **one} for one in spans],
        **tables,
    }
    found = translate(rows, {}, Wanted(connection() if words else None, horizon, timezone))
    if found.paths("agreements"):
        load_definitions(tomllib.loads(found.text))
    return found


def scheduled(**columns: str) -> dict[str, str]:
    """Return a definition that counts by the schedule OFFICE."""
    return definition(schedule=OFFICE, schedule_source="sla_definition", **columns)


def table(found: Imported, *path: str) -> Any:  # noqa: ANN401 - TOML
    """Return what stands at a path of the document."""
    at: Any = tomllib.loads(found.text)
    for key in path:
        at = at[key]
    return at


def refused(found: Imported) -> list[tuple[str, str]]:
    """Return (column, why) of what could not be translated."""
    return [(one.column, one.why) for one in found.findings if one.kind is Kind.UNTRANSLATED]


def said(found: Imported, kind: Kind) -> list[str]:
    """Return why there are findings of a kind about definitions, schedules and words."""
    return [one.why for one in found.findings if one.kind is kind and one.subject != "connection"]
