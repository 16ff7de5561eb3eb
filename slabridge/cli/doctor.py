"""`slabridge doctor`."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, loaded
from slabridge.exit import Exit


def doctor(
    *,
    write_test: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Also write into each written field of this ticket, and put back what stood there."
        ),
    ] = None,
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """Ask each tool for all that a run reads and writes there, and say what stands in the way; nothing is written."""
    from slabridge.app.doctor import diagnose
    from slabridge.app.write_test import write_test as test
    from slabridge.show.doctor import as_json, heading, lines_of
    from slabridge.text.printed import json_line, line

    configured = loaded(config)
    failed, last = False, None
    for name, finding in (*diagnose(configured), *(test(configured, write_test) if write_test else ())):
        failed = failed or finding.verdict == "failure"
        if json:
            sys.stdout.buffer.write(json_line(as_json(name, finding)))
            continue
        if name != last:
            sys.stdout.write(heading(name))
            last = name
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(finding))
        sys.stdout.flush()
    if failed:
        raise typer.Exit(Exit.PARTIAL)
