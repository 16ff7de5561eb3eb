"""What the reading of one file has found so far: its problems, and where which fields are used."""

from dataclasses import dataclass, field
from typing import Any

from sla_engine.agreement import Threshold
from slabridge.config.problem import ConfigError, KeyPath, Problem, show_path, show_value


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
    a clock starts again by itself.
    """

    file: str
    uses: list[FieldUse] = field(default_factory=list)
    at_risk: dict[KeyPath, tuple[tuple[Threshold, ...], list[tuple[int, int | None]]]] = field(default_factory=dict)
    mapped: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    renamed: list[Problem] = field(default_factory=list)
    restarting: dict[KeyPath, None] = field(default_factory=dict)
    _found: list[tuple[KeyPath, Problem]] = field(default_factory=list)
    _inherited: dict[KeyPath, KeyPath] = field(default_factory=dict)
    _earlier: dict[KeyPath, KeyPath] = field(default_factory=dict)
    _elsewhere: dict[KeyPath, KeyPath] = field(default_factory=dict)

    def problem(self, path: KeyPath, message: str, value: Any = None, *, secret: bool = False) -> None:  # noqa: ANN401 - any TOML value
        """Note a problem. The value is not shown if it is None or may be secret."""
        shown = None if value is None or secret else show_value(value)
        path = self._earlier.get(path, path)
        self._found.append((path, Problem(self.file, show_path(self._shown(path)), shown, message)))

    def broken(self, path: KeyPath) -> bool:
        """Return whether a problem was found at the path or below it."""
        return any(found[: len(path)] == path for found, _ in self._found)

    def inherit(self, path: KeyPath, origin: KeyPath) -> None:
        """Note that the value at `path` stands at `origin` in the file, where its problems are shown once."""
        self._inherited[path] = origin

    def stands_at(self, path: KeyPath, origin: KeyPath) -> None:
        """Note that `path` and all below it stand at `origin` in the file, where problems are shown."""
        self._elsewhere[path] = origin

    def _shown(self, path: KeyPath) -> KeyPath:
        for length in range(len(path), 0, -1):
            if path[:length] in self._elsewhere:
                return self._elsewhere[path[:length]] + path[length:]
        return path

    def rename(self, old: KeyPath, new: KeyPath) -> None:
        """Note that the value of `new` stands under its earlier name, at which its problems are shown."""
        self.renamed.append(Problem(self.file, show_path(old), None, f"is called {new[-1]} now; rename it"))
        self._earlier[new] = old

    def problems(self) -> tuple[Problem, ...]:
        """Return the problems in the order of finding, none twice."""
        messages = {(path, problem.message) for path, problem in self._found}
        return tuple(
            dict.fromkeys(
                problem for path, problem in self._found if (self._origin(path), problem.message) not in messages
            )
        )

    def check(self) -> None:
        """Raise a ConfigError if there is any problem."""
        problems = self.problems()
        if problems:
            raise ConfigError(problems)

    def _origin(self, path: KeyPath) -> KeyPath | None:
        for length in range(len(path), 0, -1):
            origin = self._inherited.get(path[:length])
            if origin is not None:
                return origin + path[length:]
        return None
