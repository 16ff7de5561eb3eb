"""What a run did, as a table and as what is left to do."""

from collections.abc import Iterator

from rich.table import Table

from sla_engine.instant import HOUR
from slabridge.exit import Exit
from slabridge.run.tally import Messages, Report, Tally


def table_of(report: Report, customer: str = "") -> Table:
    """Return a run's counts as a table, with the customer whose they are over it; links where any was written."""
    table = Table(title=customer or None, title_justify="left")
    table.add_column("connection")
    linked = ("links_written",) if any(tally.links_written for tally in report.tallies) else ()
    columns = ("pulled", "evaluated", "fields_written", "comments_written", *linked, "quarantined", "calls")
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right")
    for tally in report.tallies:
        table.add_row(tally.connection, *(f"{getattr(tally, column):,}" for column in columns))
    return table


def sent_of(report: Report) -> str:
    """Return what was sent, as a line; "" where nothing was."""
    messages = report.messages
    return f"{messages.sent:,} messages sent, of {messages.steps:,} steps" if messages.sent else ""


def troubles_of(report: Report) -> Iterator[str]:
    """Yield what is left to do; what went wrong stands in the log."""
    yield from (
        f"{tally.connection}: the changed configuration would change or empty what stands on {tally.held} tickets, so "
        "nothing was written; look at `slabridge plan`, then `slabridge run --accept`, or take the change back"
        for tally in report.tallies
        if tally.held
    )
    yield from (
        f"{tally.connection}: run {tally.reverted} was taken back, and the file is still the one that it went by, so "
        "nothing was written; mend the file, or let it be written after all: `slabridge run --accept`"
        for tally in report.tallies
        if tally.reverted
    )
    for tally in report.tallies:
        yield from _of_connection(tally)
    yield from _messages(report.messages)
    if report.exit_code is Exit.DEFERRED:
        yield "What could not be done now is done by the next run; the state is safe."


def _messages(messages: Messages) -> Iterator[str]:
    if messages.bug:
        yield f"messages: a bug of slabridge ended them ({messages.bug}); please report it, with the line `bug`"
    if messages.deferred:
        yield f"messages: {messages.deferred} steps could not be sent; the log says why, and the next run tries again"
    if messages.unclear:
        yield f"messages: {messages.unclear} steps may have arrived or not, and are not sent again; see the status"
    if messages.lost:
        yield f"messages: {messages.lost} steps could not be sent for too long, and are given up; the log says to whom"


def _of_connection(tally: Tally) -> Iterator[str]:
    if tally.bug:
        yield (
            f"{tally.connection}: a bug of slabridge ended its part ({tally.bug}). Please report it, with the line "
            "`bug` of the log: it has places in our code, and nothing of tickets or secrets"
        )
    if tally.too_long:
        yield (
            f"{tally.connection}: no run has reached it for {tally.unreached // HOUR} hours; is connections."
            f"{tally.connection}.url right, and does the network let us there?"
        )
    if tally.quarantined:
        yield f"{tally.connection}: {tally.quarantined} tickets are in quarantine; see `slabridge status`"
    if tally.unwritable:
        yield f"{tally.connection}: {tally.unwritable} tickets: the tool has no such option; the log names it"
    if tally.unmapped:
        yield f"{tally.connection}: {tally.unmapped} tickets have values that nothing maps; the log names them"
    if tally.waiting:
        yield f"{tally.connection}: {tally.waiting} writes wait for the next run, as `writes_per_run` says"
    if tally.refused:
        yield f"{tally.connection}: {tally.refused} writes were refused; the log says why"
