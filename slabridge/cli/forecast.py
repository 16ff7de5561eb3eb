"""`slabridge forecast`: which open cycles are likely to break (docs/foresight.md)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, Scheduler, instant, loaded, path_of
from slabridge.exit import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slabridge.foresight.trial import Trial


def forecast(  # noqa: PLR0913 - one parameter per option
    *,
    config: ConfigPath = None,
    only: Only = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many cycles are listed.")] = 20,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Say how good forecasts would have been, and of what.")
    ] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="Learn anew now, and let runs go by it; they do so every month.")
    ] = False,
    tickets: Annotated[Path | None, typer.Option(help="With --evaluate: tickets of a file, not the state's.")] = None,
    as_of: Annotated[str | None, typer.Option(help="With --tickets: the instant to look from.")] = None,
    scheduler: Scheduler = None,
    json: AsJson = False,
) -> None:
    """Say which open cycles are likely to break, as cycles like them did; nothing is written on tickets."""
    from rich.console import Console

    from slabridge.app.forecast import NothingLearned, learned_anew, likeliest, tried
    from slabridge.show import forecast as show
    from slabridge.spread import Spread
    from slabridge.text.printed import json_line

    console = Console(highlight=False)
    if tickets is not None:
        raise typer.Exit(_of_file(path_of(config, only), tickets, as_of, evaluate=evaluate, json=json))
    if as_of is not None:
        raise typer.BadParameter(
            "goes with --tickets and --evaluate; the state is looked at as it is", param_hint="--as-of"
        )
    configured, spread = loaded(config, only), Spread.over(scheduler)
    if learn and not configured.foresight.in_runs:
        raise typer.BadParameter("no run would go by it; write [foresight] into the file", param_hint="--learn")
    try:
        if learn:
            found = learned_anew(configured, spread)
            sys.stderr.write(f"{show.learned(found)}\n")
        if evaluate:
            _print(tried(configured, spread), json=json)
        elif not learn:
            forecasts = likeliest(configured, limit, spread)
            if json:
                sys.stdout.buffer.writelines(json_line(show.as_json(one)) for one in forecasts.cycles)
            else:
                show.print_forecasts(console, forecasts)
    except NothingLearned as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(Exit.USAGE) from None


def _of_file(config: Path, tickets: Path, as_of: str | None, *, evaluate: bool, json: bool) -> Exit:
    from slabridge.app.forecast import NothingLearned, tried_on_file
    from slabridge.text.printed import line

    if as_of is None or not evaluate:
        raise typer.BadParameter("goes with --evaluate and --as-of", param_hint="--tickets")
    try:
        trials, invalid = tried_on_file(config, tickets, instant(as_of, "--as-of"))
    except NothingLearned as error:
        sys.stderr.write(f"{error}\n")
        return Exit.USAGE
    _print(trials, json=json)
    sys.stderr.writelines(f"{tickets}:{number}: {line(reason)}\n" for number, reason in invalid)
    return Exit.PARTIAL if invalid else Exit.COMPLETE


def _print(trials: "Sequence[Trial]", *, json: bool) -> None:
    from rich.console import Console

    from slabridge.show import forecast as show
    from slabridge.text.printed import json_line

    if json:
        sys.stdout.buffer.writelines(json_line(show.trial_as_json(trial)) for trial in trials)
    else:
        show.print_trials(Console(highlight=False), trials)
