"""`slabridge demo`: to try slabridge without either tool."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.sandbox import Log, Seed, Share, Size
from slabridge.cli.serve import LISTEN, serve_until_stopped
from slabridge.exit import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slabridge.app.demo import Demo
    from slabridge.run.tally import Report
    from slabridge_sandbox.embedded import Sandbox


def demo(  # noqa: PLR0913 - one parameter per option
    *,
    context: typer.Context,
    log: Log = None,
    size: Size = 3_000,
    seed: Seed = 1,
    share: Share = 0.4,
    days: Annotated[int, typer.Option(min=1, help="Busy days to move through.")] = 2,
    step: Annotated[str, typer.Option(help="Time between two runs.")] = "2h",
    serve: Annotated[bool, typer.Option("--serve", help="Leave its pages up, until Ctrl-C.")] = False,
    svg: Annotated[Path, typer.Option(help="Where a ticket that waited is drawn.")] = Path("slabridge-demo.svg"),
) -> None:
    """Run against a sandbox through some busy days, and show what agents see."""
    from rich.console import Console
    from rich.progress import Progress

    from sla_engine.duration import parse_duration
    from sla_engine.instant import moment_of
    from slabridge.app.demo import demo as through_busy_days
    from slabridge.show import logs
    from slabridge.show.demo import panel_of, picture, table_of
    from slabridge_sandbox.embedded import SandboxError
    from slabridge_sandbox.log import is_jira_log
    from slabridge_sandbox.options import SandboxOptions

    try:
        interval = parse_duration(step).ms
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--step") from error
    if log is not None and is_jira_log(log):
        reason = "issues of a Jira are not what the demo is configured for; write slabridge sandbox --log"
        raise typer.BadParameter(reason, param_hint="--log")
    logs.configure("error", "console")
    console = Console(highlight=False)

    def on_start(sandbox: "Sandbox") -> None:
        console.print(
            f"A ServiceNow at {sandbox.servicenow.url} and a Jira at {sandbox.jira.url}, "
            f"as they were on {moment_of(sandbox.now):%A %Y-%m-%d at %H:%M} UTC."
        )

    def show(done: "Demo") -> None:
        bar.stop()
        console.print(table_of(done))
        for seen in done.tickets:
            console.print(panel_of(seen, done.config.definitions))
        if done.waited is not None:
            svg.write_text(picture(done.waited, done.config.definitions, done.as_of), "utf-8")
            console.print(f"Who had the time of {done.waited.ticket}, drawn: {svg}")
        console.print(f"{len(done.runs)} runs in {done.seconds:.0f} s, sandbox included.")
        _check([run.report for run in done.runs])
        if serve:
            serve_until_stopped(LISTEN, "none", {done.config.customer: done.config})

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("first run", total=None)

        def on_run(instant: int, runs: int) -> None:
            bar.update(task, advance=1, total=runs, description=f"{moment_of(instant):%a %H:%M}")

        options = SandboxOptions(log=log, size=size, seed=seed, share=share, pairs=log is None)
        try:
            through_busy_days(options, days, interval, context.obj(), on_start=on_start, on_run=on_run, then=show)
        except SandboxError as error:
            sys.stderr.write(f"{error}\n")
            raise typer.Exit(Exit.USAGE) from None


def _check(reports: "Sequence[Report]") -> None:
    trouble = [text for report in reports for tally in report.tallies for text in (tally.refusal, tally.outage) if text]
    if trouble or any(report.exit_code is not Exit.COMPLETE for report in reports):
        raise RuntimeError("; ".join(trouble) or "a run was not complete")
