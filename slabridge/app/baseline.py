"""What the stored cycles took, by objective and by fields (docs/baseline.md)."""

from collections.abc import Mapping, Sequence

from sla_engine.instant import DAY
from slabridge.config import Config
from slabridge.report.baseline import Baseline, Taken, baseline_of
from slabridge.state import ConnectionState, State, connections, results

QUARTER = 91 * DAY

Group = tuple[str, ...]
"""agreement.objective, and a value for each field; "" where it was unset."""


def baselines(config: Config, since: int | None, by: Sequence[str], wanted: Mapping[str, int]) -> dict[Group, Baseline]:
    """Return what the cycles took that began since an instant (ms UTC; None: all), in order.

    `wanted` are targets by agreement.objective, ms. Steps are counted over the last quarter before the last run.

    Raises:
        StateError: the state cannot be read.
    """
    taken: dict[Group, Taken] = {}
    until = 0
    state = State.of(config.state, create=False, migrate=False)
    try:
        for connection in config.connections:
            with ConnectionState(state, connection.name).reading() as transaction:
                until = max(until, connections.standing(transaction).as_of or 0)
                for name, values, elapsed, target, ended_at in results.taken(transaction, since or 0, by):
                    taken.setdefault((name, *values), Taken()).add(elapsed, target, ended_at)
    finally:
        state.close()
    return {
        group: baseline_of(cycles, until - QUARTER, wanted.get(group[0])) for group, cycles in sorted(taken.items())
    }
