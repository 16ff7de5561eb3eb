"""How many of the open cycles hold which values: by status, and what is due soon."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slabridge.state.cycles import FILTERS, STATUSES, Counted, Wanted


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of the open cycles hold a value, by status; `soon` are due within an hour."""

    value: str
    cycles: int
    soon: int
    by_status: Mapping[str, int]


def facets_of(counts: Sequence[Counted], wanted: Wanted) -> tuple[Facet, dict[str, list[Facet]]]:
    """Return what fits a wanted list as one, and by each field what fits all other filters, the worst first."""
    if wanted.soon:
        counts = [one._replace(cycles=one.soon) for one in counts]
    by_field = {name: _by(name, [one for one in counts if _fits(one, wanted, but=name)]) for name in FILTERS}
    return _facet("", [one for one in counts if _fits(one, wanted)]), by_field


def _fits(one: Counted, wanted: Wanted, but: str = "") -> bool:
    return all(name == but or (getattr(one, name) or "") in values for name, values in wanted.where.items())


def _by(field: str, counts: Sequence[Counted]) -> list[Facet]:
    by_value: dict[str, list[Counted]] = {}
    for one in counts:
        by_value.setdefault(getattr(one, field) or "", []).append(one)
    found = [_facet(value, those) for value, those in by_value.items() if any(one.cycles for one in those)]
    return sorted(found, key=lambda one: ([-one.by_status.get(status, 0) for status in STATUSES], one.value))


def _facet(value: str, counts: Sequence[Counted]) -> Facet:
    by_status = Counter[str]()
    for one in counts:
        by_status[one.status] += one.cycles
    ordered = {status: by_status[status] for status in STATUSES}
    return Facet(value, by_status.total(), sum(one.soon for one in counts), ordered)
