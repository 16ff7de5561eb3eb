"""Reports, drafts and issued ones: which there are, each with its files, and the tickets behind its figures."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slabridge.app.asked import DEFAULT_BY, Asked
from slabridge.app.issue import Head, heads_in
from slabridge.app.moment import document_digest, moment
from slabridge.app.services import reached_in
from slabridge.report.period import EXAMPLES, FIRST, Period, period_of, read_period
from slabridge.show.words import LISTS
from slabridge.text.language import Language, Shown
from slabridge.text.said import said, word
from slabridge.web.allowed import asked_as, sees_issued
from slabridge.web.asked import Absent, Unclear, none_of, number_of, unknown
from slabridge.web.download import download
from slabridge.web.drafts import LOST, WHOLE, Found, Piece, Which
from slabridge.web.language import language_of
from slabridge.web.link import Link
from slabridge.web.request import ONLY
from slabridge.web.site import guest_of, link_of, site_of

PAGE = 200
_TOLD_FIRST = (
    *("ticket", "outcome", "agreement", "objective", "breach_holder", "holder", "cause", "breached_at"),
    *("over_seconds", "due_at"),
)
"""Columns of lists that people look at first."""
_WHICH = ("service", "customer", "by", "number")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
"""What a report may do that is shown as the document of its own that it is."""
_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}

_EXTRAS = {"pdf": "weasyprint", "xlsx": "xlsxwriter"}
"""Forms that need an extra, with the library in it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The report that somebody asks for, how it stands, and all of its kind that were issued, the last one first."""

    which: Which
    period: Period
    issued: tuple[Head, ...]
    found: Found

    @property
    def head(self) -> Head | None:
        """What is known of it where it is an issued one."""
        return next((one for one in self.issued if one.number == self.which.number), None)


def issued_seen(request: Request) -> list[Head]:
    """Return the issued reports that somebody sees, the last one first.

    Raises:
        HTTPException: they see no report.
    """
    viewer = guest_of(request).viewer
    if viewer.team is not None:
        raise HTTPException(
            403, word("Reports tell of all teams: they are shown to the role all, and to customers their own.")
        )
    services, heads = site_of(request).services, heads_in(site_of(request).readable.state())
    return [one for one in heads if sees_issued(viewer, one.period, one.about, services)]


def chosen_of(request: Request, piece: Piece = WHOLE, also: tuple[str, ...] = ()) -> Chosen:
    """Return the report that an address asks for: as it was issued, where it was, else a draft.

    Raises:
        Unclear: it asks for something else.
        Absent: there is none such, or not for who asks.
    """
    site, viewer, query = site_of(request), guest_of(request).viewer, request.query_params
    known = (*_WHICH, "again", "lang", *also)
    for name in query:
        if name not in known:
            raise unknown(name, known)
    period = period_asked(request, request.path_params["period"])
    by = tuple(query.getlist("by")) or DEFAULT_BY
    wanted = Asked(period.name, tuple(query.getlist("service")), query.get("customer"), by)
    asked = asked_as(viewer, wanted, site.services)
    seen = issued_seen(request)
    if asked is None:
        raise Absent(said("there is no such report"))
    issued = tuple(one for one in seen if (one.period, one.about) == (asked.period, asked.about))
    number = number_of(query, "number", issued[0].number if issued else 0) or None
    head = next((one for one in issued if one.number == number), None)
    if number is not None and head is None:
        raise Absent(
            said(
                "%(report)s was never issued as number %(number)s",
                report=f"{asked.period} ({asked.about})",
                number=number,
            )
        )
    given = [(name, value) for name, value in query.multi_items() if name in _WHICH]
    which = Which(
        site.config.file,
        document_digest(site.config),
        asked,
        number,
        site.base,
        urlencode(given),
        outside=viewer.customer is not None,
    )
    of = moment(site.config, site.readable.state()) if head is None else f"{head.digest} {head.redacted_at}"
    return Chosen(which, period, issued, site.drafts.find(which, of, piece, again="again" in query))


def period_asked(request: Request, text: str) -> Period:
    """Return a period of an address.

    Raises:
        Unclear: it is none.
        HTTPException: it has not begun.
    """
    site = site_of(request)
    try:
        period = read_period(text, site.config.definitions.timezone)
    except ValueError:
        raise Unclear(said("%(text)s is no period; write %(examples)s", text=text, examples=EXAMPLES)) from None
    if period.start >= _reached(request):
        raise Absent(said("%(period)s has not begun yet", period=period.name))
    return period


def head_of(request: Request, folder: Path | None) -> dict[str, Any] | None:
    """Return what a report says at first, None where it is not there.

    Raises:
        Absent: it is about somebody else.
    """
    if folder is None:
        return None
    try:
        found: dict[str, Any] = orjson.loads((folder / "head.json").read_bytes())
    except FileNotFoundError:  # it was kept no longer
        return None
    customer = guest_of(request).viewer.customer
    if customer not in {None, found["cover"]["customer"]}:
        raise Absent(said("there is no such report"))
    return found


def running(request: Request) -> Period:
    """Return the month that it is, by the tool that was read last."""
    return period_of("month", _reached(request), site_of(request).config.definitions.timezone)


def _reached(request: Request) -> int:
    return reached_in(site_of(request).readable.state()) or time.time_ns() // 1_000_000


def around(request: Request, period: Period) -> dict[str, Period | None]:
    """Return the periods `before` and `after` one, None for the one that nobody can ask for, or that has not begun."""
    before, after = period.before(), period.next()
    return {
        "before": before if before.first >= FIRST else None,
        "after": after if after.start < running(request).end else None,
    }


def listed(request: Request) -> Response:
    """Show which reports were issued, and the way to drafts; the one of a period that was written into the field."""
    site, query = site_of(request), request.query_params
    wanted = query.get("period", "").strip()
    if wanted:
        where = {"customer": query["customer"]} if query.get("customer") else {}
        period = period_asked(request, wanted).name
        return RedirectResponse(Link(f"{site.base}/reports/{period}").to(**where), 303)
    month = running(request)
    drafts = [month, month.before(), period_of("quarter", month.start, month.timezone)]
    rows = [(one, _address(request, one)) for one in issued_seen(request)]
    return site.page(request, "reports.html", rows=rows, drafts=drafts)


def _address(request: Request, head: Head) -> str:
    asked = Asked.of(head.period, head.about)
    by = () if asked.by == DEFAULT_BY else asked.by
    where = {
        "service": asked.services or None,
        "customer": asked.customer,
        "by": by or None,
        "number": str(head.number),
    }
    return Link(f"{site_of(request).base}/reports/{head.period}").to(**where)


def report(request: Request) -> Response:
    """Show a report's promises and files, or that it is being made."""
    chosen = chosen_of(request)
    again = _plain_again(request)
    if again is not None:
        return again
    head = head_of(request, chosen.found.folder)
    if head is None and chosen.found.folder is not None:
        chosen = replace(chosen, found=LOST)
    shown = {
        "chosen": chosen,
        "head": head,
        **around(request, chosen.period),
        "languages": get_args(Shown),
        "why": why(request, chosen.found),
        "forms": ["html", *(form for form in _EXTRAS if _is_there(form))],
        "missing": [f"slabridge[{form}]" for form in _EXTRAS if not _is_there(form)],
    }
    return site_of(request).page(request, "report.html", **shown)


