"""[services]: what each promises, beyond its tickets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.agreement import Definitions
from sla_engine.condition import Condition
from slabridge.config.agreements.classes import completed
from slabridge.config.agreements.condition import read_condition
from slabridge.config.agreements.zone import read_zone
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.services.availability import TERMS_KEYS, Terms, read_terms
from slabridge.config.services.consequence import Consequences, read_consequences
from slabridge.config.services.credit import Line
from slabridge.config.services.credits import Named, read_credits
from slabridge.config.services.downtime import check_downtime
from slabridge.config.services.fees import Fee, read_fees
from slabridge.config.services.sources import Source, read_sources
from slabridge.config.shape import shape, tables, text_as


@dataclass(frozen=True, slots=True)
class Service:
    """A service: `name` is its table, and the id of its agreement where it promises something about its tickets.

    `calendar` is its agreed service time, `timezone` that of its customer (None: the file's).
    """

    name: str
    title: str
    owner: str = ""
    description: str = ""
    customers: tuple[str, ...] = ()
    scope: Condition | None = None
    objectives: tuple[str, ...] = ()
    terms: Terms | None = None
    calendar: str | None = None
    timezone: str | None = None
    outages: tuple[Source, ...] = ()
    fees: tuple[Fee, ...] = ()
    credits: tuple[Line, ...] = ()
    consequences: Consequences = field(default_factory=Consequences)

    def is_of(self, customer: str) -> bool:
        """Return whether a customer has it; one that names no customers is everybody's."""
        return not self.customers or customer in self.customers

    @property
    def conditions(self) -> tuple[Condition | None, ...]:
        """What chooses the cycles that consequences are about."""
        rules = self.consequences
        watched = [rule.watched for rule in (rules.earn_back, rules.plan, rules.termination) if rule is not None]
        return (*(line.where for line in (*self.credits, *watched)), None if rules.rca is None else rules.rca.when)


class ServiceTable(TomlTable):
    """[services.NAME], completed by its class; what has a form of its own is read apart."""

    name: str = ""
    """For people. Default: the table's name."""
    owner: str = ""
    """Who answers for it, for people."""
    description: str = ""
    """What it is, for people."""
    customers: list[str] = Field(default=[])
    """Who has it: to others [nothing is said of it](reports.md#for-a-customer). Default: `[]`, everybody."""
    timezone: Annotated[str | None, text_as(read_zone)] = None
    """That of the customer: a report of this service alone has its periods and shows its times in it. Default: the
    file's.
    """
    scope: Annotated[Any, Inside("condition")] = None
    """As for an [agreement](#agreements): its tickets. Default: all."""
    exclude: Annotated[Any, Inside("condition")] = None
    """As for an agreement."""
    calendar: Annotated[Any, Inside("text", "ChoiceTable")] = None
    """When it is promised; a name where availability is promised."""
    valid_from: Annotated[Any, Inside("date")] = None
    """As for an agreement."""
    valid_to: Annotated[Any, Inside("date")] = None
    """As for an agreement."""
    counts: Annotated[Any, Inside("text")] = None
    """As for an agreement."""
    objectives: Annotated[dict[str, Any], Inside("{ObjectiveTable}")] = Field(default={})
    """As for an agreement: with these the service is one, of the kind `sla`."""
    outages: Annotated[Any, Inside("[SourceTable]")] = None
    """Where its [outages](reports.md#availability) are told. Default: `[]`."""
    fees: Annotated[Any, Inside("[FeeTable]", "{text}")] = None
    """What is paid, a list; or `{ file = "fees.toml" }` with such a list called `fees`. A customer pays in one
    currency. Default: `[]`.
    """
    credits: Annotated[Any, Inside("[FigureTable|OverrunTable|CycleTable|CountTable|MissedTable]")] = None
    """What a missed promise brings, [line by line](reports.md#credits). Default: `[]`."""
    consequences: Annotated[Any, Inside("ConsequencesTable")] = None
    """What else [follows](reports.md#consequences)."""


def read_services(
    document: Mapping[str, Any], folder: Path, definitions: Definitions, reading: Reading
) -> tuple[Service, ...]:
    """Return the services that have no problem, in file order; files that they name are relative to the folder."""
    found = (
        _service(name, document, folder, definitions, reading)
        for name in tables(document, "services", Reading(reading.file))
    )
    return tuple(service for service in found if service is not None)


def _service(
    name: str, document: Mapping[str, Any], folder: Path, definitions: Definitions, reading: Reading
) -> Service | None:
    path: KeyPath = ("services", name)
    raw = completed(name, document, Reading(reading.file))  # that there is no such class was said before
    if raw is None:
        return None
    table = shape(ServiceTable, {key: value for key, value in raw.items() if key not in TERMS_KEYS}, path, reading)
    calendars = tuple(definitions.calendars)
    calendar = raw.get("calendar")
    if isinstance(calendar, str) and calendar not in calendars and "objectives" not in raw:
        reading.problem((*path, "calendar"), f"no such calendar; {instead(calendar, calendars)}", calendar)
    terms = read_terms(raw, calendar if isinstance(calendar, str) else None, path, reading)
    if terms is not None and terms.target and terms.downtime_at_most and terms.calendar in calendars:
        place, share = (*path, "downtime_at_most"), terms.target.share
        check_downtime(terms.downtime_at_most, share, definitions.calendars[terms.calendar], place, reading)
    objectives = raw.get("objectives")
    named = Named(calendars, tuple(objectives) if isinstance(objectives, Mapping) else ())
    scope = None
    if "scope" in raw:  # its problems were noted where its agreement was read
        scope = read_condition(raw["scope"], (*path, "scope"), reading if not named.objectives else _quiet(reading))
    outages = read_sources(raw["outages"], (*path, "outages"), folder, reading) if "outages" in raw else ()
    fees = read_fees(raw["fees"], (*path, "fees"), folder, reading) if "fees" in raw else ()
    lines = read_credits(raw["credits"], (*path, "credits"), named, reading) if "credits" in raw else ()
    consequences = None
    if "consequences" in raw:
        consequences = read_consequences(raw["consequences"], (*path, "consequences"), named, reading)
    if table is None or reading.broken(path):
        return None
    return Service(
        name=name,
        title=table.name or name,
        owner=table.owner,
        description=table.description,
        customers=tuple(table.customers),
        timezone=table.timezone,
        scope=scope,
        objectives=named.objectives,
        terms=terms,
        calendar=calendar if isinstance(calendar, str) else None,
        outages=outages,
        fees=fees,
        credits=lines,
        consequences=consequences or Consequences(),
    )


def _quiet(reading: Reading) -> Reading:
    return Reading(reading.file)
