"""`slabridge whatif`: what another file would have made of the same histories (docs/whatif.md)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, Only, Scheduler, instant, loaded, midnight, path_of
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config
    from slabridge.whatif.columns import Period
    from slabridge.whatif.sums import Sums

_LAST = 1 << 62


def whatif(  # noqa: PLR0913 - one parameter per option
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="The file, or folder, to try.")],
    old: Annotated[
        Path | None, typer.Option(help="The file that holds now; else SLABRIDGE_CONFIG, or config.toml.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Count cycles that ended on this date or later.")] = None,
    until: Annotated[str | None, typer.Option(help="Count cycles that ended before this date.")] = None,
    tickets: Annotated[Path | None, typer.Option(help="Tickets of a file instead of the state's.")] = None,
    as_of: Annotated[str | None, typer.Option(help="With --tickets: the instant to judge at.")] = None,
    only: Only = None,
    scheduler: Scheduler = None,
    json: AsJson = False,
) -> None:
    """Judge the stored histories by two files, and say what would have come out otherwise; nothing is written."""
    from rich.console import Console

    from slabridge.show import whatif as show
    from slabridge.text.printed import json_line

    if (tickets is None) != (as_of is None):
        raise typer.BadParameter("--tickets and --as-of go together", param_hint="--tickets")
    if tickets is not None and scheduler is not None:
        raise typer.BadParameter("only tickets of the state are spread over workers", param_hint="--scheduler")
    if tickets is not None and as_of is not None:
        sums, code = _of_file(path_of(old, only), path_of(config, only), tickets, as_of, (since, until))
    else:
        sums, code = _of_state(loaded(old, only), path_of(config, only), (since, until), scheduler), Exit.COMPLETE
    if json:
        sys.stdout.buffer.write(json_line(show.as_json(sums)))
    else:
        show.print_sums(Console(), sums)
    raise typer.Exit(code)


def _of_state(before: "Config", new: Path, dates: tuple[str | None, str | None], scheduler: str | None) -> "Sums":
    from slabridge.app.whatif import of_state
    from slabridge.config import load_config
    from slabridge.spread import Spread

    period = _period(dates, before.definitions.timezone)
    return of_state(before, load_config(new), period, Spread.over(scheduler))


def _of_file(
    before: Path, new: Path, tickets: Path, as_of: str, dates: tuple[str | None, str | None]
) -> tuple["Sums", Exit]:
    from slabridge.app.whatif import of_file
    from slabridge.config import read_definitions
    from slabridge.text.printed import line

    period = _period(dates, read_definitions(before).timezone)
    sums, invalid = of_file(before, new, tickets, instant(as_of, "--as-of"), period)
    for number, text in invalid:
        sys.stderr.write(f"{tickets}:{number}: invalid: {line(text)}\n")
    return sums, Exit.PARTIAL if invalid else Exit.COMPLETE


def _period(dates: tuple[str | None, str | None], timezone: str) -> "Period":
    zone = ZoneInfo(timezone)
    first, last = (
        None if date is None else midnight(date, option, zone)
        for date, option in zip(dates, ("--since", "--until"), strict=True)
    )
    return first or 0, _LAST if last is None else last
