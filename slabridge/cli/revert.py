"""`slabridge revert` (docs/revert.md)."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded

if TYPE_CHECKING:
    from slabridge.config import Config


def revert(
    *,
    run: Annotated[int | None, typer.Option("--run", min=1, help="Which run; without it, those there are.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this, only show what would be done.")] = False,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Put back what a run replaced in fields, where nobody has changed it since."""
    from rich.console import Console

    from slabridge.app.revert import revert as take_back
    from slabridge.cli.each import say
    from slabridge.cli.progress import counted
    from slabridge.run.halt import Halt
    from slabridge.show.report import troubles_of
    from slabridge.show.revert import documents_of, texts_of
    from slabridge.text.printed import json_line

    if apply and run is None:
        raise typer.BadParameter("needs --run", param_hint="--apply")
    configured = loaded(config, only)
    if run is None:
        _list(configured, json=json)
        return
    with counted() as on_progress:
        found = take_back(configured, run, on_progress, Halt(), apply=apply)
    if json:
        for document in documents_of(found):
            sys.stdout.buffer.write(json_line(document))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for text in texts_of(found, done=apply):
            console.print(text)
    say(troubles_of(found.report), configured)
    raise typer.Exit(found.report.exit_code)


def _list(config: "Config", *, json: bool) -> None:
    from slabridge.app.revert import replacing
    from slabridge.show.revert import as_json, lines_of
    from slabridge.text.printed import json_line, line

    found = replacing(config)
    if json:
        for one in found:
            sys.stdout.buffer.write(json_line(as_json(one)))
    else:
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found))
