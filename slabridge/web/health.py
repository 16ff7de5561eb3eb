"""How runs and tools are, and which tickets are in quarantine: for whom nothing is hidden from."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from slabridge.app.search import COUNTS
from slabridge.app.search import behind as tickets_behind
from slabridge.app.status import Status, status_of
from slabridge.show.status import MESSAGES, as_json, lines_of
from slabridge.text.said import said, word
from slabridge.web.asked import Absent, number_of
from slabridge.web.site import guest_of, site_of
from slabridge.web.words import FIGURES

_FOR_ALL = word("This page tells of all tickets: it is shown to the role all.")
_PAGE = 100


def asked(request: Request, *, whole_quarantine: bool = False) -> Status:
    """Return what the state says, to whom nothing is hidden from.

    Raises:
        HTTPException: somebody else asks.
    """
    site = site_of(request)
    if not guest_of(request).viewer.sees_all:
        raise HTTPException(403, _FOR_ALL)
    return status_of(site.config, site.readable.state(), whole_quarantine=whole_quarantine)


def health(request: Request) -> Response:
    """Show how far each connection is, what waits, and how the last runs went."""
    found = asked(request)
    return site_of(request).page(
        request, "health.html", status=as_json(found), lines=list(lines_of(found)), messages=MESSAGES
    )


def quarantine(request: Request) -> Response:
    """Show the tickets that could not be judged or written, why, and how they are tried again."""
    found = asked(request, whole_quarantine=True)
    return site_of(request).page(request, "quarantine.html", entries=found.seen.quarantined)


def behind(request: Request) -> Response:
    """Show the tickets that a figure of a connection counts."""
    site, viewer = site_of(request), guest_of(request).viewer
    connection, count = request.path_params["connection"], request.path_params["count"]
    if not viewer.sees_all:
        raise HTTPException(403, _FOR_ALL)
    if count not in COUNTS or connection not in site.explainer.connections:
        raise Absent(said("there is no figure %(name)s of %(tool)s", name=count, tool=connection))
    offset = number_of(request.query_params, "offset", 0)
    found = tickets_behind(site.readable.state(), connection, count, offset, _PAGE + 1)
    shown = {"count": count, "connection": connection, "tickets": found[:_PAGE], "more": len(found) > _PAGE}
    return site.page(request, "behind.html", offset=offset, page=_PAGE, words=FIGURES, **shown)
