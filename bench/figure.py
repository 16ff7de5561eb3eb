"""A figure of docs/performance.md: what was measured, and beside what it stands."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A line of a table; `ratio` is what came out divided by what it stands beside, in words that say which."""

    what: str
    figure: str
    beside: str
    ratio: str

    def shown(self) -> "Figure":
        """Print it, and return it."""
        print(
            f"{self.what}: {self.figure}; beside {self.beside}" + (f": {self.ratio}" if self.ratio else ""), flush=True
        )
        return self


def of(number: float) -> str:
    """Return a number of which three digits count."""
    digits = 3 if number < 0.1 else 2 if number < 10 else 1 if number < 100 else 0
    return f"{number:,.{digits}f}"


def rate(number: float, what: str) -> str:
    """Return how many of something there are in a second."""
    text = f"{of(number / 1e6)} million" if number >= 1e6 else f"{number:,.0f}"
    return f"{text} {what}/s"
