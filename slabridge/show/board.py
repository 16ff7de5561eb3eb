"""The board as plain values, as rows of a table, and on a terminal."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine.instant import format_instant
from slabridge.app.age import Age
from slabridge.app.board import Board, OpenCycle
from slabridge.show.ledger import STYLES
from slabridge.show.risk import forecast_of, rounded
from slabridge.text.printed import line
from slabridge.text.spoken import spoken

COLUMNS: Final = (
    *("connection", "ticket", "id", "agreement", "objective", "cycle", "kind", "stage", "status", "started_at"),
    *("due_at", "due_if_resumed", "breached_at", "target_seconds", "remaining_seconds", "holder", "priority", "team"),
    *("customer", "risk", "alike", "basis"),
)


def as_json(board: Board) -> dict[str, Any]:
    """Return a board as plain values: instants as texts in UTC, times in seconds."""
    return {
        "connections": [_age(age) for age in board.ages],
        "total": board.total,
        "due_within_hour": board.soon,
        "by_status": dict(board.by_status),
        "by": {
            name: [
                {"value": one.value, "cycles": one.cycles, "due_within_hour": one.soon, **one.by_status}
                for one in facets
            ]
            for name, facets in board.facets.items()
        },
        "left_out": {name: one._asdict() for name, one in board.left_out.items()},
        "offset": board.offset,
        "cycles": [row_of(one) for one in board.cycles],
    }


def _age(age: Age) -> dict[str, Any]:
    return {
        "connection": age.connection,
        "as_of": None if age.as_of is None else format_instant(age.as_of),
        "age_seconds": None if age.ms is None else age.ms / 1000,
    }


def row_of(one: OpenCycle) -> dict[str, Any]:
    """Return an open cycle as plain values, in the order of `COLUMNS`."""
    values = {
        "ticket": one.key,
        "target_seconds": one.target_ms / 1000,
        "remaining_seconds": one.remaining_ms / 1000,
        "risk": None if one.risk is None else rounded(one.risk),
        **{name: _instant(getattr(one, name)) for name in ("started_at", "due_at", "due_if_resumed", "breached_at")},
    }
    return {name: values[name] if name in values else getattr(one, name) for name in COLUMNS}


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def print_board(console: Console, board: Board) -> None:
    """Print how many there are, by who has them, and the part that was asked for."""
    for text in _lines(board):
        console.print(Text(text))
    for name in ("agreement", "holder"):
        table = Table(title=f"by {'who has it' if name == 'holder' else name}", title_justify="left")
        table.add_column(name)
        for status in board.by_status:
            table.add_column(status.replace("_", " "), justify="right")
        for facet in board.facets[name][:10]:
            counts = (f"{facet.by_status[status]:,}" if facet.by_status[status] else "" for status in board.by_status)
            table.add_row(Text(line(facet.value) or "(unset)"), *counts)
        console.print(table)
    by = {"due": "due time", "holder": "who has it"}.get(board.wanted.sort, board.wanted.sort)
    table = Table(title=f"open cycles, by {by}", title_justify="left")
    for name in ("ticket", "objective", "status", "due (UTC)", "left", "held by"):
        table.add_column(name)
    if board.foresees:
        table.add_column("risk", justify="right")
    for one in board.cycles:
        table.add_row(
            Text(line(one.key)),
            Text(f"{one.agreement}.{one.objective}"),
            Text(one.status.replace("_", " "), style=STYLES[one.status]),
            "" if one.due_at is None else format_instant(one.due_at).replace("T", " ")[:16],
            f"{spoken(one.remaining_ms) or '0m'}" if one.remaining_ms >= 0 else f"{spoken(-one.remaining_ms)} over",
            Text(line(one.holder or "")),
            *_risk(one, board),
        )
    console.print(table)


def _risk(one: OpenCycle, board: Board) -> Iterator[str]:
    if board.foresees:
        forecast = forecast_of(one)
        yield "" if forecast is None else f"{forecast.percent} %"


def _lines(board: Board) -> Iterator[str]:
    for age in board.ages:
        known = "never read" if age.ms is None else f"as of {format_instant(age.as_of or 0)}, {spoken(age.ms)} ago"
        yield f"{age.connection}: {known}"
    counts = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in board.by_status.items())
    yield f"{board.total:,} open cycles: {counts}; {board.soon:,} due within an hour"
    for name, one in board.left_out.items():
        what = f"{one.pending:,} tickets are to be judged, {one.quarantined:,} are in quarantine"
        yield f"{name}: {what}; what stands here of them may be old"
