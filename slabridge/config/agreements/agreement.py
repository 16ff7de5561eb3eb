"""[agreements]: the tables, and the engine's agreements that they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Annotated, Any, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.agreement import Agreement, Kind
from slabridge.config.agreements.condition import read_condition
from slabridge.config.agreements.objective import Shared, read_calendar, read_objective
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import DateValue, check_name, one_of, shape, tables

BASES = ("decided", "stopped", "started", "due")
"""In which period reports count a cycle: that of its verdict, its end, its beginning, or when it is due."""
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Promise:
    """An objective, by the id of its agreement: what others can refer to."""

    agreement: str
    kind: str
    objective: str


class AgreementTable(TomlTable):
    """[agreements.NAME]."""

    like: str | None = None
    """The agreement from which whole keys come that are not given here, its `id` too; `objectives` is one key."""
    id: str | None = None
    """The agreement's id, where it is not the table's name. `sla`, `ola`, `uc`, `above` and `below` are refused.
    Default: the table's name.
    """
    kind: Annotated[Kind, one_of(*KINDS)] = Field(examples=['"sla"'])
    """`"sla"` to a customer, `"ola"` between teams, `"uc"` to or from a supplier (underpinning contract)."""
    name: str = ""
    """For people."""
    valid_from: Annotated[date | None, DateValue] = None
    """A local date: a cycle that starts from it on is judged by this agreement. Default: always."""
    valid_to: Annotated[date | None, DateValue] = None
    """A local date: a cycle that starts before it is judged by this agreement. Default: always."""
    scope: Annotated[Any, Inside("condition")] = None
    """For which tickets it holds, by a [condition](#conditions) without events. Where several agreements hold, all
    apply. Default: all tickets.
    """
    exclude: Annotated[Any, Inside("condition")] = None
    """Tickets that are counted apart, and on which nothing is posted, also when it comes to hold after the end."""
    supports: list[str] = Field(default=[], examples=['["standard.resolution"]'])
    """The objectives that this agreement's back, as `"agreement.objective"`
    ([chain.md](chain.md#the-chain-of-a-result)). Default: `[]`.
    """
    calendar: Annotated[Any, Inside("text", "ChoiceTable")] = None
    """For objectives and targets that name none: a name, or a choice by a field."""
    counts: Annotated[str | None, one_of(*BASES)] = None
    """In which period [reports](reports.md#what-counts-in-a-period) count a cycle: `"decided"`, `"stopped"`,
    `"started"`, `"due"`. Default: that of `[reports]`.
    """
    objectives: Annotated[dict[str, Any], Inside("{ObjectiveTable}")] = Field(
        examples=['{ resolution = { clock = "main", targets = "4h" } }'], min_length=1
    )
    """What is promised, at least one."""


def read_agreements(document: Mapping[str, Any], shared: Shared) -> tuple[Agreement, ...]:
    """Return the agreements that have no problem, in file order."""
    reading = shared.reading
    raw = tables(document, "agreements", reading)
    if not raw and not reading.broken(("agreements",)):
        reading.problem(("agreements",), "is missing; without an [agreements.NAME] there is nothing to judge by")
    promises = promises_of(raw)
    found = [_agreement(name, table, shared, promises) for name, table in raw.items()]
    agreements = tuple(agreement for agreement in found if agreement is not None)
    _check_versions(agreements, reading)
    if not reading.broken(("agreements",)):
        _check_rings(agreements, reading)
    return agreements


def promises_of(agreements: Mapping[str, Mapping[str, Any]]) -> tuple[Promise, ...]:
    """Return the objectives that are named, those of broken agreements too."""
    found = []
    for name, table in agreements.items():
        objectives = table.get("objectives")
        if isinstance(objectives, Mapping):
            found += [Promise(str(table.get("id", name)), str(table.get("kind")), key) for key in objectives]
    return tuple(found)


def _agreement(name: str, raw: Mapping[str, Any], shared: Shared, promises: tuple[Promise, ...]) -> Agreement | None:
    """Return an agreement, or None. Its parts are read also where the table is broken: all problems are shown."""
    reading = shared.reading
    path: KeyPath = ("agreements", name)
    table = shape(AgreementTable, raw, path, reading)
    scope = read_condition(raw["scope"], (*path, "scope"), reading) if "scope" in raw else None
    exclude = read_condition(raw["exclude"], (*path, "exclude"), reading) if "exclude" in raw else None
    calendar = read_calendar(raw["calendar"], (*path, "calendar"), shared) if "calendar" in raw else None
    objectives = []
    named = raw.get("objectives")
    for key, item in named.items() if isinstance(named, Mapping) else ():
        place = (*path, "objectives", key)
        if check_name(key, place, reading):
            objectives.append(read_objective(item, place, calendar, shared))
            if isinstance(item, Mapping):
                _check_supports(item, place, promises, reading)
    identity = _identity(name, raw, reading)
    _check_supports(raw, path, promises, reading)
    if table is None:
        return None
    if table.valid_from and table.valid_to and table.valid_from >= table.valid_to:
        reading.problem((*path, "valid_to"), f"must be after valid_from, {table.valid_from}", table.valid_to)
    return Agreement(
        table=name,
        id=identity,
        kind=table.kind,
        objectives=tuple(
            replace(one, supports=tuple(table.supports)) if "supports" not in raw["objectives"][one.name] else one
            for one in objectives
            if one is not None
        ),
        name=table.name,
        scope=scope,
        exclude=exclude,
        valid_from=table.valid_from,
        valid_to=table.valid_to,
    )


def _identity(name: str, raw: Mapping[str, Any], reading: Reading) -> str:
    identity = raw.get("id", name)
    path = ("agreements", name, "id") if "id" in raw else ("agreements", name)
    if identity in KINDS:
        reading.problem(path, f'no agreement can be called "{identity}", which is a kind; give it an id of its own')
    elif "id" in raw and isinstance(identity, str):
        check_name(identity, path, reading)
    return str(identity)


def _check_supports(raw: Mapping[str, Any], path: KeyPath, promises: tuple[Promise, ...], reading: Reading) -> None:
    supports = raw.get("supports")
    for n, supported in enumerate(supports if isinstance(supports, list) else ()):
        _check_supported(supported, (*path, "supports", n), promises, reading)


def _check_supported(supported: object, path: KeyPath, promises: tuple[Promise, ...], reading: Reading) -> None:
    known = [f"{promise.agreement}.{promise.objective}" for promise in promises]
    if isinstance(supported, str) and supported not in known:
        reading.problem(path, f"no such objective, as agreement.objective; {instead(supported, known)}", supported)


def _check_versions(agreements: tuple[Agreement, ...], reading: Reading) -> None:
    for one, other in combinations(agreements, 2):
        if one.id == other.id and _first(one) < _end(other) and _first(other) < _end(one):
            reading.problem(
                ("agreements", other.table),
                f'its validity overlaps that of "{one.table}", another version of "{one.id}"; '
                "end one with valid_to where the next begins with valid_from",
            )


def _check_rings(agreements: tuple[Agreement, ...], reading: Reading) -> None:
    """Note a problem where an objective backs itself, through others."""
    supports: dict[str, set[str]] = {}
    for agreement in agreements:
        for objective in agreement.objectives:
            supports.setdefault(f"{agreement.id}.{objective.name}", set()).update(objective.supports)
    for agreement in agreements:
        for objective in agreement.objectives:
            name, backed = f"{agreement.id}.{objective.name}", set(objective.supports)
            while further := {above for one in backed for above in supports.get(one, ())} - backed:
                backed |= further
            if name in backed:
                path = ("agreements", agreement.table, "objectives", objective.name)
                reading.problem(path, f'backs itself: what it supports supports "{name}" again; break the ring')


def _first(agreement: Agreement) -> date:
    return agreement.valid_from or date.min


def _end(agreement: Agreement) -> date:
    return agreement.valid_to or date.max
