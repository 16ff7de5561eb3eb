"""A report on a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slabridge.report.document import Document
from slabridge.show.words import DUTIES
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.said import said, word
from slabridge.text.spoken import spoken

_VERDICTS = {True: word("kept"), False: word("MISSED"), None: word("no verdict")}


def print_report(console: Console, document: Document, language: str = "en") -> None:
    """Print a report: the promises first, then where the time went and what it costs."""
    _Printed(console, Language(language)).report(document)


class _Printed:
    def __init__(self, console: Console, language: Language) -> None:
        self._console, self._language = console, language

    def report(self, document: Document) -> None:
        cover, word = document["cover"], self._language.word
        title = f"{cover['period']}, {cover['from']} - {cover['to']} ({cover['timezone']})"
        self._console.print(Text(title, style="bold"))
        self._say(
            "%(state)s, as of %(time)s; a cycle counts where it was %(basis)s",
            state=word(cover["state"]),
            time=cover["as_of"],
            basis=word(cover["counts"]),
        )
        for note in document["notes"]:
            self._console.print(Text(line(self._language.say(note)), style="yellow"))
        self._promises(document["summary"])
        self._objectives(document)
        for row in document["availability"]:
            self._availability(row)
        self._kpis(document["kpis"])
        for one in document["satisfaction"]:
            self._say(
                "satisfaction (%(source)s): mean %(mean)s of %(count)s answers",
                source=line(one["source"]),
                mean=self._language.number(one["mean"]) or "-",
                count=one["answers"],
            )
        self._time_used(document["time_used"])
        self._consequences(document["consequences"])

    def _say(self, message: str, **values: str | int) -> None:
        self._console.print(Text(self._language.say(said(message, **values).as_json())))

    def _table(self, title: str, *columns: str) -> Table:
        return Table(*map(self._language.word, columns), title=self._language.word(title))

    def _promises(self, rows: Iterable[Mapping[str, Any]]) -> None:
        columns = (word("promise"), word("measure"), word("promised"), word("result"), word("cases"), word("verdict"))
        table = self._table(word("Promises"), *columns)
        for row in rows:
            verdict = self._language.word(_VERDICTS[row["kept"]])
            why = self._language.say(row["why_no_verdict"]) if row["kept"] is None else ""
            table.add_row(
                Text(line(row["promise"])),
                self._language.word(row["measure"]),
                self._percent(row["target"]),
                self._percent(row["percent"]),
                str(row["cases"]),
                Text(f"{verdict} ({why})" if why else verdict, style="bold red" if row["kept"] is False else ""),
            )
        empty = self._language.word(word("No promise has a case in this period."))
        self._console.print(table if table.row_count else empty)

    def _percent(self, percent: str | None) -> str:
        return "" if percent is None else f"{self._language.number(percent)} %"

    def _objectives(self, document: Document) -> None:
        columns = (word("objective"), word("met"), word("breached"), word("excluded"), word("result"))
        table = self._table(word("Cycles"), *columns, word("median"), word("90th percentile"))
        for row in document["objectives"]:
            found = row["compliance"]
            table.add_row(
                f"{row['agreement']}.{row['objective']}",
                *(str(found[key]) for key in ("met", "breached", "excluded")),
                self._percent(found["percent"]) or self._language.word("no cases"),
                time_of(row["elapsed"]["median_seconds"]),
                time_of(row["elapsed"]["p90_seconds"]),
            )
        self._console.print(table)
        left = document["open_and_breached"]
        if left["count"]:
            self._say(
                "%(count)s cycles were open and breached at the end, the oldest for %(time)s",
                count=left["count"],
                time=time_of(left["greatest_seconds"]),
            )

    def _availability(self, row: Mapping[str, Any]) -> None:
        self._say(
            "%(service)s: available %(percent)s, promised %(target)s, outages %(number)s, down %(time)s",
            service=line(row["title"]),
            percent=self._percent(row["percent"]) or "-",
            target=self._percent(row["target"]) or "-",
            number=row["number"],
            time=time_of(row["down_seconds"]),
        )

    def _kpis(self, kpis: Mapping[str, Any]) -> None:
        restore, first, left = kpis["restore"], kpis["first_team_resolution"], kpis["backlog"]
        self._say(
            "time to restore: %(count)s tickets, median %(wall)s (%(working)s by %(calendar)s)",
            count=restore["wall"]["count"],
            wall=time_of(restore["wall"]["median_seconds"]) or "-",
            working=time_of(restore["working"]["median_seconds"]) or "-",
            calendar=restore["calendar"],
        )
        self._say(
            "incidents: %(incidents)s; resolved by the first team: %(count)s of %(of)s",
            incidents=kpis["incidents"]["count"],
            count=first["count"],
            of=first["of"],
        )
        self._say("backlog: %(before)s before, %(after)s after", before=left["before"], after=left["after"])

    def _time_used(self, rows: Iterable[Mapping[str, Any]]) -> None:
        columns = (word("agreement"), word("held by"), word("backed by"), word("used"), word("backed by nothing"))
        table = self._table(word("Who used the time"), *columns)
        for row in sorted(rows, key=lambda one: (one["agreement"], -one["seconds"]))[:20]:
            table.add_row(
                row["agreement"],
                Text(line(row["holder"] or self._language.word(word("nobody")))),
                row["cover"] or self._language.word(word("none")),
                time_of(row["seconds"]),
                time_of(row["uncovered"]),
            )
        if table.row_count:
            self._console.print(table)

    def _consequences(self, parts: Iterable[Mapping[str, Any]]) -> None:
        for part in parts:
            for bill in part["bills"]:
                self._say(
                    "%(service)s, %(period)s: credits %(total)s %(currency)s",
                    service=line(part["title"]),
                    period=bill["period"],
                    total=self._language.number(bill["total"]),
                    currency=bill["currency"],
                )
            for duty in part["duties"]:
                by = f" ({duty['by']})" if duty["by"] else ""
                what = self._language.word(DUTIES[duty["what"]])
                self._console.print(Text(f"  {what}{by}: {line(self._language.say(duty['because']))}"))


def time_of(seconds: float | None) -> str:
    """Return a duration in seconds as people say it."""
    return "" if seconds is None else spoken(int(seconds * 1000)) or "0s"
