"""[[notify]]: which steps of which agreements are told to whom (docs/notifications.md, "Ladders")."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from connectors.tool import Inside, TomlTable
from sla_engine.condition import OWN_FIELDS, SOURCE, Condition
from sla_engine.instant import DAY
from slabridge.config.agreements.agreement import Promise
from slabridge.config.agreements.condition import read_condition
from slabridge.config.percent import Percent, PercentText
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import RealTime, one_of, shape, text_as

Kind = Literal["percent", "risk", "at_risk", "breached"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder: at `percent` of the target or of risk, when the cycle is at risk, or `after` (ms) the breach.

    `after` and `repeat` (ms; None: once) are working time, as the cycle counts it.
    """

    to: tuple[str, ...]
    kind: Kind
    percent: int = 100
    after: int = 0
    repeat: int | None = None

    @property
    def urgent(self) -> bool:
        """Whether it waits for no digest."""
        return self.kind == "breached"


@dataclass(frozen=True, slots=True)
class Breaches:
    """So many breaches within so long (ms)."""

    to: tuple[str, ...]
    count: int
    within: int


@dataclass(frozen=True, slots=True)
class Missed:
    """The same promise missed in so many issued reports running."""

    to: tuple[str, ...]
    running: int


@dataclass(frozen=True, slots=True)
class CreditShare:
    """Credits of a year, or of a period, over this share of their cap."""

    to: tuple[str, ...]
    share: Fraction


@dataclass(frozen=True, slots=True)
class Overdue:
    """A root cause analysis that was owed and not delivered in time."""

    to: tuple[str, ...]


Management = Breaches | Missed | CreditShare | Overdue


@dataclass(frozen=True, slots=True)
class NotifyRule:
    """Who is told of cycles of these agreements (ids) and objectives (empty: of all), where `when` holds.

    Nobody is while `silence` holds.
    """

    agreements: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    when: Condition | None = None
    silence: Condition | None = None
    ladder: tuple[Step, ...] = ()
    management: tuple[Management, ...] = ()


def _names(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _days(text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,3})d", text)
    if found is None:
        raise ValueError('is no number of days; write "30d"')
    return int(found[1]) * DAY


def _at(text: str) -> tuple[Kind, int]:
    found = re.fullmatch(r"(risk )?([1-9][0-9]?)%", text)
    if found is not None:
        return "risk" if found[1] else "percent", int(found[2])
    if text == "at_risk":
        return "at_risk", 100
    if text == "breached":
        return "breached", 100
    if text == "100%":
        raise ValueError('is the due time itself, at which nothing is broken yet; write "breached"')
    known = '"75%" of the target, "risk 60%" (whole percent, 1 to 99), "at_risk" or "breached"'
    raise ValueError(f"is no step; write {known}")


Names = Annotated[
    list[Annotated[str, Field(min_length=1)]], BeforeValidator(_names, json_schema_input_type=str | list[str])
]


class NotifyTable(TomlTable):
    """One of [[notify]]."""

    agreements: list[str] = Field(default=[], examples=['["standard"]'])
    """Ids of agreements. Default: all."""
    objectives: list[str] = Field(default=[], examples=['["resolution"]'])
    """Names of objectives. Default: all."""
    when: Annotated[Any, Inside("condition")] = None
    """Of which tickets, by a [condition](#conditions). Default: all."""
    silence: Annotated[Any, Inside("condition")] = None
    """Nobody is told while this condition holds, as `{ major_incident = "true" }`. Default: never."""
    ladder: Annotated[list[Any], Inside("[StepTable]")] = Field(default=[], examples=['[{ at = "75%", to = "duty" }]'])
    """The steps of each cycle."""
    management: Annotated[list[Any], Inside("[ManagementStepTable]")] = Field(
        default=[], examples=['[{ breaches = 5, within = "30d", to = "manager" }]']
    )
    """What is told of many cycles and of issued reports."""


class StepTable(TomlTable):
    """One of `ladder`."""

    at: Annotated[tuple[Kind, int] | None, text_as(_at)] = None
    """A share of the target as `"75%"`, how [likely it is to break](foresight.md) as `"risk 60%"`, `"at_risk"` or
    `"breached"`. Default: this or `after`.
    """
    after: Annotated[int | None, RealTime] = Field(default=None, examples=['"2h"'])
    """So much working time after the breach. Default: this or `at`."""
    repeat: Annotated[int | None, RealTime] = Field(default=None, examples=['"4h"'])
    """Again after each such working time, while the cycle is open; beside `after` or `at = "breached"`. Default:
    once.
    """
    to: Names = Field(examples=['"duty"'], min_length=1)
    """A receiver, or a list of them."""


