"""Who looks, and at whose tickets (docs/web.md, "Who sees what")."""

from dataclasses import dataclass
from typing import Self

from sla_engine import Result

EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Sees the cycles of one `customer`, those of one `team` (its own, or that it has), or all."""

    customer: str | None = None
    team: str | None = None

    @classmethod
    def of(cls, role: str) -> Self:
        """Return who has a role: `all`, `customer=NAME` or `team=NAME`.

        Raises:
            ValueError: it is none.
        """
        kind, _, name = role.partition("=")
        if role == EVERYTHING:
            return cls()
        if name and kind == "customer":
            return cls(customer=name)
        if name and kind == "team":
            return cls(team=name)
        raise ValueError("is no role; it is all, customer=NAME or team=NAME")

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden."""
        return self.customer is None and self.team is None

    @property
    def foresees(self) -> bool:
        """Whether it is shown what is likely to become of cycles: a customer is not, for it is known from others'."""
        return self.customer is None

    def sees(self, result: Result) -> bool:
        """Return whether a cycle is one of theirs."""
        if self.customer is not None:
            return result.dimensions.get("customer", ()) == (self.customer,)
        if self.team is not None:
            return result.dimensions.get("team", ()) == (self.team,) or self.team in (
                result.holder,
                result.breach_holder,
            )
        return True
