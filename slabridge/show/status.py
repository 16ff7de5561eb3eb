"""What the state knows, as lines and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from sla_engine.instant import format_instant
from slabridge.app.status import Status
from slabridge.exit import Exit
from slabridge.state import runs
from slabridge.state.lease import Holder
from slabridge.state.overview import Overview, Progress
from slabridge.state.runs import PastRun
from slabridge.text.said import word
from slabridge.text.spoken import span


def as_json(found: Status) -> dict[str, Any]:
    """Return a status as plain values: instants as texts, ages in seconds."""
    seen = found.seen
    holder = seen.lease
    lease = {} if holder is None else _dated({**asdict(holder), "counts": holder.counts})
    return {
        "state": found.place,
        "schema": seen.schema,
        "now": format_instant(seen.now),
        "lease": {name: lease[name] for name in ("name", "renewed_at", "expires_at", "counts")} if lease else None,
        "connections": [
            {
                **_dated(_progress(one, found.read_to[one.connection])),
                "age_seconds": None
                if one.as_of is None
                else (runs.tool_clock(seen.runs, one.connection, seen.now) - one.as_of) / 1000,
            }
            for one in seen.progress
        ],
        "foresight": _foresight(found) if found.foresees else None,
        "waiting_for_reports": dict(sorted(found.waiting.items())),
        "quarantined": [_dated(asdict(entry)) for entry in seen.quarantined],
        "messages": [one._asdict() for one in seen.messages],
        "runs": [
            {
                **_dated(asdict(run)),
                "seconds": None if run.finished_at is None else (run.finished_at - run.started_at) / 1000,
            }
            for run in seen.runs
        ],
    }


def _foresight(found: Status) -> dict[str, Any]:
    learned = found.learned
    return {
        "learned_until": None if learned is None else format_instant(learned.as_of),
        "models": [] if learned is None else sorted(learned.models),
    }


_INSTANTS = {
    "as_of",
    "read_to",
    "quarantined_since",
    "posts_from",
    "held_since",
    "first_at",
    "last_at",
    "started_at",
    "finished_at",
    "renewed_at",
    "expires_at",
}


MESSAGES: Final[Mapping[str, str]] = {
    "waiting": word("wait for their time"),
    "failing": word("could not be sent yet"),
    "sending": word("are being sent"),
    "unclear": word("may have arrived or not, and are not sent again"),
}


def _messages(seen: Overview) -> Iterator[str]:
    if seen.messages:
        yield ""
        yield "messages"
    for message in seen.messages:
        reason = f": {message.reason}" if message.reason else ""
        yield f"  {message.receiver}: {message.steps:,} steps {MESSAGES[message.state]}{reason}"


def _progress(one: Progress, read_to: int | None) -> dict[str, Any]:
    """Return a connection's progress, with the instant that its cursor stands at in the cursor's place."""
    values = asdict(one)
    del values["cursor"]
    return {**values, "read_to": read_to}


def _dated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: format_instant(value) if name in _INSTANTS and value is not None else value
        for name, value in values.items()
    }


def _lease(holder: Holder | None) -> str:
    if holder is None:
        return "no run is under way"
    heard = f"{holder.name}, heard of {span(holder.now - holder.renewed_at)} ago"
    return f"a run is under way: {heard}" if holder.counts else f"no run is under way; the last one died: {heard}"


def lines_of(found: Status) -> Iterator[str]:
    """Yield what the state at a place says, line by line."""
    seen = found.seen
    yield f"{found.place}: {_lease(seen.lease)}"
    for one in seen.progress:
        now = runs.tool_clock(seen.runs, one.connection, seen.now)
        yield ""
        yield f"{one.connection}: {_place(one, found.read_to[one.connection], now)}"
        if one.posts_from is not None:
            yield f"  posts from {_utc(one.posts_from)}: what happened before the first run is not posted"
        if one.held_since is not None:
            yield f"  held back since {_utc(one.held_since)}: see `slabridge plan`, and accept it with `run --accept`"
        yield f"  {one.known:,} tickets known, {one.open:,} open, {one.pending:,} to be evaluated, {one.gone:,} gone"
        yield f"  {one.unclear:,} comments unclear, {one.quarantined:,} tickets in quarantine{_since(one, now)}"
        if one.comments_held:
            yield f"  {one.comments_held:,} transitions wait to be posted: see `slabridge plan`"
    yield from _by_what(found)
    if found.waiting:
        yield ""
        yield "tickets that are over, and wait for reports to be issued ([privacy] keep)"
        yield from (f"  {report}: {count:,}" for report, count in sorted(found.waiting.items()))
    if seen.quarantined:
        count = sum(one.quarantined for one in seen.progress)
        yield ""
        yield (
            "in quarantine"
            if len(seen.quarantined) == count
            else f"in quarantine, the latest {len(seen.quarantined)} of {count:,}"
        )
    for entry in seen.quarantined:
        again = " (the next run tries again)" if entry.asked else ""
        yield f"  {entry.connection} {entry.key}, since {_utc(entry.first_at)}{again}: {entry.reason}"
    yield from _messages(seen)
    if seen.runs:
        yield ""
        yield "last runs"
    for run in seen.runs:
        what = f"run {run.number}" if run.reverts is None else f"run {run.number}, which takes back run {run.reverts}"
        yield f"  {_utc(run.started_at)}  {what}: {_outcome(run, seen)}"


def _by_what(found: Status) -> Iterator[str]:
    """Yield by what runs say what is likely to break, where they do."""
    if not found.foresees:
        return
    yield ""
    if found.learned is None:
        yield "what is likely to break: nothing was learned yet; the next run learns it, or `forecast --learn`"
        return
    models = ", ".join(sorted(found.learned.models))
    by = f"by a model: {models}; else by the table" if models else "by the table"
    yield f"what is likely to break: learned from tickets until {_utc(found.learned.as_of)}; {by}"


def _place(one: Progress, read_to: int | None, now: int) -> str:
    read = "nothing read yet" if read_to is None else f"read to {_utc(read_to)}"
    if one.as_of is None:
        return f"{read}, no run was complete"
    return f"as of {_utc(one.as_of)}, {span(now - one.as_of)} ago; {read}"


def _since(one: Progress, now: int) -> str:
    return "" if one.quarantined_since is None else f", the oldest {span(now - one.quarantined_since)} ago"


def _outcome(run: PastRun, seen: Overview) -> str:
    if run.finished_at is None or run.exit_code is None:
        alive = seen.lease is not None and seen.lease.counts and run is seen.runs[0]
        return f"under way for {span(seen.now - run.started_at)}" if alive else "did not end: killed, or a bug"
    names = ("evaluated", "fields_written", "comments_written", "refused", "newly_quarantined", "deferred", "calls")
    counts = {name: sum(tally.get(name, 0) for tally in run.connections) for name in names}
    done = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    ended = f"exit {run.exit_code} {Exit(run.exit_code).name.lower()} after {span(run.finished_at - run.started_at)}"
    return f"{ended}: {done}" if done else ended


def _utc(instant: int) -> str:
    return f"{format_instant(instant).replace('T', ' ')[:16]} UTC"
