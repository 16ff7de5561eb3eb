"""`slabridge baseline`: targets from history (docs/baseline.md)."""

import sys
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded, midnight
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config


def baseline(  # noqa: PLR0913 - one parameter per option
    *,
    config: ConfigPath = None,
    only: Only = None,
    since: Annotated[str | None, typer.Option(help="Count cycles that began on this date or later.")] = None,
    by: Annotated[str, typer.Option(help="Fields that cycles are told apart by, with commas.")] = "priority",
    target: Annotated[
        list[str] | None, typer.Option(help="A target that is wanted, as standard.resolution=4h; may be repeated.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Say what the stored cycles took, which targets they would have kept, and what a shorter one would have meant."""
    from rich.console import Console

    from slabridge.app.baseline import baselines
    from slabridge.show.baseline import as_json, print_baselines
    from slabridge.text.printed import json_line

    configured = loaded(config, only)
    begin = None if since is None else midnight(since, "--since", ZoneInfo(configured.definitions.timezone))
    fields = tuple(name.strip() for name in by.split(",") if name.strip())
    found = baselines(configured, begin, fields, _wanted(target or [], configured))
    if not found:
        sys.stderr.write("no cycle that began then is known; has `slabridge run` been through?\n")
        raise typer.Exit(Exit.USAGE)
    if json:
        for group, one in found.items():
            sys.stdout.buffer.write(json_line(as_json(group, fields, one)))
    else:
        print_baselines(Console(highlight=False), found)


def _wanted(texts: list[str], config: "Config") -> dict[str, int]:
    """Return the wanted targets in ms, by agreement.objective."""
    from slabridge.config.problem import instead
    from slabridge.config.shape import read_real_time

    known = [f"{a.id}.{o.name}" for a in config.definitions.agreements for o in a.objectives]
    found = {}
    for text in texts:
        name, _, length = text.partition("=")
        if name not in known:
            raise typer.BadParameter(f"no such objective: {name!r}; {instead(name, known)}", param_hint="--target")
        try:
            found[name] = read_real_time(length)
        except ValueError as error:
            raise typer.BadParameter(f"{text}: {error}", param_hint="--target") from None
    return found
