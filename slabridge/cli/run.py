"""`slabridge run`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import each
from slabridge.cli.one import ran
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
    from slabridge.app.tracing import traced
    from slabridge.app.watch import Watch
    from slabridge.cli.daemon import daemon, written
    from slabridge.cli.progress import counted
    from slabridge.exit import gravest
    from slabridge.run.halt import Halt

    def one(configured: "Config", halt: "Halt", watch: "Watch") -> int:
        return ran(configured, context.obj(), on_progress, halt, watch, accept=accept, json=json)

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
