"""Who changed the configuration when, what came of it, and what was taken back; from the state alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from slabridge.config import Config
from slabridge.report.redefined import Redefinition, redefinitions
from slabridge.state import State, configurations, runs
from slabridge.state.configurations import Configuration
from slabridge.state.runs import PastRun

LONGEST = 400
"""Characters of a value that are shown: of two that are long, what differs may stand far behind."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the configuration: what it became, and the keys that say something else."""

    became: Configuration
    keys: Sequence[Redefinition]


@dataclass(frozen=True, slots=True)
class History:
    """The changes that runs saw, the first one first; `since` is when the first run of all began (None: none was).

    `reverts` are the runs of the last 90 days that took back what others wrote, the first one first.
    """

    since: int | None
    changes: Sequence[Change]
    reverts: Sequence[PastRun] = ()


def history(config: Config) -> History:
    """Return the changes that the state knows; nothing waits for a run.

    Raises:
        StateError, Busy: it cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        with state.reading() as sql:
            known = configurations.listed(sql)
            reverts = runs.reverting(sql)
    finally:
        state.close()
    changes = [
        Change(now, tuple(redefinitions(before.seen.document, now.seen.document, longest=LONGEST)))
        for before, now in pairwise(known)
    ]
    return History(known[0].seen_at if known else None, changes, reverts)
