"""What was asked of which host, and how long it had to be waited for."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Traffic:
    """HTTP calls by host and class of answer (`2xx` to `5xx`, `none`: no answer came), and seconds waited, by host.

    Repeated calls and those for tokens are among them. Waited is for limits: a tool's (429, Retry-After) and ours.
    """

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    waited: Counter[str] = field(default_factory=Counter)

    @property
    def calls(self) -> int:
        """How many calls that were."""
        return self.answers.total()

    def since(self, before: "Traffic") -> "Traffic":
        """Return what came after an earlier one of the same connector."""
        return Traffic(self.answers - before.answers, self.waited - before.waited)

    def add(self, other: "Traffic") -> None:
        """Count another's, too."""
        self.answers.update(other.answers)
        self.waited.update(other.waited)

    def copy(self) -> "Traffic":
        """Return it as it is now."""
        return Traffic(Counter(self.answers), Counter(self.waited))
