"""Statistics of durations, in integers: a mean is a sum by a count, a percentile is a duration that occurred."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations in ms: how many, their sum, the median (the mean of the middle pair), the 90th percentile."""

    count: int
    sum: int
    median: Fraction | None
    ninetieth: int | None

    @property
    def mean(self) -> Fraction | None:
        """The mean, None of none."""
        return Fraction(self.sum, self.count) if self.count else None


def durations_of(values: Iterable[int]) -> Durations:
    """Return the statistics of durations in ms."""
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        return Durations(0, 0, None, None)
    middle = (ordered[(count - 1) // 2], ordered[count // 2])
    return Durations(count, sum(ordered), Fraction(sum(middle), 2), ordered[-(-9 * count // 10) - 1])
