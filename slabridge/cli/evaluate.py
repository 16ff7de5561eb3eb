"""`slabridge evaluate`: tickets of a file in, results out, no connection (docs/evaluate.md)."""

import csv
import gc
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine import Engine, Evaluation
from sla_engine.agreement import fields_read
from sla_engine.condition import SOURCE
from sla_engine.instant import parse_instant
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.config import read_definitions
from slabridge.run.tally import Exit
from slabridge.show import printed
from slabridge.ticket.file import UnreadableFile, read_batches


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


Writer = Callable[[Evaluation], None]


def evaluate(  # noqa: PLR0913 - one parameter per option
    *,
    tickets: Annotated[Path, typer.Option(help="Tickets as JSON Lines, .gz too.")],
    as_of: Annotated[str, typer.Option(help="The instant to evaluate at, as 2026-03-02T08:00:00Z.")],
    config: ConfigPath = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    segments: Annotated[bool, typer.Option("--segments", help="Open each cycle into its segments.")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate tickets of a file; only calendars, clocks and agreements are needed."""
    engine = Engine(read_definitions(prepared(config)))
    instant = _instant(as_of)
    form = Format.JSONL if as_json else form
    if segments and form is not Format.JSONL:
        raise typer.BadParameter("segments are printed with --format jsonl only", param_hint="--segments")
    write = _writer(form, segments=segments)
    gc.disable()  # nothing here forms cycles, and the collector would walk millions of values again and again
    wanted = frozenset().union(*(fields_read(a) for a in engine.definitions.agreements)) - {SOURCE}
    seen: set[str] = set()
    invalid = 0
    try:
        for batch in read_batches(tickets):
            evaluation = engine.evaluate(batch.tickets, instant, segments=segments)
            write(evaluation)
            troubles = [*batch.invalid, *((batch.lines[n], text) for n, text in evaluation.invalid)]
            for line, text in sorted(troubles):
                sys.stderr.write(f"{tickets}:{line}: set aside: {printed.line(text)}\n")
            for n, text in evaluation.warnings:
                warning = printed.line(f"{batch.tickets[n].key}: {text}")
                sys.stderr.write(f"{tickets}:{batch.lines[n]}: warning: {warning}\n")
            invalid += len(troubles)
            for ticket in batch.tickets:
                seen.update(ticket.fields, *(entry.changes for entry in ticket.history))
    except UnreadableFile as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(Exit.USAGE) from error
    for field in sorted(wanted - seen):
        sys.stderr.write(f"warning: no ticket has the field {field!r}, which the agreements read\n")
    raise typer.Exit(Exit.PARTIAL if invalid else Exit.COMPLETE)


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--as-of") from error


def _writer(form: Format, *, segments: bool) -> Writer:
    if form is Format.JSONL and not segments:
        return lambda evaluation: sys.stdout.writelines(evaluation.lines())
    if form is Format.JSONL:
        return _print_segments
    rows = _csv_writer() if form is Format.CSV else _print_table
    return lambda evaluation: rows([result.as_json() for result in evaluation.results])


def _print_segments(evaluation: Evaluation) -> None:
    for result in evaluation.results:
        sys.stdout.write(json.dumps(result.as_json(segments=True), separators=(",", ":")) + "\n")


def _csv_writer() -> Callable[[list[dict[str, Any]]], None]:
    writer: csv.DictWriter[str] | None = None

    def write(rows: list[dict[str, Any]]) -> None:
        nonlocal writer
        if writer is None and rows:
            writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
            writer.writeheader()
        if writer is not None:
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)

    return write


_FORMULA = tuple(
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
"""What a formula begins with: https://owasp.org/www-community/attacks/CSV_Injection"""


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet reads as a formula; true and false as JSON writes them."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = printed.printable(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _print_table(rows: list[dict[str, Any]]) -> None:
    table = Table()
    for name in ("ticket", "objective", "status", "due (UTC)", "used %", "holder"):
        table.add_column(name, overflow="fold", no_wrap=name in ("ticket", "status", "due (UTC)"))
    for row in rows:
        objective = f"{row['agreement']}.{row['objective']}" + (f" #{row['cycle']}" if row["cycle"] > 1 else "")
        due = (row["due_at"] or "").replace("T", " ")[:16]
        ticket, holder = (Text(printed.line(row[name] or "")) for name in ("ticket", "holder"))
        table.add_row(ticket, objective, row["status"], due, f"{row['percent']:g}", holder)
    Console().print(table)
