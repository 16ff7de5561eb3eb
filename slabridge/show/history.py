"""Who changed the configuration when, as lines and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sla_engine.instant import format_instant
from slabridge.app.history import Change, History
from slabridge.exit import Exit
from slabridge.state.configurations import Effect
from slabridge.state.runs import PastRun


def documents_of(found: History) -> Iterator[dict[str, Any]]:
    """Yield the changes, and what was taken back, as plain values, in the order of time."""
    every = [(change.became.seen_at, as_json(change)) for change in found.changes]
    every += [(run.started_at, _revert_as_json(run)) for run in found.reverts]
    for _, document in sorted(every, key=lambda one: one[0]):
        yield document


def as_json(change: Change) -> dict[str, Any]:
    """Return a change as plain values: instants as texts."""
    became = change.became
    return {
        "number": became.number,
        "at": format_instant(became.seen_at),
        "run": became.seen.run,
        "files": [{**file, "changed_at": _instant(file["changed_at"])} for file in became.seen.files],
        "changes": [{"key": one.key, "before": one.before, "after": one.now} for one in change.keys],
        "connections": [asdict(effect) for effect in became.effects],
    }


def lines_of(found: History) -> Iterator[str]:
    """Yield the changes, line by line."""
    if found.since is None:
        yield "nothing is known yet: the first run keeps what the configuration says"
        return
    yield f"known since {_utc(found.since)}; {len(found.changes)} changes"
    every = [(change.became.seen_at, [*_lines(change)]) for change in found.changes]
    every += [(run.started_at, [f"{_utc(run.started_at)}, {_revert(run)}"]) for run in found.reverts]
    for _, lines in sorted(every, key=lambda one: one[0]):
        yield ""
        yield from lines


def _lines(change: Change) -> Iterator[str]:
    became = change.became
    yield f"{_utc(became.seen_at)}, first seen by run {became.seen.run}"
    yield from (f"  {_file(file)}" for file in became.seen.files)
    yield from (f"  {one.key}: {_value(one.before)} -> {_value(one.now)}" for one in change.keys)
    yield from (f"  {_effect(effect)}" for effect in became.effects)


def _revert(run: PastRun) -> str:
    ended = "" if run.exit_code == Exit.COMPLETE else "; it did not end complete"
    return f"run {run.number} took back run {run.reverts}: {_put_back(run):,} fields put back{ended}"


def _revert_as_json(run: PastRun) -> dict[str, Any]:
    at = format_instant(run.started_at)
    return {"at": at, "run": run.number, "reverts": run.reverts, "fields": _put_back(run), "exit_code": run.exit_code}


def _put_back(run: PastRun) -> int:
    return sum(tally.get("fields_written", 0) for tally in run.connections)


def _file(file: Mapping[str, Any]) -> str:
    if file["changed_at"] is None:
        return f"{file['file']}: gone when the run looked"
    return f"{file['file']}: of {file['owner']}, last changed {_utc(file['changed_at'])}"


def _value(text: str | None) -> str:
    return "nothing" if text is None else text


def _effect(one: Effect) -> str:
    if not one.judged:
        return f"{one.connection}: no ticket was judged anew"
    held = f", {one.held:,} tickets held back at first" if one.held else ""
    going = "" if one.is_over else "; not all is written yet"
    return (
        f"{one.connection}: {one.judged:,} tickets judged anew, {one.moved:,} came out otherwise ({one.results:,} "
        f"results), {one.writes:,} writes{held}{going}"
    )


def _instant(ms: int | None) -> str | None:
    return None if ms is None else format_instant(ms)


def _utc(instant: int) -> str:
    return f"{format_instant(instant).replace('T', ' ')[:16]} UTC"
