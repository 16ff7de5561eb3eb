"""`slabridge forget` (docs/privacy.md)."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded


def forget(  # noqa: PLR0913 - its options
    *,
    person: Annotated[
        list[str] | None, typer.Option(help="A name, id, account or e-mail address of the person; may be repeated.")
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="All people: for a state made before pseudonyms = true.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else it is shown what would be done.")] = False,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Replace a person by a keyed hash in all that the state has, and in all that is read later."""
    from slabridge.app import forget as case
    from slabridge.show.forget import as_json, lines_of
    from slabridge.text.printed import json_line, line

    if bool(person) == everyone:
        raise typer.BadParameter("name a person with --person, or write --everyone", param_hint="--person")
    configured = loaded(config, only)
    found = (
        case.forget_everybody(configured, apply=apply)
        if everyone
        else case.forget(configured, person or (), apply=apply)
    )
    if json:
        sys.stdout.buffer.write(json_line(as_json(found)))
    else:
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found))
    raise typer.Exit(found.exit_code)
