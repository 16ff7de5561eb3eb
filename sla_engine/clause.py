"""A clause: the unit that is judged and named in results."""

from dataclasses import dataclass

from sla_engine.agreement import Agreement, Definitions, Objective
from sla_engine.identity import definition_of


@dataclass(frozen=True, slots=True)
class Clause:
    """One objective of one agreement, and the identity of what it says."""

    agreement: Agreement
    objective: Objective
    definition: str


def clauses_of(definitions: Definitions) -> list[Clause]:
    """Return the clauses of all agreements, in file order."""
    return [
        Clause(agreement, objective, definition_of(agreement, objective, definitions))
        for agreement in definitions.agreements
        for objective in agreement.objectives
    ]
