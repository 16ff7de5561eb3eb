"""Services with what is left to them before a promise is broken."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from slabridge.app.moment import document_digest, moment
from slabridge.report.period import Period
from slabridge.show.services import EXPLAINED
from slabridge.text.said import said
from slabridge.web.allowed import services_asked
from slabridge.web.asked import Absent, unknown
from slabridge.web.chosen import head_of
from slabridge.web.draft import LOST, Found, Which
from slabridge.web.periods import around, period_asked, running
from slabridge.web.site import guest_of, site_of
from slabridge.web.waiting import plain_again, why


def asked(request: Request) -> tuple[Period, Found, dict[str, Any] | None]:
    """Return of which period somebody asks, how its draft stands, and what it says of services, where it is there.

    Raises:
        Unclear: the address asks for something else.
        Absent: they see no service.
    """
    site, viewer, query = site_of(request), guest_of(request).viewer, request.query_params
    for name in query:
        if name not in {"period", "again", "lang"}:
            raise unknown(name, ["period"])
    period = period_asked(request, query["period"]) if "period" in query else running(request)
    wanted = services_asked(viewer, site.services, period.name)
    if wanted is None:
        raise Absent(said("there is no service to see: the file has none, or none that names this customer"))
    outside = viewer.customer is not None
    which = Which(site.config.file, document_digest(site.config), wanted, None, site.base, outside=outside)
    found = site.drafts.find(which, moment(site.config, site.readable.state()), again="again" in query)
    left = _left(request, found)
    return period, LOST if left is None and found.folder is not None else found, left


def _left(request: Request, found: Found) -> dict[str, Any] | None:
    if found.folder is None:
        return None
    try:
        left: dict[str, Any] = orjson.loads((found.folder / "services.json").read_bytes())
    except FileNotFoundError:  # it was kept no longer
        return None
    return left if guest_of(request).viewer.sees_all else {**left, "lacking": []}  # which may name others' tickets


def _lacking(request: Request, found: Found) -> list[dict[str, Any]]:
    """Return the same of what is lacking, as what can be said in another language."""
    head = head_of(request, found.folder) if guest_of(request).viewer.sees_all else None
    return [] if head is None else head["lacking"]


def services(request: Request) -> Response:
    """Show what is left to each service in a month, by default in the running one."""
    period, found, left = asked(request)
    again = plain_again(request)
    if again is not None:
        return again
    shown = {
        "found": found,
        "left": left,
        "lacking": _lacking(request, found),
        "period": period,
        **around(request, period),
        "why": why(request, found),
        "explained": EXPLAINED,
    }
    return site_of(request).page(request, "services.html", **shown)
