"""A report on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slabridge.report.document import Document
from slabridge.text.printed import line
from slabridge.text.spoken import spoken

_VERDICTS = {True: "kept", False: "MISSED", None: "no verdict"}


def print_report(console: Console, document: Document) -> None:
    """Print a report: the promises first, then where the time went and what it costs."""
    cover = document["cover"]
    console.print(Text(f"{cover['period']}, {cover['from']} to {cover['to']} ({cover['timezone']})", style="bold"))
    console.print(f"{cover['state']}, as of {cover['as_of']}; a cycle counts where it was {cover['counts']}")
    for note in document["notes"]:
        console.print(Text(line(note), style="yellow"))
    _promises(console, document)
    _objectives(console, document)
    _availability(console, document)
    _kpis(console, document["kpis"])
    for one in document["satisfaction"]:
        mean = f"mean {one['mean']} of " if one["answers"] else ""
        console.print(Text(f"satisfaction ({line(one['source'])}): {mean}{one['answers']} answers"))
    _time_used(console, document)
    _consequences(console, document)


def _promises(console: Console, document: Document) -> None:
    table = Table("promise", "measure", "promised %", "result %", "cases", "verdict", title="promises")
    for row in document["summary"]:
        verdict = _VERDICTS[row["kept"]]
        why = f" ({row['why_no_verdict']})" if row["kept"] is None and row["why_no_verdict"] else ""
        table.add_row(
            Text(line(row["promise"])),
            row["measure"],
            row["target"] or "",
            row["percent"] or "",
            str(row["cases"]),
            Text(f"{verdict}{why}", style="bold red" if row["kept"] is False else ""),
        )
    console.print(table if table.row_count else "No promise has a case in this period.")


def _objectives(console: Console, document: Document) -> None:
    table = Table("objective", "met", "breached", "excluded", "result %", "median", "90 %", title="cycles")
    for row in document["objectives"]:
        found = row["compliance"]
        table.add_row(
            f"{row['agreement']}.{row['objective']}",
            *(str(found[key]) for key in ("met", "breached", "excluded")),
            found["percent"] or "no cases",
            time_of(row["elapsed"]["median_seconds"]),
            time_of(row["elapsed"]["p90_seconds"]),
        )
    console.print(table)
    left = document["open_and_breached"]
    if left["count"]:
        oldest = time_of(left["greatest_seconds"])
        console.print(f"{left['count']} cycles were open and breached at the end, the oldest for {oldest}")


def _availability(console: Console, document: Document) -> None:
    for row in document["availability"]:
        console.print(
            Text(
                f"{line(row['title'])}: {row['percent'] or 'no service time'} % available"
                f"{'' if row['target'] is None else ' of ' + row['target'] + ' % promised'}, "
                f"{row['number']} outages, {time_of(row['down_seconds'])} down"
            )
        )


def _kpis(console: Console, kpis: Mapping[str, Any]) -> None:
    restore, first, left = kpis["restore"], kpis["first_team_resolution"], kpis["backlog"]
    console.print(
        f"time to restore: {restore['wall']['count']} tickets, median {time_of(restore['wall']['median_seconds'])} "
        f"({time_of(restore['working']['median_seconds'])} by {restore['calendar']})"
    )
    console.print(
        f"incidents: {kpis['incidents']['count']}; resolved by the first team: {first['count']} of {first['of']}"
    )
    console.print(f"backlog: {left['before']} before, {left['after']} after")


def _time_used(console: Console, document: Document) -> None:
    table = Table("agreement", "holder", "promise beneath", "used", "of it uncovered", title="who used the time")
    for row in sorted(document["time_used"], key=lambda one: (one["agreement"], -one["seconds"]))[:20]:
        table.add_row(
            row["agreement"],
            Text(line(row["holder"] or "nobody")),
            row["cover"] or "none",
            time_of(row["seconds"]),
            time_of(row["uncovered"]),
        )
    if table.row_count:
        console.print(table)


def _consequences(console: Console, document: Document) -> None:
    for part in document["consequences"]:
        for bill in part["bills"]:
            console.print(Text(f"{line(part['title'])}, {bill['period']}: credits {bill['total']} {bill['currency']}"))
        for duty in part["duties"]:
            by = f" by {duty['by']}" if duty["by"] else ""
            console.print(Text(f"  {duty['what']}{by}: {line(duty['because'])}"))


def time_of(seconds: float | None) -> str:
    """Return a duration in seconds as people say it."""
    return "" if seconds is None else spoken(int(seconds * 1000)) or "0s"
