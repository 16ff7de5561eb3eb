"""The program: its commands, and how it ends."""

import os
import sys
from typing import NoReturn

import typer

from connectors.errors import ConnectorError
from slabridge import __version__
from slabridge.cli.compare import compare
from slabridge.cli.evaluate import evaluate
from slabridge.cli.explain import explain
from slabridge.cli.reevaluate import reevaluate
from slabridge.cli.retry import retry
from slabridge.cli.run import plan, run
from slabridge.cli.status import status
from slabridge.cli.try_out import demo, sandbox
from slabridge.cli.validate import validate
from slabridge.config import ConfigError
from slabridge.run.tally import Exit
from slabridge.show.printed import lines
from slabridge.state import Busy, StateError, Unreachable

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="One SLA/OLA engine for ServiceNow and Jira. Exit codes: 0 complete, 1 bug, 2 usage or configuration, "
    "3 partial, 4 deferred, 5 busy.",
)
app.command()(run)
app.command()(plan)
app.command()(explain)
app.command()(status)
app.command()(retry)
app.command()(compare)
app.command()(evaluate)
app.command()(reevaluate)
app.command()(validate)
app.command()(demo)
app.command()(sandbox)


@app.callback(invoke_without_command=True)
def _version(*, version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the program; errors that a person can mend become one message and an exit code."""
    try:
        app()
    except Unreachable as error:
        _say(error)
        sys.exit(Exit.DEFERRED)
    except (ConfigError, StateError) as error:
        _say(error)
        sys.exit(Exit.USAGE)
    except Busy as error:
        _say(error)
        sys.exit(Exit.BUSY)
    except ConnectorError as error:
        _say(error)
        sys.exit(Exit.DEFERRED)
    except SystemExit as ended:
        _end(ended)


def _end(ended: SystemExit) -> NoReturn:
    """End as the command said; that the reader of its output has gone, as `head` does, is no failure."""
    gone = isinstance(ended.__context__, BrokenPipeError)  # of which typer and rich make exit code 1
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Exit.COMPLETE if gone else ended.code)


def _say(error: Exception) -> None:
    sys.stderr.write(f"{lines(str(error))}\n")
