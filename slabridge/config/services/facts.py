"""[[facts]]: what happened outside of the tools, and that consequences hang on (docs/reports.md, "Duties")."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from connectors.tool import TomlTable
from slabridge.config.problem import instead
from slabridge.config.reading import Reading
from slabridge.config.shape import DateValue, one_of, shape


@dataclass(frozen=True, slots=True)
class Notice:
    """On a local date somebody gave notice that a service missed its promise in a period, named as reports name it."""

    service: str
    period: str
    given: date


class FactTable(TomlTable):
    """One of [[facts]]."""

    fact: Annotated[Literal["notice"], one_of("notice")] = Field(examples=['"notice"'])
    """`"notice"`: notice was given of a missed promise, which `termination` with `notified = true` asks for."""
    service: str = Field(examples=['"email"'])
    """The service that it is about."""
    period: str = Field(examples=['"2026-02"'])
    """The period, as `--period` has it."""
    given: Annotated[date, DateValue] = Field(alias="on", examples=["2026-03-04"])
    """The local date."""


def read_facts(document: Mapping[str, Any], services: Collection[str], reading: Reading) -> tuple[Notice, ...]:
    """Return the facts that have no problem; `services` are those that the file names."""
    raw = document.get("facts", [])
    if not isinstance(raw, list):
        reading.problem(("facts",), "must be a list of tables, as in [[facts]]", raw)
        return ()
    found = []
    for n, item in enumerate(raw):
        table = shape(FactTable, item, ("facts", n), reading)
        if table is None:
            continue
        if table.service not in services:
            reading.problem(
                ("facts", n, "service"), f"no such service; {instead(table.service, services)}", table.service
            )
        found.append(Notice(table.service, table.period, table.given))
    return tuple(found)
