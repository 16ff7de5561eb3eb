"""`slabridge fleet`: the runs of many customers on many workers (docs/fleet.md)."""

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import contained
from slabridge.cli.options import AsJson, ConfigPath, given, logged, noted
from slabridge.exit import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from slabridge.app.connect import HostLimits
    from slabridge.config.customers import Customers
    from slabridge.run.halt import Halt

fleet = typer.Typer(no_args_is_help=True, help="Run the customers of a folder on many workers.")


@fleet.command()
def work(
    *,
    context: typer.Context,
    config: ConfigPath = None,
    processes: Annotated[int, typer.Option("--processes", min=1, help="Customers run at once by this worker.")] = 2,
    max_seconds: Annotated[
        float, typer.Option("--max-seconds", min=1, help="End each run in order after so long; the next goes on.")
    ] = 600,
    json: AsJson = False,
) -> None:
    """Take customers from the queue and run them, until somebody asks to stop."""
    try:
        from slabridge.fleet.queue import queue_at
        from slabridge.fleet.timing import Timing
        from slabridge.fleet.worker import PASSING
        from slabridge.fleet.worker import work as begin
    except ModuleNotFoundError as error:
        raise _lacking(error) from None
    from slabridge.app.service_manager import tell
    from slabridge.cli.one import ran
    from slabridge.config.config import read_config
    from slabridge.config.fleet import fleet_of

    logged()
    folder, job = _folder(config), context.obj()
    addresses, timing = fleet_of(_read(folder)), Timing(max_seconds)

    def step(name: str, halt: "Halt", of_host: "HostLimits") -> int:
        def one() -> int:
            customer = noted(read_config(_read(folder).source(name)))
            return ran(customer, job, lambda _: None, halt, json=json, of_host=of_host)

        code = contained(name, one, set(), passing=PASSING)
        sys.stdout.flush()
        gc.collect()
        return code

    def ready() -> None:
        from slabridge.show.logs import log

        log.info("worker ready", processes=processes)
        tell("READY")

    queue = queue_at(addresses.broker, timing)
    code = begin(queue, limits=addresses.limits, timing=timing, processes=processes, step=step, ready=ready)
    tell("STOPPING")
    raise typer.Exit(code)


@fleet.command()
def schedule(
    *,
    config: ConfigPath = None,
    every: Annotated[
        str | None, typer.Option("--every", help="Go on until somebody asks to stop: a round at this interval.")
    ] = None,
) -> None:
    """Put every customer into the queue, where nobody waits in it any more: a round."""
    try:
        from slabridge.fleet.queue import Away, begin_round, queue_at
        from slabridge.fleet.timing import Timing
    except ModuleNotFoundError as error:
        raise _lacking(error) from None
    from slabridge.config import ConfigError
    from slabridge.config.fleet import fleet_of

    logged()
    folder = _folder(config)
    queue = queue_at(fleet_of(_read(folder)).broker, Timing())

    def begin() -> int:
        from slabridge.show.logs import log

        try:
            names = _read(folder).names
            waiting = begin_round(queue, names)
        except ConfigError as error:
            sys.stderr.write(f"{error}\n")
            return Exit.USAGE
        except Away as error:
            log.error("nothing queued", reason=str(error))
            return Exit.DEFERRED
        if waiting:
            log.warning("customers still wait", customers=waiting)
            return Exit.DEFERRED
        log.info("round queued", customers=len(names))
        return Exit.COMPLETE

    raise typer.Exit(begin() if every is None else _rounds(begin, every))


def _rounds(begin: Callable[[], int], every: str) -> int:
    """Begin a round at each interval, or as soon as the one before it has been taken, until somebody asks to stop."""
    from time import monotonic

    from slabridge.app.daemon import Told, keep_on
    from slabridge.app.service_manager import tell
    from slabridge.cli.daemon import seconds_of
    from slabridge.run.halt import Halt

    whole, code = Halt(), Exit.COMPLETE
    told = Told(whole)

    def tried() -> int:
        nonlocal code
        code = Exit(begin())
        return code

    with told.by_signals():
        tell("READY")
        keep_on(
            seconds_of(every),
            run=tried,
            due=lambda: monotonic() if code == Exit.DEFERRED else None,  # once more, as soon as may be
            reload=lambda: None,
            stopping=whole.stopping,
            wait=told.wait,
        )
        tell("STOPPING")
    return Exit.COMPLETE


def _folder(config: "Path | None") -> "Path":
    folder = given(config)
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is no folder of customers", param_hint="--config")
    return folder


def _read(folder: "Path") -> "Customers":
    from slabridge.config.customers import Customers

    return Customers.of(folder)


def _lacking(error: ModuleNotFoundError) -> typer.Exit:
    sys.stderr.write(f'{error.name} is not installed; for the fleet: pip install "slabridge[fleet]"\n')
    return typer.Exit(Exit.USAGE)
