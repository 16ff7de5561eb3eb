"""`slabridge run`."""

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import each, say
from slabridge.cli.options import AsJson, ConfigPath, Only

if TYPE_CHECKING:
    from slabridge.config import Config


def run(  # noqa: PLR0913 - one parameter per option
    *,
    context: typer.Context,
    config: ConfigPath = None,
    only: Only = None,
    max_seconds: Annotated[
        float | None, typer.Option("--max-seconds", min=1, help="End in order after so long; the next run goes on.")
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
    from slabridge.cli.progress import counted
    from slabridge.run.halt import Halt
    from slabridge.show.report import sent_of, table_of, troubles_of
    from slabridge.text.printed import json_line

    halt = Halt(max_seconds)

    def step(configured: "Config") -> int:
        report = run_once(configured, context.obj(), on_progress, halt, accept=accept)
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
        return _sent(configured) or report.exit_code

    with halt.on_signals(), counted() as on_progress:
        code = each(config, only, step, lambda: halt.stopping() or halt.left() <= 0)
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
