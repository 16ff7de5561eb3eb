"""What a state has learned, kept ready for many who ask (docs/web.md, "What is likely to break")."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa

from sla_engine import Engine
from sla_engine.attribution import holder_text
from sla_engine.ticket import Values
from slabridge.config import Config
from slabridge.foresight.forecast import Forecaster
from slabridge.foresight.routes import Routes
from slabridge.run.foreseen import forecaster_of
from slabridge.state import Transaction, forecasts, results
from slabridge.state.cycles import OpenCycle


class Foreseer:
    """Gives what says how likely cycles are to break, read once: anew where the state has learned something else."""

    def __init__(self, config: Config, engine: Engine) -> None:
        self._config = config
        self._engine = engine
        self._known: tuple[forecasts.Version | None, Forecaster | None] = None, None
        self._reading = threading.Lock()

    def forecaster(self, sql: sa.Connection) -> Forecaster | None:
        """Return it; None: the file does not ask for it, or nothing was learned."""
        if not self._config.foresight.in_runs:
            return None
        version = forecasts.version(sql)
        with self._reading:
            if self._known[0] != version:
                self._known = version, forecaster_of(self._config, self._engine, sql)
            return self._known[1]

    def ends(self, sql: sa.Connection, found: Iterable[OpenCycle]) -> dict[tuple[str, str], "Ends"]:
        """Return with whom tickets like those of open cycles ended, by connection and id."""
        forecaster = self.forecaster(sql)
        if forecaster is None or not forecaster.learned.routes.ended:
            return {}
        keys: dict[str, dict[str, str]] = {}
        for one in found:
            keys.setdefault(one.connection, {})[one.id] = one.key
        known: dict[tuple[str, str], Ends] = {}
        for connection, its in keys.items():
            for id_, came_to in results.of(Transaction(sql, connection), its).items():
                still = [one for one in came_to if one.stopped_at is None]
                ends = Ends.of(forecaster.learned.routes, still[0].dimensions) if still else None
                if ends is not None:
                    known[connection, id_] = ends
        return known


@dataclass(frozen=True, slots=True)
class Ends:
    """With which teams tickets that held the same were at their end: the likeliest, and how likely each is (0 to 1).

    It is known of `count` tickets. A hint for people: nobody assigns anything by it.
    """

    teams: Sequence[tuple[str, float]]
    count: int

    @classmethod
    def of(cls, routes: Routes, held: Mapping[str, Values]) -> Self | None:
        """Return it of a ticket whose fields hold this; None where nothing was learned."""
        key = tuple(holder_text(held.get(name, ())) or "" for name in routes.fields)
        known = [key[:depth] for depth in range(len(key) + 1) if key[:depth] in routes.ended]
        return cls(routes.last(key), sum(routes.ended[known[-1]].values())) if known else None
