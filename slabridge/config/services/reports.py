"""[reports]: how figures are counted (docs/reports.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.condition import Condition
from sla_engine.instant import HOUR
from slabridge.config.agreements.condition import read_condition
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import RealTime, RealTimeOrNone, check_field, one_of, shape
from slabridge.text.language import Shown

Basis = Literal["decided", "stopped", "started", "due"]
Form = Literal["json", "html", "pdf", "xlsx"]


@dataclass(frozen=True, slots=True)
class Send:
    """Where runs write the report of each period when it is over: a folder, relative to that of the file."""

    folder: str
    form: Form = "html"
    period: Literal["month", "quarter", "year"] = "month"


@dataclass(frozen=True, slots=True)
class ReportRules:
    """How figures are counted. Durations are ms.

    `closing` is how long late facts are waited for after a period. `counts` says in which period a cycle counts.
    `resolved` holds in all states that come after the work, `waiting` where somebody else is waited for, `incident` on
    incidents; `fault` are the fields that tickets of one fault share, of which there are at least `fault_min`.
    `first_contact` is the working time within which a ticket of the first contact is resolved, `root_cause` the field
    with the text that a report shows beside a breach, `approved_by` the one that says
    who approved an exclusion. `language` is that in which reports are shown.
    """

    closing: int = 0
    counts: Basis = "decided"
    resolved: Condition | None = None
    waiting: Condition | None = None
    incident: Condition | None = None
    fault: tuple[str, ...] = ("service", "category")
    fault_min: int = 3
    first_contact: int = 4 * HOUR
    root_cause: str | None = None
    approved_by: str | None = None
    language: Shown = "en"
    send: Send | None = None


class SendTable(TomlTable):
    """`send`."""

    folder: str = Field(min_length=1, examples=['"reports"'])
    """Where reports are written, relative to the file's folder."""
    form: Annotated[Form, one_of(*get_args(Form))] = Field("html", alias="format")
    """`"html"`, `"json"`, `"pdf"` or `"xlsx"`. Default: `"html"`."""
    period: Annotated[Literal["month", "quarter", "year"], one_of("month", "quarter", "year")] = "month"
    """`"month"`, `"quarter"` or `"year"`. Default: `"month"`."""


class ReportsTable(TomlTable):
    """[reports]."""

    closing: Annotated[int, RealTimeOrNone] = 0
    """How long after a period late facts are waited for. Default: `"0h"`."""
    counts: Annotated[Basis, one_of(*get_args(Basis))] = "decided"
    """Where a cycle counts: `"decided"`, `"stopped"`, `"started"`, `"due"`. Default: `"decided"`."""
    resolved: Annotated[Any, Inside("condition")] = None
    """The states that come after the work, by a condition. Default: `status` is `resolved` or `closed`."""
    waiting: Annotated[Any, Inside("condition")] = None
    """The states in which somebody else is waited for."""
    incident: Annotated[Any, Inside("condition")] = None
    """Which tickets are incidents. Default: all."""
    fault: list[str] = Field(default=["service", "category"], examples=['["service", "category"]'])
    """Fields that tickets of one fault share. Default: `["service", "category"]`."""
    fault_min: int = Field(3, ge=2)
    """How many tickets make one fault. Default: 3."""
    first_contact: Annotated[int, RealTime] = 4 * HOUR
    """The working time within which a ticket of the first team is resolved. Default: `"4h"`."""
    root_cause: str | None = None
    """The field with the root cause, whose text stands beside a breach."""
    approved_by: str | None = None
    """The field that says who approved that a ticket is excluded."""
    language: Annotated[Shown, one_of(*get_args(Shown))] = "en"
    """The language that reports, and `slabridge explain`, are shown in: `"en"`, `"sv"`. Default: `"en"`."""
    send: SendTable | None = None
    """Runs [write the report](reports.md#sent-by-runs) of each period that is over."""


def read_report_rules(document: Mapping[str, Any], reading: Reading) -> ReportRules:
    """Return the rules."""
    raw = document.get("reports", {})
    table = shape(ReportsTable, raw, ("reports",), reading)
    if table is None or not isinstance(raw, Mapping):
        return ReportRules()
    conditions = {
        key: read_condition(raw[key], ("reports", key), reading) if key in raw else None
        for key in ("resolved", "waiting", "incident")
    }
    for n, name in enumerate(table.fault):
        if check_field(name, ("reports", "fault", n), reading) and "fault" in raw:
            reading.uses.append(FieldUse(("reports", "fault", n), name))
    for key, told in (("root_cause", table.root_cause), ("approved_by", table.approved_by)):
        if told is not None and check_field(told, ("reports", key), reading):
            reading.uses.append(FieldUse(("reports", key), told))
    return ReportRules(
        closing=table.closing,
        counts=table.counts,
        fault=tuple(table.fault),
        fault_min=table.fault_min,
        first_contact=table.first_contact,
        root_cause=table.root_cause,
        approved_by=table.approved_by,
        language=table.language,
        send=None if table.send is None else Send(table.send.folder, table.send.form, table.send.period),
        **conditions,
    )
