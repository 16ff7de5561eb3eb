"""How the program ends where a use case raised: errors that a person can act on have an exit code."""

from connectors.errors import ConnectorError, Refused
from slabridge.app.import_ import NoImport
from slabridge.app.revert import NoSuchRun
from slabridge.config import ConfigError
from slabridge.exit import Exit
from slabridge.report.outage_file import UnreadableOutages
from slabridge.report.reporter import NoSuchReport
from slabridge.spread import NoWorkers, Unfit
from slabridge.state import Busy, StateError, Unreachable
from slabridge.ticket.file import UnreadableFile


def exit_of(error: Exception) -> Exit | None:
    """Return the exit code for an error whose message says all; None for a bug, which needs its traceback."""
    match error:
        case Busy():
            return Exit.BUSY
        case Unreachable():
            return Exit.DEFERRED
        case (
            ConfigError()
            | StateError()
            | UnreadableFile()
            | UnreadableOutages()
            | NoSuchReport()
            | NoImport()
            | NoSuchRun()
            | Unfit()
        ):
            return Exit.USAGE
        case Refused():
            return Exit.PARTIAL
        case ConnectorError() | NoWorkers():
            return Exit.DEFERRED
    return None
