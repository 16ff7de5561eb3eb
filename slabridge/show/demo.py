"""What the demo did: its runs as a table, and a ticket as agents see it."""

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sla_engine import Calendar, Definitions, Result
from sla_engine.instant import moment_of
from slabridge.app.demo import Demo, Seen
from slabridge.show.drawing import drawn
from slabridge.show.ledger import STYLES, ledger_of
from slabridge.show.picture import picture_of

_COUNTS = ("pulled", "evaluated", "fields_written", "comments_written", "calls")


def table_of(demo: Demo) -> Table:
    """Return the runs as a table, with what they came to after the first load."""
    table = Table(title="Each run: what people did before it, and what it did", title_justify="left")
    table.add_column("UTC", no_wrap=True)
    table.add_column("people's updates", justify="right")
    for column in _COUNTS:
        table.add_column({"calls": "HTTP calls"}.get(column, column.replace("_", " ")), justify="right")
    totals = dict.fromkeys(_COUNTS, 0)
    for number, run in enumerate(demo.runs):
        counts = {column: sum(getattr(tally, column) for tally in run.report.tallies) for column in _COUNTS}
        if number:
            totals = {column: totals[column] + counts[column] for column in _COUNTS}
        people = f"{run.updates:,}" if number else "(first)"
        table.add_row(f"{moment_of(run.at):%a %H:%M}", people, *(f"{n:,}" for n in counts.values()))
    table.add_section()
    table.add_row("since then", "", *(f"{n:,}" for n in totals.values()), style="bold")
    return table


def picture(result: Result, definitions: Definitions, as_of: int) -> str:
    """Return who had the time of a cycle, drawn (SVG)."""
    calendars = {name: Calendar(calendar) for name, calendar in definitions.calendars.items()}
    return drawn(picture_of(result, definitions, calendars, as_of))


def panel_of(seen: Seen, definitions: Definitions) -> Panel:
    """Return a ticket as agents see it, and as slabridge explains it."""
    text = Text()
    for field, value in seen.fields.items():
        text.append(f"{field:<20} ", style="dim")
        text.append(f"{value or '-'}\n", style=STYLES.get(value.lower().replace(" ", "_"), ""))
    for at, body in seen.comments:
        text.append(f"\ncomment of {at}\n", style="dim")
        text.append(body + "\n")
    text.append("\nwhy (slabridge explain)\n", style="dim")
    text.append_text(ledger_of(seen.results, definitions))
    return Panel(text, title=f"{seen.key} in {seen.tool}, as the agent sees it", title_align="left")
