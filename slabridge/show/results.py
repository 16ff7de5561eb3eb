"""Results as a table, as CSV or as JSON Lines."""

import csv
import json
from collections.abc import Callable
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine import Evaluation
from slabridge.text.printed import line, printable
from slabridge.text.spoken import shown_percent

Writer = Callable[[Evaluation], None]

_FORMULA = tuple(
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
"""What a formula begins with: https://owasp.org/www-community/attacks/CSV_Injection"""


def writer_of(form: str, out: TextIO, *, segments: bool, chain: bool) -> Writer:
    """Return what writes evaluations in a form: table, csv or jsonl; `segments` and `chain` go with jsonl alone."""
    if form == "jsonl" and not segments and not chain:
        return lambda evaluation: out.buffer.writelines(evaluation.lines())
    if form == "jsonl":
        return lambda evaluation: out.writelines(
            json.dumps(result.as_json(segments=segments), separators=(",", ":")) + "\n" for result in evaluation.results
        )
    rows = _csv_writer(out) if form == "csv" else _print_table
    return lambda evaluation: rows([result.as_json() for result in evaluation.results])


def _csv_writer(out: TextIO) -> Callable[[list[dict[str, Any]]], None]:
    writer: csv.DictWriter[str] | None = None

    def write(rows: list[dict[str, Any]]) -> None:
        nonlocal writer
        if writer is None and rows:
            writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
            writer.writeheader()
        if writer is not None:
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)

    return write


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet reads as a formula; true and false as JSON writes them."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _print_table(rows: list[dict[str, Any]]) -> None:
    table = Table()
    for name in ("ticket", "objective", "status", "due (UTC)", "used %", "holder"):
        table.add_column(name, overflow="fold", no_wrap=name in ("ticket", "status", "due (UTC)"))
    for row in rows:
        objective = f"{row['agreement']}.{row['objective']}" + (f" #{row['cycle']}" if row["cycle"] > 1 else "")
        due = (row["due_at"] or "").replace("T", " ")[:16]
        ticket, holder = (Text(line(row[name] or "")) for name in ("ticket", "holder"))
        table.add_row(ticket, objective, row["status"], due, shown_percent(row["percent"]), holder)
    Console().print(table)
