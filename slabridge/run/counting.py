"""What a run adds to the counts of all runs, under the names of the metrics (docs/metrics.md)."""

import time
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from slabridge.exit import Exit
from slabridge.run.tally import Report, Tally
from slabridge.state import counters
from slabridge.state.counters import Count

RUNS = "slabridge_runs_total"
PULLED = "slabridge_tickets_pulled_total"
JUDGED = "slabridge_tickets_judged_total"
WRITES = "slabridge_writes_total"
CALLS = "slabridge_calls_total"
WAITED = "slabridge_limit_wait_seconds_total"
SUCCESS = "slabridge_last_success_timestamp_seconds"


def count(name: str, **labels: str) -> Count:
    """Return the name of a count, with its labels."""
    return name, tuple(sorted(labels.items()))


def record(transaction: sa.Connection, report: Report) -> None:
    """Add what a run did, as it ends."""
    counters.add(transaction, counts_of(report))
    counters.note(transaction, successes(report.tallies, time.time()))


def counts_of(report: Report) -> dict[Count, float]:
    """Return what a run did."""
    found = defaultdict[Count, float](float, outcome(report.exit_code))
    for tally in report.tallies:
        found[count(PULLED, connection=tally.connection)] += tally.pulled
        found[count(JUDGED, connection=tally.connection)] += tally.evaluated
        for (kind, reason), writes in tally.writes.items():
            found[count(WRITES, connection=tally.connection, kind=kind, reason=reason)] += writes
        for (host, status), calls in tally.traffic.answers.items():
            found[count(CALLS, host=host, status=status)] += calls
        for host, seconds in tally.traffic.waited.items():
            found[count(WAITED, host=host)] += seconds
    return dict(found)


def outcome(code: Exit) -> dict[Count, float]:
    """Return what a run adds by its end alone, also one that could not begin."""
    return {count(RUNS, outcome=code.name.lower()): 1}


def successes(tallies: Sequence[Tally], seconds: float) -> dict[Count, float]:
    """Return of which connections the part came to its end, and when: with no refusal, outage, halt, bug or guard."""
    return {
        count(SUCCESS, connection=tally.connection): seconds
        for tally in tallies
        if not (tally.refusal or tally.outage or tally.halted or tally.bug or tally.held or tally.reverted)
        if tally.as_of is not None
    }
