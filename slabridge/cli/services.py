"""`slabridge services`: what is left to each service before a promise is broken (docs/reports.md, "What is left")."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded
from slabridge.exit import Exit


def services(  # noqa: PLR0913 - one parameter per option
    *,
    period: Annotated[str | None, typer.Option(help="As for `report`; else the running month.")] = None,
    config: ConfigPath = None,
    only: Only = None,
    service: Annotated[list[str] | None, typer.Option(help="A service of the file; may be repeated.")] = None,
    customer: Annotated[str | None, typer.Option(help="A customer: what the field `customer` holds.")] = None,
    json: AsJson = False,
) -> None:
    """Show of each service how it stands in the running month: downtime left, and how many more breaches it bears."""
    from slabridge.app.asked import Asked
    from slabridge.app.services import running_period
    from slabridge.app.services import services as look
    from slabridge.show.services import lines_of
    from slabridge.text.printed import json_line, line

    configured = loaded(config, only)
    reporting = configured.reporting
    asked = Asked(period or running_period(configured), tuple(service or ()), customer)
    found = look(configured, asked)
    sys.stderr.writelines(f"{line(text)}\n" for text in found["lacking"])
    if json:
        sys.stdout.buffer.write(json_line(found))
    else:
        shown = "en" if reporting is None else reporting.rules.language
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found, shown))
    raise typer.Exit(Exit.PARTIAL if found["lacking"] else Exit.COMPLETE)
