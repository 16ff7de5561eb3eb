"""Reports, drafts and issued ones: which there are, and each with its promises and files."""

from dataclasses import replace
from typing import get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slabridge.app.asked import DEFAULT_BY, Asked
from slabridge.app.issue import Head
from slabridge.report.period import period_of
from slabridge.text.language import Shown
from slabridge.web.chosen import chosen_of, head_of, issued_seen
from slabridge.web.draft import LOST
from slabridge.web.link import Link
from slabridge.web.periods import around, period_asked, running
from slabridge.web.report_files import EXTRAS, is_there
from slabridge.web.site import site_of
from slabridge.web.waiting import plain_again, why


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
    again = plain_again(request)
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
        "forms": ["html", *(form for form in EXTRAS if is_there(form))],
        "missing": [f"slabridge[{form}]" for form in EXTRAS if not is_there(form)],
    }
    return site_of(request).page(request, "report.html", **shown)
