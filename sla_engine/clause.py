"""A clause: the unit that is judged and named in results."""

from dataclasses import dataclass

from sla_engine.agreement import Agreement, Objective


@dataclass(frozen=True, slots=True)
class Clause:
    """One objective of one agreement, and the identity of what it says."""

    agreement: Agreement
    objective: Objective
    definition: str