class ManagementStepTable(TomlTable):
    """One of `management`."""

    breaches: int | None = Field(default=None, ge=1, examples=["5"])
    """So many breaches of these agreements `within` a time; after a message the count begins anew. Default: one of the
    four.
    """
    within: Annotated[int | None, text_as(_days)] = Field(default=None, examples=['"30d"'])
    """`breaches` alone: so many days of 24 hours, as `"30d"`."""
    missed: int | None = Field(default=None, ge=1, examples=["2"])
    """The same promise missed in so many issued reports running."""
    credit: Annotated[Percent | None, PercentText] = Field(default=None, examples=['"50%"'])
    """Credits in an issued report that come to so much of their cap."""
    rca: Annotated[Literal["overdue"] | None, one_of("overdue")] = None
    """`"overdue"`: a root cause analysis that [consequences](#services) ask for was not delivered in time."""
    to: Names = Field(examples=['"manager"'], min_length=1)
    """A receiver, or a list of them."""


def read_notify(
    document: Mapping[str, Any], receivers: Collection[str], promises: Collection[Promise], reading: Reading
) -> tuple[NotifyRule, ...]:
    """Return the rules without problems."""
    raw = document.get("notify", [])
    if not isinstance(raw, list):
        reading.problem(("notify",), "must be a list of tables, as in [[notify]]", raw)
        return ()
    found = [_rule(item, ("notify", n), receivers, promises, reading) for n, item in enumerate(raw)]
    return tuple(rule for rule in found if rule is not None)


def _rule(
    raw: object, path: KeyPath, receivers: Collection[str], promises: Collection[Promise], reading: Reading
) -> NotifyRule | None:
    table = shape(NotifyTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    _check(table.agreements, {one.agreement for one in promises}, (*path, "agreements"), "agreement", reading)
    known = {one.objective for one in promises if not table.agreements or one.agreement in table.agreements}
    _check(table.objectives, known, (*path, "objectives"), "objective", reading)
    when, silence = (_condition(raw, key, path, reading) for key in ("when", "silence"))
    ladder = [_step(item, (*path, "ladder", n), receivers, reading) for n, item in enumerate(table.ladder)]
    management = [
        _management(item, (*path, "management", n), receivers, reading) for n, item in enumerate(table.management)
    ]
    if not (table.ladder or table.management):
        reading.problem(path, 'tells nobody anything; write ladder = [{ at = "breached", to = "..." }], or management')
    if reading.broken(path):
        return None
    return NotifyRule(
        tuple(table.agreements),
        tuple(table.objectives),
        when,
        silence,
        tuple(step for step in ladder if step is not None),
        tuple(step for step in management if step is not None),
    )


def _condition(raw: Mapping[str, Any], key: str, path: KeyPath, reading: Reading) -> Condition | None:
    """Return a condition over mapped fields; what the engine alone knows of a ticket is not kept beside results."""
    if key not in raw:
        return None
    begin = len(reading.uses)
    condition = read_condition(raw[key], (*path, key), reading)
    for use in reading.uses[begin:]:
        if use.field in OWN_FIELDS and use.field != SOURCE:
            reading.problem(use.path, "is not known when messages are made; name mapped fields")
    return condition


def _check(names: Collection[str], known: Collection[str], path: KeyPath, what: str, reading: Reading) -> None:
    for n, name in enumerate(names):
        if name not in known:
            reading.problem((*path, n), f"no such {what}; {instead(name, known)}", name)


def _step(raw: object, path: KeyPath, receivers: Collection[str], reading: Reading) -> Step | None:
    table = shape(StepTable, raw, path, reading)
    if table is None:
        return None
    _check(table.to, receivers, (*path, "to"), "receiver", reading)
    if (table.at is None) == (table.after is None):
        reading.problem(path, 'has exactly one of at and after, as in { at = "75%", to = "duty" }')
        return None
    kind, percent = table.at or ("breached", 100)
    if table.repeat is not None and kind != "breached":
        reading.problem((*path, "repeat"), 'goes with after or at = "breached" alone; drop it')
    return Step(tuple(table.to), kind, percent, table.after or 0, table.repeat)


def _management(raw: object, path: KeyPath, receivers: Collection[str], reading: Reading) -> Management | None:
    table = shape(ManagementStepTable, raw, path, reading)
    if table is None:
        return None
    _check(table.to, receivers, (*path, "to"), "receiver", reading)
    given = [name for name in ("breaches", "missed", "credit", "rca") if getattr(table, name) is not None]
    if len(given) != 1:
        reading.problem(path, "has exactly one of breaches, missed, credit and rca")
        return None
    if (table.breaches is None) != (table.within is None):
        reading.problem(path, 'breaches and within go together, as in { breaches = 5, within = "30d" }')
        return None
    to = tuple(table.to)
    if table.breaches is not None and table.within is not None:
        return Breaches(to, table.breaches, table.within)
    if table.missed is not None:
        return Missed(to, table.missed)
    return CreditShare(to, table.credit.share) if table.credit is not None else Overdue(to)
