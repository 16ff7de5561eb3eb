"""What the reading of a configuration has found so far: its problems, and where which fields are used."""

from dataclasses import dataclass, field
from typing import Any, Self

from sla_engine.agreement import Threshold
from slabridge.config.places import Places
from slabridge.config.problem import ConfigError, KeyPath, Problem, show_value


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A place that reads a canonical field, and the values that it compares with."""

    path: KeyPath
    field: str
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """Reading goes on after a problem, so that all are shown at once; `check` ends it.

    `at_risk` has, for each place with thresholds, the targets (ms) that they stand beside. `mapped` has, for each
    connection and field with `values`, the values that stand there, those to which nothing is mapped too. `renamed` are
    keys by a name of an earlier version, which are read all the same. `restarting` are the places of stops after which
    a clock starts again by itself. `authors` are those that name who wrote a comment.
    """

    file: str
    uses: list[FieldUse] = field(default_factory=list)
    at_risk: dict[KeyPath, tuple[tuple[Threshold, ...], list[tuple[int, int | None]]]] = field(default_factory=dict)
    mapped: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    renamed: list[Problem] = field(default_factory=list)
    restarting: dict[KeyPath, None] = field(default_factory=dict)
    authors: list[KeyPath] = field(default_factory=list)
    places: Places = field(init=False)
    _found: list[tuple[KeyPath, Problem]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = Places(self.file)

    @classmethod
    def at(cls, places: Places) -> Self:
        """Return a reading of keys whose places are known."""
        reading = cls(places.file)
        reading.places = places
        return reading

    def problem(self, path: KeyPath, message: str, value: Any = None, *, secret: bool = False) -> None:  # noqa: ANN401 - any TOML value
        """Note a problem. The value is not shown if it is None or may be secret."""
        shown = None if value is None or secret else show_value(value)
        path = self.places.as_named(path)
        self._found.append((path, Problem(*self.places.of(path), shown, message)))

    def broken(self, path: KeyPath) -> bool:
        """Return whether a problem was found at the path or below it."""
        return any(found[: len(path)] == path for found, _ in self._found)

    def rename(self, old: KeyPath, new: KeyPath) -> None:
        """Note that the value of `new` stands under its earlier name, at which its problems are shown."""
        self.renamed.append(Problem(*self.places.of(old), None, f"is called {new[-1]} now; rename it"))
        self.places.rename(old, new)

    def problems(self) -> tuple[Problem, ...]:
        """Return the problems in the order of finding, none twice."""
        messages = {(path, problem.message) for path, problem in self._found}
        return tuple(
            dict.fromkeys(
                problem for path, problem in self._found if (self.places.origin(path), problem.message) not in messages
            )
        )

    def check(self) -> None:
        """Raise a ConfigError if there is any problem."""
        problems = self.problems()
        if problems:
            raise ConfigError(problems)
