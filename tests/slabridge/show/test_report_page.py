"""The page of a report: its figures lead to their lists, and among other pages to tickets."""

import re
from urllib.parse import urlencode

import pytest

from slabridge.report.document import Document
from slabridge.report.parts.values import rows_of
from slabridge.show.report_lists import lists_of
from slabridge.show.report_page import Linked, Where, page_of
from tests.languages.test_catalogues import document as made

document = made
ASKED: list[tuple[str, Where]] = []


def _rows(name: str, where: Where) -> str:
    ASKED.append((name, where))
    return f"rows/{name}?{urlencode(where, doseq=True)}"


LINKED = Linked("back", lambda source, ticket: f"tickets/{source}/{ticket}?<&", _rows)


@pytest.mark.parametrize("whole", [False, True])
def test_in_a_file_figures_lead_to_lists_of_the_same_page(document: Document, whole: bool) -> None:
    page = page_of(document, whole=whole)
    targets, places = re.findall(r'<a href="([^"]*)"', page), re.findall(r' id="([^"]*)"', page)
    assert len(places) == len(set(places))
    assert {"#objective-1", "#service-1", "#breached-1", "#open"} <= set(targets)
    assert {target.removeprefix("#") for target in targets} <= set(places)


def test_among_other_pages_each_ticket_of_a_list_leads_to_its_page_and_nothing_breaks_out(document: Document) -> None:
    page = page_of(document, linked=LINKED)
    for one in document["objectives"]:
        for case in one["breaches"]:
            assert f'<a href="tickets/{case["source"]}/{case["id"]}?&lt;&amp;">{case["ticket"]}</a>' in page
    assert '<a href="back">' in page


def test_each_figure_is_as_many_rows_as_the_list_that_it_opens(document: Document) -> None:
    ASKED.clear()
    page, lists = page_of(document, linked=LINKED), lists_of(document)
    found = re.findall(r'<a href="rows/(\w+)\?([^"]*)">(\d+)(?: cycles?)?</a>', page)
    assert len(found) > 15
    counted = 0
    for name, where in ASKED:
        columns, rows = lists[name]
        assert set(where) <= set(columns), (name, where)
        figure = next(
            (
                text
                for which, query, text in found
                if (which, query.replace("&amp;", "&")) == (name, urlencode(where, doseq=True))
            ),
            None,
        )
        if figure is None or name in {"time", "credits"} or where == {"restored": "true"}:
            continue  # sums of times, of amounts, of handovers
        mine = [
            row
            for row in rows
            if all(
                _text(row.get(key)) in ([value] if isinstance(value, str) else value) for key, value in where.items()
            )
        ]
        assert len(mine) == int(figure), (name, where)
        counted += 1
    assert counted > 12
    assert sum(1 for _ in rows_of(document["tickets"])) >= 1


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
