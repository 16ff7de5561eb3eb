"""The program: its commands, and how it ends."""

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from slabridge.cli.advise import advise
from slabridge.cli.agreements import agreements
from slabridge.cli.baseline import baseline
from slabridge.cli.board import board
from slabridge.cli.capacity import capacity
from slabridge.cli.compare import compare
from slabridge.cli.demo import demo
from slabridge.cli.doctor import doctor
from slabridge.cli.evaluate import evaluate
from slabridge.cli.explain import explain
from slabridge.cli.faults import faults
from slabridge.cli.feasibility import feasibility
from slabridge.cli.fleet import fleet
from slabridge.cli.forecast import forecast
from slabridge.cli.forget import forget
from slabridge.cli.history import history
from slabridge.cli.import_ import import_
from slabridge.cli.init import init
from slabridge.cli.plan import plan
from slabridge.cli.provision import provision
from slabridge.cli.reevaluate import reevaluate
from slabridge.cli.report import report
from slabridge.cli.retry import retry
from slabridge.cli.revert import revert
from slabridge.cli.run import run
from slabridge.cli.sandbox import sandbox
from slabridge.cli.schema import schema
from slabridge.cli.serve import serve
from slabridge.cli.services import services
from slabridge.cli.status import status
from slabridge.cli.validate import validate
from slabridge.cli.whatif import whatif
from slabridge.exit import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from slabridge.app.job import Job

_INTERRUPTED = 130
"""What typer makes of Ctrl-C, without a word."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="One SLA/OLA engine for ServiceNow and Jira. Exit codes: 0 complete, 1 bug, 2 usage or configuration, "
    "3 partial, 4 deferred, 5 busy.",
)
app.command()(run)
app.command()(plan)
app.command()(board)
app.command()(explain)
app.command()(status)
app.command()(serve)
app.command()(history)
app.command()(retry)
app.command()(revert)
app.command()(forget)
app.command()(compare)
app.command()(evaluate)
app.command()(reevaluate)
app.command()(init)
app.command()(doctor)
app.command()(provision)
app.command("import")(import_)
app.command()(validate)
app.command()(schema)
app.command()(agreements)
app.command()(feasibility)
app.command()(whatif)
app.command()(report)
app.command()(services)
app.command()(baseline)
app.command()(forecast)
app.command()(capacity)
app.command()(faults)
app.command()(advise)
app.command()(demo)
app.command()(sandbox)
app.add_typer(fleet, name="fleet")


@app.callback(invoke_without_command=True)
def _version(*, version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        from slabridge import __version__

        typer.echo(__version__)
        raise typer.Exit


def main(job: "Callable[[], Job]") -> None:
    """Run the program; errors that a person can act on become one message and an exit code.

    `job` gives the job to the commands that run it; it is loaded by no other.
    """
    try:
        app(obj=job)
    except SystemExit as ended:
        _end(ended)
    except Exception as error:
        from slabridge.app.failure import exit_of
        from slabridge.text.printed import lines

        code = exit_of(error)
        if code is None:
            raise
        sys.stderr.write(f"{lines(str(error))}\n")
        sys.exit(code)


def _end(ended: SystemExit) -> NoReturn:
    """End as the command said; that the reader of its output has gone, as `head` does, is no failure."""
    if ended.code == _INTERRUPTED:
        sys.stderr.write("interrupted; what was committed is safe, and the next run goes on from there\n")
        sys.exit(Exit.DEFERRED)
    gone = isinstance(ended.__context__, BrokenPipeError)  # of which typer and rich make exit code 1
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Exit.COMPLETE if gone else ended.code)
