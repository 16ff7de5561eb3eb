"""A report as one page of HTML, without scripts and without anything from elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import PackageLoader, Template

from sla_engine.instant import parse_instant
from slabridge.report.document import Document
from slabridge.show.markup import environment
from slabridge.show.words import CAUSES, DUTIES, HOW
from slabridge.text.language import Language
from slabridge.text.spoken import zoned

_MOST = 200
"""Tickets that a list on the page names; all are in the files beside it."""
_MOST_ON_PAPER = 40

Where = Mapping[str, str | Sequence[str]]
"""What columns of a list hold: a value, or one of several."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Where a report leads that is shown among other pages.

    `back` is an address, `ticket` gives that of a ticket by its source and id, `rows` that of the rows of a list of the
    report that have these values.
    """

    back: str
    ticket: Callable[[str, str], str]
    rows: Callable[[str, Where], str]


def page_of(document: Document, language: str = "en", *, whole: bool = False, linked: Linked | None = None) -> str:
    """Return the page; `whole`: for paper, on which nothing can be opened; `linked`: among other pages."""
    zone = document["cover"]["timezone"]

    def at(text: str | None) -> str:
        return "" if text is None else f"{zoned(parse_instant(text), zone):%Y-%m-%d %H:%M}"

    how = [Language(language).word(text) for text in HOW]
    shown = {"restated": [], **document}
    most = _MOST_ON_PAPER if whole else _MOST
    sections = _sections(document)
    return _template(language).render(
        report=shown,
        most=most,
        at=at,
        open=whole,
        how=how,
        lang=language,
        sections=sections,
        behind=behind(document),
        linked=linked,
    )


def behind(document: Document) -> dict[tuple[str, str], tuple[str, Where]]:
    """Return of each promise, by measure and name, the list that its cases stand in, and where in it."""
    of_objectives: dict[tuple[str, str], tuple[str, Where]] = {
        ("compliance", f"{one['agreement']}.{one['objective']}"): (
            "cases",
            {"agreement": one["agreement"], "objective": one["objective"], "outcome": ["met", "breached"]},
        )
        for one in document["objectives"]
    }
    of_services: dict[tuple[str, str], tuple[str, Where]] = {
        ("availability", one["title"]): ("outages", {"service": one["service"], "kind": "counted"})
        for one in document["availability"]
    }
    return of_objectives | of_services


def _sections(document: Document) -> dict[tuple[str, str], str]:
    """Return where on the page each promise is told of."""
    of_objectives = {
        ("compliance", f"{one['agreement']}.{one['objective']}"): f"objective-{n}"
        for n, one in enumerate(document["objectives"], 1)
    }
    of_services = {("availability", one["title"]): f"service-{n}" for n, one in enumerate(document["availability"], 1)}
    return of_objectives | of_services


@cache
def _template(code: str) -> Template:
    language = Language(code)
    found = environment(language, PackageLoader("slabridge.show", ""))
    found.filters |= {
        "cause": lambda cause: language.word(CAUSES[cause]) if cause in CAUSES else cause,
        "duty": lambda what: language.word(DUTIES[what]),
    }
    return found.get_template("report.html")