def _is_there(form: str) -> bool:
    """Return whether the extra is installed that a form of a report needs."""
    return form not in _EXTRAS or find_spec(_EXTRAS[form]) is not None


def _plain_again(request: Request) -> Response | None:
    """Return the way to the address without `again`: whoever looks at it anew does not begin anew."""
    return RedirectResponse(link_of(request).to(again=None), 303) if "again" in request.query_params else None


def why(request: Request, found: Found) -> str:
    """Return why a report could not be made, "" where it could.

    What the process says may name what is others', and is for who sees everything.
    """
    if found.failed is None:
        return ""
    text = found.failed.text
    if isinstance(text, str) and not guest_of(request).viewer.sees_all:
        text = said("Who looks after these pages can see why.")
    return Language(language_of(request, site_of(request).config)).tell(text)


def file(request: Request) -> Response:
    """Give a file of a report, or its page; the way to the report where that is not made yet."""
    name, _, form = request.path_params["file"].rpartition(".")
    language = language_of(request, site_of(request).config)
    of_language = form in {"html", "pdf", "xlsx"}
    known = {"html": ("report", "page"), "csv": LISTS}.get(form, ("report",))
    if form not in _TYPES or name not in known:
        raise Absent(said("there is no such file"))
    if not _is_there(form):
        needed = f"slabridge[{form}]"
        raise Absent(said("it needs the extra %(extra)s, which is not installed here", extra=needed))
    piece = Piece(form, language) if form in {"pdf", "xlsx"} else WHOLE  # type: ignore[arg-type] # one of those
    chosen = chosen_of(request, piece)
    folder = chosen.found.folder
    head = head_of(request, folder)
    if folder is None or head is None:
        return _waits(request, chosen, request.path_params["file"])
    if "HX-Request" in request.headers:
        return _goes_there(request)
    place = folder / (f"{name}.{language}.{form}" if of_language else f"{name}.{form}")
    suffix = f"-{name}" if form == "csv" else f"-{language}" if of_language and language != "en" else ""
    headers = {"Content-Disposition": f'attachment; filename="{head["name"]}{suffix}.{form}"'}
    try:
        return download(place, _TYPES[form], {"Content-Security-Policy": _POLICY} if name == "page" else headers)
    except FileNotFoundError:  # it was kept no longer
        return _waits(request, chosen, request.path_params["file"])


