"""One run of one configuration, with all that it prints: of `slabridge run`, and of a worker."""

import sys
import time
from typing import TYPE_CHECKING

from slabridge.cli.each import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from slabridge.app.connect import HostLimits
    from slabridge.app.job import Job
    from slabridge.app.watch import Watch
    from slabridge.config import Config
    from slabridge.run.halt import Halt
    from slabridge.run.tally import Tally


def ran(  # noqa: PLR0913 - all that a run is given, and how it is printed
    config: "Config",
    job: "Job",
    on_progress: "Callable[[Tally], None]",
    halt: "Halt",
    watch: "Watch | None" = None,
    *,
    accept: bool = False,
    json: bool = False,
    of_host: "HostLimits | None" = None,
) -> int:
    """Run once, print what it did, and return the exit code."""
    from rich.console import Console

    from sla_engine.instant import format_instant
    from slabridge.app.connect import of_this_process
    from slabridge.app.run import run
    from slabridge.exit import gravest
    from slabridge.show.report import sent_of, table_of, troubles_of
    from slabridge.text.printed import json_line

    report = run(config, job, on_progress, halt, accept=accept, watch=watch, of_host=of_host or of_this_process)
    whose = {"customer": config.customer} if config.customer else {}
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
        Console().print(table_of(report, config.customer))
        if sent := sent_of(report):
            Console().print(sent)
    say(troubles_of(report), config)
    if not halt.stopping():
        _learned(config)
    return gravest([_sent(config), report.exit_code])


def _learned(config: "Config") -> None:
    """Learn how cycles end, where the file asks for it and that was long ago."""
    if config.foresight.in_runs:
        from slabridge.app.forecast import renewed
        from slabridge.show.forecast import learned

        if (found := renewed(config)) is not None:
            sys.stderr.write(f"{learned(found)}\n")


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
