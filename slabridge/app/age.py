"""How old is what is known of connections."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.state import lease, runs
from slabridge.state.connections import as_ofs

_LOOKED_AT = 20
"""Runs in which a connection is looked for: one that was halted did not come to all."""


@dataclass(frozen=True, slots=True)
class Age:
    """How old is what is known of a connection: `as_of` the tool's clock then (None: never), `now` what it says now."""

    connection: str
    as_of: int | None
    now: int

    @property
    def ms(self) -> int | None:
        """How long ago that was, ms."""
        return None if self.as_of is None else max(0, self.now - self.as_of)


def ages(sql: sa.Connection, names: Sequence[str]) -> list[Age]:
    """Return how old is what is known of each of these connections."""
    known = as_ofs(sql)
    past = runs.latest(sql, _LOOKED_AT)
    now = sql.scalar(sa.select(lease.clock(sql))) or 0
    return [Age(name, known.get(name), runs.tool_clock(past, name, now)) for name in names]
