"""The report that somebody asks for: a draft, or as it was issued."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from slabridge.app.asked import DEFAULT_BY, Asked
from slabridge.app.issue import Head, heads_in
from slabridge.app.moment import document_digest, moment
from slabridge.report.period import Period
from slabridge.text.said import said, word
from slabridge.web.allowed import asked_as, sees_issued
from slabridge.web.asked import Absent, number_of, unknown
from slabridge.web.draft import WHOLE, Found, Piece, Which
from slabridge.web.periods import period_asked
from slabridge.web.site import guest_of, site_of

_WHICH = ("service", "customer", "by", "number")


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
