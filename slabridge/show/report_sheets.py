"""A report as a workbook: numbers as numbers, its tickets as sheets, and no cell that a spreadsheet would run."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from slabridge.report.document import Document
from slabridge.show.report_lists import lists_of
from slabridge.show.words import COLUMNS, SHEETS, YES_NO
from slabridge.text.language import Language
from slabridge.text.printed import line

_SUMMARY = ("promise", "measure", "target", "percent", "kept", "why_no_verdict", "cases")
_MOST_ROWS = 1_048_575
"""Rows that a sheet holds beside its head."""


class NoLibrary(Exception):  # noqa: N818 - what is missing
    """What writes this format is not installed; the message says how to install it."""


def workbook_of(document: Document, language: str = "en") -> bytes:
    """Return the workbook.

    Raises:
        NoLibrary: XlsxWriter is not installed.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoLibrary('XlsxWriter is not installed; for XLSX: pip install "slabridge[xlsx]"') from None
    shown, content = Language(language), BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(content, plain) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        cover = [{"what": key, "value": _text(value)} for key, value in document["cover"].items()]
        sheets: dict[str, tuple[Sequence[str], Sequence[Mapping[str, Any]]]] = {
            "cover": (("what", "value"), cover),
            "promises": (_SUMMARY, [_with_numbers(row, shown) for row in document["summary"]]),
        }
        for name, (names, rows) in lists_of(document, shown).items():
            sheets[name] = (names, [_money(row) for row in rows] if name == "credits" else rows)
        for name, (names, rows) in sheets.items():
            sheet = book.add_worksheet(shown.word(SHEETS[name]))
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, min(len(rows), _MOST_ROWS), len(names) - 1)
            heads = [shown.word(COLUMNS[key]) if key in COLUMNS else line(key) for key in names]
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            for number, row in enumerate(rows[:_MOST_ROWS], 1):
                for column, key in enumerate(names):
                    _write(sheet, number, column, row.get(key))
            sheet.autofit(300)
    return content.getvalue()


def _with_numbers(row: Mapping[str, Any], language: Language) -> Mapping[str, Any]:
    kept = language.word(YES_NO[row["kept"]])
    shares = {key: None if row[key] is None else float(row[key]) for key in ("target", "percent")}
    why = language.say(row["why_no_verdict"])
    return {
        **row,
        **shares,
        "measure": language.word(row["measure"]),
        "kept": kept,
        "why_no_verdict": why,
    }


def _text(value: Any) -> Any:  # noqa: ANN401 - any value of a cover
    """Return what a cell can hold: of a version of an agreement what it is called, of a list its parts."""
    if isinstance(value, list):
        return "; ".join(str(_text(one)) for one in value)
    if isinstance(value, Mapping):
        parts = [f"{name} {definition}" for name, definition in value["objectives"].items()]
        return f"{value['name'] or value['version']}: {', '.join(parts)}"
    return value


def _money(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its amount as a number; a cell holds a binary one, whatever is done: the document is exact."""
    return {**row, "amount": float(row["amount"])}


def _write(sheet: Any, row: int, column: int, value: Any) -> None:  # noqa: ANN401 - of XlsxWriter, and any cell
    """Write a cell: a number as a number, everything else as a text that steers nothing."""
    if value is None:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, line(value if isinstance(value, str) else str(value)))
