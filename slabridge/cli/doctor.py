"""`slabridge doctor`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import each
from slabridge.cli.options import AsJson, ConfigPath, Only, loaded
from slabridge.exit import Exit, gravest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slabridge.app.doctor import Found
    from slabridge.config import Config


def doctor(
    *,
    write_test: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Also write on this ticket, and put back what stood there."),
    ] = None,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Ask each tool for all that a run reads and writes there, and say what stands in the way.

    Nothing is written without --write-test.
    """
    from slabridge.app.doctor import diagnose
    from slabridge.app.write_test import write_test as tried
    from slabridge.show import logs

    one = loaded(config, only) if write_test is not None else None  # a ticket is of one configuration

    def step(configured: "Config") -> int:
        logs.configure("error", "console", configured.customer)  # what connectors warn of, findings say
        return _told(diagnose(configured), configured.customer, json=json)

    code = each(config, only, step)
    if one is not None and write_test is not None:
        code = gravest([code, _told(tried(one, write_test), one.customer, json=json)])
    if code:
        raise typer.Exit(code)


def _told(found: "Iterable[Found]", customer: str, *, json: bool) -> int:
    """Print findings as they come."""
    from slabridge.show.doctor import as_json, heading, lines_of
    from slabridge.text.printed import json_line, line

    failed, last = False, None
    for name, finding in found:
        failed = failed or finding.verdict == "failure"
        if json:
            sys.stdout.buffer.write(json_line(as_json(customer, name, finding)))
            continue
        if name != last:
            sys.stdout.write(heading(customer, name))
            last = name
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(finding))
        sys.stdout.flush()
    return Exit.PARTIAL if failed else Exit.COMPLETE
