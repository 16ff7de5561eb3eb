"""Who changed the configuration when, as lines and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sla_engine.instant import format_instant
from slabridge.app.history import Change, History
from slabridge.state.configurations import Effect


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
    for change in found.changes:
        became = change.became
        yield ""
        yield f"{_utc(became.seen_at)}, first seen by run {became.seen.run}"
        yield from (f"  {_file(file)}" for file in became.seen.files)
        yield from (f"  {one.key}: {_value(one.before)} -> {_value(one.now)}" for one in change.keys)
        yield from (f"  {_effect(effect)}" for effect in became.effects)


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
