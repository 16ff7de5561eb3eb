"""[[paths]]: how tickets are worked on (docs/configuration.md, "Paths")."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.chain.rule import WorkPath
from slabridge.config.agreements.agreement import Promise
from slabridge.config.agreements.condition import values_of
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import check_field, shape


class PathTable(TomlTable):
    """One of [[paths]]."""

    objective: str = Field(examples=['"standard.resolution"'])
    """The promise on top, as `"agreement.objective"`."""
    when: Annotated[dict[str, Any], Inside("{value}")] = Field(default={}, examples=['{ priority = "P1" }'])
    """Values of fields, by which targets and calendars are chosen. Default: all unset."""
    steps: list[str] = Field(examples=['["network.handling"]'], min_length=1)
    """The visits in order, each an objective."""


def read_paths(document: Mapping[str, Any], promises: tuple[Promise, ...], reading: Reading) -> tuple[WorkPath, ...]:
    """Return the paths that have no problem, in file order."""
    raw = document.get("paths", [])
    if not isinstance(raw, list):
        reading.problem(("paths",), "must be a list of tables, as in [[paths]]", raw)
        return ()
    known = [f"{promise.agreement}.{promise.objective}" for promise in promises]
    found = [_path(item, ("paths", n), known, reading) for n, item in enumerate(raw)]
    return tuple(path for path in found if path is not None)


def _path(raw: object, path: KeyPath, known: list[str], reading: Reading) -> WorkPath | None:
    table = shape(PathTable, raw, path, reading)
    if table is None:
        return None
    named = [((*path, "objective"), table.objective), *(((*path, "steps", n), s) for n, s in enumerate(table.steps))]
    for place, name in named:
        if name not in known:
            reading.problem(place, f"no such objective, as agreement.objective; {instead(name, known)}", name)
    when = []
    for field, value in table.when.items():
        place = (*path, "when", field)
        values = values_of(value, place, reading) if check_field(field, place, reading) else None
        if values is not None:
            reading.uses.append(FieldUse(place, field, values))
            when.append((field, tuple(sorted(values))))
    return None if reading.broken(path) else WorkPath(table.objective, tuple(table.steps), tuple(when))
