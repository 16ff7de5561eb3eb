"""`slabridge evaluate`: tickets of a file in, results out, no connection (docs/evaluate.md)."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, instant, path_of
from slabridge.exit import Exit


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


def evaluate(  # noqa: PLR0913 - one parameter per option
    *,
    tickets: Annotated[Path, typer.Option(help="Tickets as JSON Lines, .gz too.")],
    as_of: Annotated[str, typer.Option(help="The instant to evaluate at, as 2026-03-02T08:00:00Z.")],
    config: ConfigPath = None,
    only: Only = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    segments: Annotated[bool, typer.Option("--segments", help="Open each cycle into its segments.")] = False,
    chain: Annotated[
        bool, typer.Option("--chain", help="Say of each cycle who had its time, across linked tickets.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate tickets of a file; only calendars, clocks and agreements are needed."""
    from slabridge.app.evaluate import Evaluating
    from slabridge.show import results
    from slabridge.text.printed import line

    form = Format.JSONL if as_json else form
    if segments and form is not Format.JSONL:
        raise typer.BadParameter("segments are printed with --format jsonl only", param_hint="--segments")
    if chain and form is not Format.JSONL:
        raise typer.BadParameter("the chain is printed with --format jsonl only", param_hint="--chain")
    write = results.writer_of(form, sys.stdout, segments=segments, chain=chain)
    evaluating = Evaluating(path_of(config, only), tickets, instant(as_of, "--as-of"), segments, chain)
    invalid = 0
    for batch in evaluating.batches():
        write(batch.evaluation)
        for number, text in batch.invalid:
            sys.stderr.write(f"{tickets}:{number}: invalid: {line(text)}\n")
        for number, text in batch.warnings:
            sys.stderr.write(f"{tickets}:{number}: warning: {line(text)}\n")
        invalid += len(batch.invalid)
    for field in evaluating.unseen:
        sys.stderr.write(f"warning: no ticket has the field {field!r}, which the agreements read\n")
    raise typer.Exit(Exit.PARTIAL if invalid else Exit.COMPLETE)
