"""[foresight]: whether runs say which open cycles are likely to break, and by what they go (docs/foresight.md)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from connectors.tool import TomlTable
from sla_engine.agreement import Definitions
from slabridge.config.agreements.definitions import definitions_of
from slabridge.config.customers import source_of
from slabridge.config.privacy import people_of
from slabridge.config.problem import instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.services.reports import read_report_rules
from slabridge.config.shape import shape

USUAL: Final = ("priority", "team", "service", "customer", "type", "status")
"""Fields that are looked at where they are mapped."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """By which fields open cycles are compared with others, and by which tickets are; people's are among neither.

    `holder` says who has a ticket (None: a person does). `in_runs` is whether runs keep, write and tell what is likely.
    """

    in_runs: bool
    holder: str | None
    fields: tuple[str, ...]
    routes: tuple[str, ...]


class ForesightTable(TomlTable):
    """[foresight]."""

    fields: list[Annotated[str, Field(min_length=1)]] | None = Field(default=None, examples=['["category"]'])
    """Fields, beside priority, team, service, customer, type and status, that say what a ticket is about; none that
    hold people. Default: those of `[reports] fault`.
    """


def read_foresight(  # noqa: PLR0913 - what is known when it is read
    document: Mapping[str, Any],
    holder: str,
    fault: Collection[str],
    mapped: Collection[str] | None,
    *,
    people: Collection[str],
    reading: Reading,
) -> Foresight:
    """Return what the table says; without one nothing is done in runs. `mapped` are the fields (None: any may be)."""
    raw = document.get("foresight", {})
    table = shape(ForesightTable, raw, ("foresight",), reading) or ForesightTable()
    for n, name in enumerate(table.fields or ()):
        path = ("foresight", "fields", n)
        if name in people:
            reading.problem(path, "holds people, by whom nothing is foretold; leave it out", name)
        elif mapped and name not in mapped:
            reading.problem(path, f"no connection maps this field; {instead(name, mapped)}", name)
        else:
            reading.uses.append(FieldUse(path, name))
    told = None if holder in people else holder
    about = [name for name in (fault if table.fields is None else table.fields) if name not in people]
    known = [name for name in dict.fromkeys([*([told] if told else []), *USUAL, *about]) if name not in people]
    fields = tuple(name for name in known if mapped is None or name in mapped)
    routes = (told, *(name for name in about if name in fields and name != told)) if told else ()
    return Foresight("foresight" in document, told, fields, routes)


def load_foresight(path: Path) -> tuple[Definitions, Foresight]:
    """Return what a file judges by, and by what it compares cycles; any field may be there.

    Raises:
        ConfigError: with all problems.
    """
    source = source_of(path)
    document, reading = source.document, source.reading
    definitions = definitions_of(document, reading)
    fault = read_report_rules(document, reading).fault
    people = people_of(document)
    found = read_foresight(document, definitions.holder, fault, None, people=people, reading=reading)
    reading.check()
    return definitions, found
