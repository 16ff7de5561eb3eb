"""What holds at present: definitions, the shares that are promised, and the file that says so."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sla_engine import Definitions
from sla_engine.agreement import Agreement, Objective
from slabridge.advice.headers import KeyPath
from slabridge.advice.paste import Paste, paste_of, pasted
from slabridge.config.agreements.definitions import definitions_of
from slabridge.config.reading import Reading
from slabridge.config.services.promises import Promised
from slabridge.report.period import Period

USUAL: Final = 0.95
"""The share that counts as promised to a customer, where the file names none."""
ENOUGH: Final = 30
"""Of so many cycles, or visits, something is proposed at all."""
BREACHES: Final = 3
"""So many breaches a change spares at least, to be worth it."""


@dataclass(frozen=True, slots=True)
class Present:
    """What a quarter is looked at by; `document` is the file as it was parsed, `headers` are its tables' own."""

    definitions: Definitions
    promised: Mapping[tuple[str, str], Promised]
    document: Mapping[str, Any]
    quarter: Period
    headers: Collection[KeyPath] = frozenset()

    def objectives(self) -> Iterator[tuple[Agreement, Objective]]:
        """Yield the objectives that are in force on the last day of the quarter."""
        for agreement in self.definitions.agreements:
            if _in_force(agreement, self.quarter.last - timedelta(days=1)):
                yield from ((agreement, objective) for objective in agreement.objectives)

    def share(self, agreement: Agreement, objective: Objective) -> float | None:
        """Return which share of its cycles an objective is to keep; None where nobody has promised any."""
        promise = self.promised.get((agreement.id, objective.name), Promised()).compliance
        if promise is None:
            return USUAL if agreement.kind == "sla" else None
        return float(promise.share)

    def paste(self, agreement: Agreement, objective: Objective, keys: Mapping[str, Any]) -> Paste:
        """Return how keys of an objective are changed in the file."""
        return paste_of(self.document, agreement.table, objective.name, keys, self.headers)

    def tried(self, paste: Paste) -> Definitions:
        """Return what is judged by once something was pasted into the file: it is tried just as it would be pasted.

        Raises:
            ConfigError: that would be no configuration.
        """
        reading = Reading("what is proposed")
        found = definitions_of(pasted(self.document, paste), reading)
        reading.check()
        return found


def name_of(agreement: Agreement, objective: Objective) -> str:
    """Return how others refer to an objective."""
    return f"{agreement.id}.{objective.name}"


def _in_force(agreement: Agreement, day: date) -> bool:
    begun = agreement.valid_from is None or agreement.valid_from <= day
    return begun and (agreement.valid_to is None or day < agreement.valid_to)
