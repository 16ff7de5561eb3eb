"""`slabridge sandbox`: to try slabridge without either tool."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from slabridge.exit import Exit

Log = Annotated[Path | None, typer.Option(help="Real incidents to replay, a CSV export; else they are generated.")]
Size = Annotated[int, typer.Option(min=1, help="Tickets to generate.")]
Seed = Annotated[int, typer.Option(help="The same seed generates the same tickets.")]
Share = Annotated[float, typer.Option(min=0, max=1, help="Share of the tickets that live in Jira.")]


def sandbox(  # noqa: PLR0913 - one parameter per option
    *,
    log: Log = None,
    size: Size = 3_000,
    seed: Seed = 1,
    share: Share = 0.4,
    start: Annotated[str | None, typer.Option(help="Where its clock starts, as 2026-03-03T08:00:00Z.")] = None,
    rate: Annotated[float, typer.Option(min=0, help="Its seconds per real second; 0: it moves when asked to.")] = 1.0,
    servicenow_port: Annotated[int, typer.Option(help="0 is any free port.")] = 8081,
    jira_port: Annotated[int, typer.Option(help="0 is any free port.")] = 8082,
    data_center: Annotated[bool, typer.Option("--data-center", help="Let the Jira be a Data Center.")] = False,
) -> None:
    """Serve a ServiceNow and a Jira on loopback until Ctrl-C."""
    from sla_engine.instant import parse_instant
    from slabridge_sandbox.log import LogError
    from slabridge_sandbox.options import Endpoints, SandboxOptions

    try:
        from slabridge_sandbox.server import serve
    except ModuleNotFoundError as error:
        sys.stderr.write(f'{error.name} is not installed; for the sandbox: pip install "slabridge[sandbox]"\n')
        raise typer.Exit(Exit.USAGE) from None

    def ready(endpoints: Endpoints) -> None:
        for name, endpoint in endpoints.items():
            sys.stdout.write(f"{name}: {endpoint.url}  user {endpoint.user}  secret {endpoint.secret}\n")
        steer = f"{endpoints['servicenow'].url}/sandbox/clock"
        sys.stdout.write(f'move the clock: curl -X POST {steer} -d \'{{"advance": "1h"}}\'\nCtrl-C ends it\n')
        sys.stdout.flush()

    try:
        instant = None if start is None else parse_instant(start)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--start") from error
    options = SandboxOptions(
        log=log,
        size=size,
        seed=seed,
        share=share,
        start=instant,
        rate=rate,
        pairs=log is None,
        servicenow_port=servicenow_port,
        jira_port=jira_port,
        jira_deployment="Server" if data_center else "Cloud",
    )
    try:
        serve(options, ready)
    except (LogError, OSError) as error:
        raise typer.BadParameter(str(error)) from error
