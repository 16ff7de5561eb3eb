"""What is put back of a run, what is left alone, and which runs could be taken back; as lines and as JSON."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.text import Text

from sla_engine.instant import format_instant
from slabridge.run.putting_back import Reverted
from slabridge.show.plan import as_json as action_as_json
from slabridge.show.plan import diff
from slabridge.state.replaced import Replacing
from slabridge.text.printed import line


def texts_of(found: Reverted, *, done: bool) -> Iterator[Text]:
    """Yield what is put back, as lines of a diff, what is left alone, and what stays."""
    for name, action in found.report.actions:
        yield diff(name, action)
    for name, left in found.left:
        yield Text(f"{name} {line(left.key)}: {line(left.field)} is left alone: {line(left.reason)}")
    yield Text(_summary(found, done=done))
    for name, group in groupby(found.comments, key=lambda one: one[0]):
        ids = [comment.id for _, comment in group]
        yield Text(f"{name}: {len(ids):,} comments of run {found.number} stay, on {len(set(ids)):,} tickets")
    for name, table in found.tables.items():
        yield Text(f"{name}: rows of {table} stay, also those whose fields are all empty now")


def documents_of(found: Reverted) -> Iterator[dict[str, Any]]:
    """Yield what is put back, what is left alone, and the comments that stay, as plain values: one each."""
    for name, action in found.report.actions:
        yield action_as_json(name, action)
    for name, left in found.left:
        yield {"connection": name, "ticket": left.key, "id": left.id, "field": left.field, "left": left.reason}
    for name, one in found.comments:
        yield {"connection": name, "ticket": one.key, "id": one.id, "stays": one.body, "markers": one.markers}


def lines_of(found: Sequence[Replacing]) -> Iterator[str]:
    """Yield the runs that wrote fields, a line each, the last first."""
    if not found:
        yield "no run is known that wrote fields"
    for (number, at, reverts), group in groupby(found, key=lambda one: (one.run, one.started_at, one.reverts)):
        written = "; ".join(f"{one.connection} {one.fields:,} fields on {one.tickets:,} tickets" for one in group)
        what = "" if reverts is None else f", which takes back run {reverts}"
        yield f"run {number}, {format_instant(at).replace('T', ' ')[:16]} UTC{what}: {written}"


def as_json(one: Replacing) -> dict[str, Any]:
    """Return what a run wrote on a connection as plain values."""
    at = format_instant(one.started_at)
    counts = {"fields": one.fields, "tickets": one.tickets}
    return {"run": one.run, "at": at, "reverts": one.reverts, "connection": one.connection, **counts}


def _summary(found: Reverted, *, done: bool) -> str:
    changes = [(name, action.write.id) for name, action in found.report.actions for _ in action.changes]
    tickets = len(set(changes))
    if done:
        written = sum(tally.fields_written for tally in found.report.tallies)
        parts = [f"{written:,} of {len(changes):,} fields on {tickets:,} tickets were put back"]
    else:
        parts = [f"{len(changes):,} fields on {tickets:,} tickets would be put back; --apply does it"]
    if found.back:
        parts.append(f"{found.back:,} held what they held before already")
    if found.left:
        parts.append(f"{len(found.left):,} are left alone")
    return "; ".join(parts)
