"""The values of the metrics of one state: counts of all its runs, what its last run found, what it holds now."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

import sqlalchemy as sa

from connectors.http.limits import host_of
from slabridge.config import Config
from slabridge.exit import Exit
from slabridge.run.actions import Reason
from slabridge.run.counting import CALLS, JUDGED, PULLED, RUNS, WAITED, WRITES, count
from slabridge.state import counters, outbox, runs
from slabridge.state.counters import Count
from slabridge.state.runs import PastRun
from slabridge.state.tallied import tallied

OUTCOMES = (Exit.COMPLETE, Exit.BUG, Exit.USAGE, Exit.PARTIAL, Exit.DEFERRED, Exit.BUSY)
OPEN = ("on_track", "at_risk", "paused", "breached")
"""Statuses of open cycles."""
STATUSES = ("2xx", "3xx", "4xx", "5xx", "none")
_LOOKED_AT = 20
"""Runs in which a connection is looked for: one that was halted did not come to all."""


class Sample(NamedTuple):
    """The value of a metric with these labels."""

    name: str
    labels: Mapping[str, str]
    value: float


def measured(config: Config, transaction: sa.Connection) -> list[Sample]:
    """Return all that is measured of a configuration's state."""
    names = [connection.name for connection in config.connections]
    past = [run for run in runs.latest(transaction, _LOOKED_AT) if run.finished_at is not None]
    found = _expected(config) | counters.every(transaction)
    samples = [
        Sample(name, dict(labels), value)
        for (name, labels), value in found.items()
        if dict(labels).get("connection", names[0] if names else "") in names
    ]
    agreements = dict.fromkeys(agreement.id for agreement in config.definitions.agreements)
    samples += [*_of_runs(past), *_of_tools(past, names), *_held(transaction, names, agreements)]
    if config.customer:
        return [sample._replace(labels={**sample.labels, "customer": config.customer}) for sample in samples]
    return samples


def _expected(config: Config) -> dict[Count, float]:
    """Return the counts that there may be, at 0: a series that begins with its first event hides it from rate()."""
    found = [count(RUNS, outcome=code.name.lower()) for code in OUTCOMES]
    for connection in config.connections:
        name, host = connection.name, host_of(connection.url)
        found += [count(PULLED, connection=name), count(JUDGED, connection=name), count(WAITED, host=host)]
        found += [count(CALLS, host=host, status=status) for status in STATUSES]
        for reason in Reason:
            kind = "comment" if reason is Reason.TRANSITION else "field"
            found.append(count(WRITES, connection=name, kind=kind, reason=reason))
        links = (Reason.FIRST, Reason.CHANGED) if connection.links_pages else ()
        found += [count(WRITES, connection=name, kind="link", reason=reason) for reason in links]
    return dict.fromkeys(found, 0.0)


def _of_runs(past: list[PastRun]) -> Iterator[Sample]:
    if past:
        last, end = past[0], past[0].finished_at or 0
        yield Sample("slabridge_run_duration_seconds", {}, max(0, end - last.started_at) / 1000)
        yield Sample("slabridge_last_run_timestamp_seconds", {}, end / 1000)


def _of_tools(past: list[PastRun], names: list[str]) -> Iterator[Sample]:
    """Yield whether each tool could be used by the latest run that came to it."""
    for name in names:
        tallies = (tally for run in past for tally in run.connections if tally["connection"] == name)
        for tally in tallies:
            failed = bool(tally["outage"] or tally["refusal"])
            if failed or tally["as_of"] is not None:
                yield Sample("slabridge_tool_up", {"connection": name}, float(not failed))
                break


def _held(transaction: sa.Connection, names: list[str], agreements: Iterable[str]) -> Iterator[Sample]:
    """Yield what the state holds now; what may be there and is not, at 0."""
    now = tallied(transaction)
    for name in names:
        labels = {"connection": name}
        if name in now.as_of:
            yield Sample("slabridge_data_timestamp_seconds", labels, now.as_of[name] / 1000)
        yield Sample("slabridge_quarantined_tickets", labels, now.quarantined.get(name, 0))
    for (name, state), entries in {**dict.fromkeys(product(names, outbox.STATES), 0), **now.outbox}.items():
        yield Sample("slabridge_outbox_entries", {"connection": name, "state": state}, entries)
    for (agreement, status), clocks in {**dict.fromkeys(product(agreements, OPEN), 0), **now.clocks}.items():
        yield Sample("slabridge_open_clocks", {"agreement": agreement, "status": status}, clocks)
    for agreement, clocks in {**dict.fromkeys(agreements, 0), **now.due}.items():
        yield Sample("slabridge_clocks_due_within_hour", {"agreement": agreement}, clocks)
    for (receiver, state), entries in now.notifications.items():
        yield Sample("slabridge_notification_entries", {"receiver": receiver, "state": state}, entries)
