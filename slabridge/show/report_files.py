"""A report as files: the report itself, and its tickets as CSV, no cell of which a spreadsheet would run."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any, Literal

from slabridge.report.document import Document
from slabridge.show.report_page import page_of
from slabridge.show.report_pdf import pdf_of
from slabridge.show.report_sheets import workbook_of
from slabridge.text.printed import json_line, line

Form = Literal["table", "json", "html", "pdf", "xlsx"]

_RUN = ("=", "+", "-", "@", "\t", "\r")
_CASE = (
    *("agreement", "objective", "source", "ticket", "id", "cycle", "started_at", "stopped_at", "breached_at"),
    *("target_seconds", "elapsed_seconds", "over_seconds", "holder"),
)


def files_of(document: Document, form: Form) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of a report's files."""
    name = f"report-{document['cover']['period'].replace('..', '_')}"
    if form == "html":
        yield f"{name}.html", page_of(document).encode()
    elif form == "pdf":
        yield f"{name}.pdf", pdf_of(document)
    elif form == "xlsx":
        yield f"{name}.xlsx", workbook_of(document)
    yield f"{name}.json", json_line(document)
    breaches = [case for one in document["objectives"] for case in one["breaches"]]
    yield f"{name}-breaches.csv", _csv((*_CASE, "breach_holder", "cause"), breaches)
    yield f"{name}-excluded.csv", _csv(_CASE, (case for one in document["objectives"] for case in one["excluded"]))
    yield f"{name}-open.csv", _csv(_CASE, document["open_and_breached"]["cycles"])
    used = ("agreement", "holder", "cover", "seconds", "covered", "closed", "paused", "uncovered")
    yield f"{name}-time.csv", _csv(used, document["time_used"])


def _csv(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    names, text = list(names), StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:  # noqa: ANN401 - a number stays one
    """Return a cell; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    text = line(value)
    return f"'{text}" if text.startswith(_RUN) else text
