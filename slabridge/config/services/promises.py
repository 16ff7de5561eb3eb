"""What share of its cycles an objective promises to keep: keys of objectives that reports alone go by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from slabridge.config.agreements.classes import with_services
from slabridge.config.percent import Percent, read_percent
from slabridge.config.reading import Reading
from slabridge.config.services.reports import Basis
from slabridge.config.shape import tables


@dataclass(frozen=True, slots=True)
class Promised:
    """`compliance` is None where no share is promised; of fewer cases than `at_least` there is no verdict.

    `counts` is where a cycle counts (None: as [reports] says).
    """

    compliance: Percent | None = None
    at_least: int = 1
    counts: Basis | None = None


def read_promised(document: Mapping[str, Any], reading: Reading) -> dict[tuple[str, str], Promised]:
    """Return what is promised by agreement's id and objective; the last version of an agreement counts.

    The keys were checked where the objectives were read.
    """
    quiet = Reading(reading.file)
    found: dict[tuple[str, str], Promised] = {}
    for name, agreement in tables(with_services(document, quiet), "agreements", quiet).items():
        objectives = agreement.get("objectives")
        counts = agreement.get("counts")
        basis = next((one for one in get_args(Basis) if one == counts), None)
        for key, objective in objectives.items() if isinstance(objectives, Mapping) else ():
            if isinstance(objective, Mapping):
                found[str(agreement.get("id", name)), key] = replace(_promised(objective), counts=basis)
    return found


def _promised(objective: Mapping[str, Any]) -> Promised:
    share, least = objective.get("compliance"), objective.get("at_least")
    try:
        compliance = read_percent(share) if isinstance(share, str) else None
    except ValueError:
        compliance = None
    return Promised(compliance, least if isinstance(least, int) else 1)
