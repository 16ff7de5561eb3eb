"""`slabridge run`."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import each, say
from slabridge.cli.options import AsJson, ConfigPath, Only, logged

if TYPE_CHECKING:
    from slabridge.app.watch import Watch
    from slabridge.config import Config
    from slabridge.run.halt import Halt


def run(  # noqa: PLR0913 - one parameter per option
    *,
    context: typer.Context,
    config: ConfigPath = None,
    only: Only = None,
    max_seconds: Annotated[
        float | None, typer.Option("--max-seconds", min=1, help="End in order after so long; the next run goes on.")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", help="Go on until somebody asks to stop: at this interval, and when something is due."),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option("--listen", help="With --every: serve /metrics, /healthz and /readyz at HOST:PORT."),
    ] = None,
    metrics: Annotated[
        Path | None, typer.Option("--metrics", help="Write metrics into this file, NAME.prom, after each run.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what a changed configuration does to many tickets.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Pull what changed, evaluate it, and write the results back onto the tickets."""
    from rich.console import Console

    from sla_engine.instant import format_instant
    from slabridge.app.run import run as run_once
    from slabridge.app.tracing import traced
    from slabridge.app.watch import Watch
    from slabridge.cli.daemon import daemon, written
    from slabridge.cli.progress import counted
    from slabridge.exit import gravest
    from slabridge.run.halt import Halt
    from slabridge.show.report import sent_of, table_of, troubles_of
    from slabridge.text.printed import json_line

    def one(configured: "Config", halt: "Halt", watch: "Watch") -> int:
        report = run_once(configured, context.obj(), on_progress, halt, accept=accept, watch=watch)
        whose = {"customer": configured.customer} if configured.customer else {}
        if json:
            at = format_instant(time.time_ns() // 1_000_000)
            document = {
                **whose,
                "ended_at": at,
                "exit_code": report.exit_code,
                "connections": report.as_json(),
                "messages": report.messages.as_json(),
            }
            sys.stdout.buffer.write(json_line(document))
        else:
            Console().print(table_of(report, configured.customer))
            if sent := sent_of(report):
                Console().print(sent)
        say(troubles_of(report), configured)
        return gravest([_sent(configured), report.exit_code])

    if listen is not None and every is None:
        raise typer.BadParameter("a run that ends serves nothing; --every lets it go on", param_hint="--listen")
    if accept and every is not None:
        raise typer.BadParameter("accepts one change, and --every goes on for ever", param_hint="--accept")
    if metrics is not None and not metrics.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {metrics.absolute().parent}", param_hint="--metrics")
    logged()
    if every is not None:
        with traced(), counted() as on_progress:
            raise typer.Exit(
                daemon(one, config, only, every=every, seconds=max_seconds, listen=listen, metrics=metrics)
            )
    halt, watch = Halt(max_seconds), Watch(metrics is not None)
    with traced(), halt.on_signals(), counted() as on_progress:
        code = each(config, only, lambda one_of: one(one_of, halt, watch), lambda: halt.stopping() or halt.left() <= 0)
        if metrics is not None:
            code = gravest([code, written(metrics, watch)])
    raise typer.Exit(code)


def _sent(config: "Config") -> int:
    """Write the report of the period that is over, where the file asks for it; return 3 where something is amiss."""
    if config.reporting is None or config.reporting.rules.send is None:
        return 0
    sending, language = config.reporting.rules.send, config.reporting.rules.language
    from slabridge.app.send import send
    from slabridge.exit import Exit
    from slabridge.show.report_files import files_of
    from slabridge.show.report_sheets import NoLibrary
    from slabridge.text.printed import line

    try:
        place, lacking = send(config, sending, lambda document: files_of(document, sending.form, language))
    except NoLibrary as error:
        place, lacking = None, [f"the report was not written: {error}"]
    if place is not None:
        sys.stderr.write(f"{place}\n")
    say(map(line, lacking), config)
    return Exit.PARTIAL if lacking else Exit.COMPLETE
