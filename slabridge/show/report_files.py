"""A report as files: the report itself, and its tickets as CSV, no cell of which a spreadsheet would run."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any, Literal

from slabridge.report.document import Document
from slabridge.report.file_name import name_of
from slabridge.show.report_lists import lists_of
from slabridge.show.report_page import page_of
from slabridge.show.report_pdf import pdf_of
from slabridge.show.report_sheets import workbook_of
from slabridge.text.printed import json_line, line

Form = Literal["table", "json", "html", "pdf", "xlsx"]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_RUN = ("=", "+", "-", "@", "\t", "\r")


def files_of(document: Document, form: Form, language: str = "en") -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of a report's files."""
    cover = document["cover"]
    name = name_of(cover["period"], *cover["chosen"], *([cover["customer"]] if cover["customer"] is not None else []))
    if form == "html":
        yield f"{name}.html", page_of(document, language).encode()
    elif form == "pdf":
        yield f"{name}.pdf", pdf_of(document, language)
    elif form == "xlsx":
        yield f"{name}.xlsx", workbook_of(document, language)
    yield f"{name}.json", json_line(document)
    for part, (names, rows) in lists_of(document).items():
        yield f"{name}-{part}.csv", _csv(names, rows)


def _csv(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    names, text = list(names), StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def cell(value: Any) -> Any:  # noqa: ANN401 - a number stays one
    """Return a cell; a text that a spreadsheet would take for a formula begins with an apostrophe, a number is none."""
    if not isinstance(value, str):
        return value
    text = line(value)
    return f"'{text}" if text.startswith(_RUN) and not _NUMBER.fullmatch(text) else text
