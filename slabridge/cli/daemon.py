"""`slabridge run --every`: round after round (docs/daemon.md)."""

import gc
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from slabridge.cli.each import contained
from slabridge.cli.kept import Kept
from slabridge.cli.listen import address_of, listening
from slabridge.cli.options import logged
from slabridge.exit import Exit, gravest

if TYPE_CHECKING:
    from slabridge.app.watch import Watch
    from slabridge.config import Config
    from slabridge.run.halt import Halt

Run = Callable[["Config", "Halt", "Watch"], int]
"""A run of one configuration, with all that it prints."""


def seconds_of(text: str) -> float:
    """Return the interval that `--every` names.

    Raises:
        BadParameter: it is no duration, or a shorter one than there may be.
    """
    from sla_engine.duration import parse_duration
    from slabridge.app.daemon import SPACING

    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--every") from error
    if duration.working_days or duration.ms < SPACING * 1000:
        raise typer.BadParameter(f"{text!r} is no interval; write 5m, or 20s at least", param_hint="--every")
    return duration.ms / 1000


def daemon(  # noqa: PLR0913 - the options
    run: Run,
    config: Path | None,
    only: str | None,
    *,
    every: str,
    seconds: float | None,
    listen: str | None,
    metrics: Path | None,
) -> int:
    """Run until somebody asks to stop; return the exit code.

    Raises:
        BadParameter, ConfigError: there is nothing to begin with.
    """
    from slabridge.app.daemon import Told, keep_on
    from slabridge.app.service_manager import tell
    from slabridge.app.watch import Watch, owner
    from slabridge.run.halt import Halt
    from slabridge.show import logs

    interval, address = seconds_of(every), None if listen is None else address_of(listen)
    kept, whole = Kept(config, only), Halt()
    if not kept.configs:
        return Exit.USAGE
    told = Told(whole)
    with ExitStack() as stack:
        stack.enter_context(told.by_signals())
        watch = Watch(listen is not None or metrics is not None, stack.enter_context(owner()), interval)
        watch.expect(kept.configs)

        def reload() -> None:
            tell("RELOADING")
            for left in kept.read():
                watch.forget(left)
            watch.expect(kept.configs)
            if kept.valid:
                logs.log.info("configuration read anew")
            tell("READY")

        if address is not None:
            stack.enter_context(listening(address, pages(watch, kept)))
        tell("READY")

        def begin() -> int:
            codes = [_round(run, kept, Halt(seconds, whole), watch)]
            if metrics is not None:
                codes.append(written(metrics, watch, kept))
            return gravest(codes)

        code = keep_on(interval, run=begin, due=watch.due, reload=reload, stopping=whole.stopping, wait=told.wait)
        tell("STOPPING")
        for left in kept.configs.values():
            watch.forget(left)
    return code


def _round(run: Run, kept: Kept, halt: "Halt", watch: "Watch") -> int:
    gc.unfreeze()  # what the last round's runs put beyond the collector's reach
    gc.collect()
    codes, said = list[int](), set[str]()
    for done, (name, config) in enumerate(kept.configs.items()):
        if done and (halt.stopping() or halt.left() <= 0):
            left = len(kept.configs) - done
            sys.stderr.write(f"the round ends here; {left} customers, from {name} on, are left to the next\n")
            codes.append(Exit.DEFERRED)
            break
        codes.append(contained(name, partial(run, config, halt, watch), said))
    logged()
    sys.stdout.flush()
    return gravest(codes)


def written(path: Path, watch: "Watch", kept: Kept | None = None) -> int:
    """Write the metrics into a file; return 3 where that cannot be."""
    from slabridge.show import logs, metrics

    try:
        metrics.write(path, watch.all_samples(None if kept is None else kept.valid))
    except OSError as error:
        logs.log.error("metrics not written", file=str(path), reason=error.strerror or type(error).__name__)
        return Exit.PARTIAL
    return Exit.COMPLETE


def pages(watch: "Watch", kept: Kept) -> dict[str, Callable[[str], tuple[int, str, bytes]]]:
    """Return what is answered at which path."""
    from slabridge.show import metrics

    def scraped(accept: str) -> tuple[int, str, bytes]:
        body, kind = metrics.scraped(watch.all_samples(kept.valid), accept)
        return 200, kind, body

    def alive(_accept: str) -> tuple[int, str, bytes]:
        return 200, "text/plain; charset=utf-8", b"alive\n"

    def ready(_accept: str) -> tuple[int, str, bytes]:
        reasons = watch.why_not()
        if not kept.valid:
            reasons["configuration"] = "what was read last does not validate"
        body = json.dumps({"ready": not reasons, "reasons": reasons}, ensure_ascii=False)
        return 503 if reasons else 200, "application/json", f"{body}\n".encode()

    return {"/metrics": scraped, "/healthz": alive, "/readyz": ready}