def _waits(request: Request, chosen: Chosen, file: str = "") -> Response:
    """Show that a report or a file of it is being made, or why it was not."""
    found = LOST if chosen.found.folder is not None else chosen.found
    shown = {"chosen": replace(chosen, found=found), "why": why(request, found), "file": file}
    status = 202 if found.failed is None else 200 if "HX-Request" in request.headers or not file else 503
    return site_of(request).page(request, "making.html", status if file else 200, **shown)


def _goes_there(request: Request) -> Response:
    """Let the page that waited go to what it waited for: htmx takes a part of an answer alone, and none of an error."""
    return Response(headers={"HX-Redirect": link_of(request).to()})


def rows(request: Request) -> Response:
    """Show the rows of a list of a report, each with the way to its ticket."""
    name, site = request.path_params["list"], site_of(request)
    if name not in LISTS:
        raise Absent(said("a report has no list %(name)s; it has %(known)s", name=name, known=", ".join(LISTS)))
    query = request.query_params
    where = {key.removeprefix(ONLY): query.getlist(key) for key in query if key.startswith(ONLY)}
    offset = number_of(query, "offset", 0)
    chosen = chosen_of(request, also=("offset", *(f"{ONLY}{key}" for key in where)))
    head = head_of(request, chosen.found.folder)
    if chosen.found.folder is None or head is None:
        return _waits(request, chosen)
    if "HX-Request" in request.headers:
        return _goes_there(request)
    try:
        lines = (chosen.found.folder / f"{name}.jsonl").open("rb")
    except FileNotFoundError:  # it was kept no longer
        return _waits(request, chosen)
    with lines:
        columns = orjson.loads(next(lines))
        unfit = [key for key in where if key not in columns]
        if unfit:
            raise none_of("only", unfit[0], columns)
        passed = 0 if where else offset  # what is passed over is not read, where every row fits
        matching = _matching(columns, where, islice(lines, passed, None))
        shown = list(islice(matching, offset - passed, offset - passed + PAGE + 1))
    names = _shown(columns, shown[:PAGE], where)
    found = {"shown": names, "rows": shown[:PAGE], "more": len(shown) > PAGE, "offset": offset, "page": PAGE}
    return site.page(request, "rows.html", chosen=chosen, head=head, list=name, where=where, **found)


def _shown(columns: list[str], rows: list[dict[str, Any]], where: Mapping[str, list[str]]) -> list[str]:
    """Return the columns that say something: what tells most at first, none that is empty, or the same in each row."""
    first = [name for name in _TOLD_FIRST if name in columns]
    rest = [name for name in columns if name not in first and (name != "id" or "ticket" not in columns)]
    filled = (name for name in (*first, *rest) if any(row[name] not in (None, "") for row in rows))
    return [name for name in filled if name == "ticket" or len(where.get(name, ())) != 1]


def _matching(columns: list[str], where: Mapping[str, list[str]], lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the rows that hold one of the values of each column; a column of several holds each of them."""
    written = [[orjson.dumps(value)[1:-1] for value in values] for values in where.values()]
    for line in lines:
        if not all(any(text in line for text in texts) for texts in written):  # of 100,000 rows few are read
            continue
        row = dict(zip(columns, orjson.loads(line), strict=True))
        held = {key: as_text(row[key]) for key in where}
        if all({text, *text.split(", ")}.intersection(where[key]) for key, text in held.items()):
            yield row


def as_text(value: object) -> str:
    """Return a value of a row as an address has it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)
