"""All pages, by their addresses, and what is shown where one cannot be."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slabridge.app.readable import Busy, StateError
from slabridge.text.said import Said, word
from slabridge.web import agreements, api, assets, board, health, report_files, reports, rows, services, tickets
from slabridge.web.asked import Unclear
from slabridge.web.json import Json
from slabridge.web.site import site_of

ROUTES = [
    Route("/", board.board),
    Route("/cycles", board.listed),
    Route("/cycles.csv", board.taken_along),
    Route("/tickets", tickets.searched),
    Route("/tickets/{connection}/{key:path}", tickets.ticket),
    Route("/services", services.services),
    Route("/reports", reports.listed),
    Route("/reports/{period}", reports.report),
    Route("/reports/{period}/lists/{list}", rows.rows),
    Route("/reports/{period}/{file}", report_files.file),
    Route("/agreements", agreements.listed),
    Route("/agreements/{agreement}", agreements.agreement),
    Route("/quarantine", health.quarantine),
    Route("/health", health.health),
    Route("/health/{connection}/{count}", health.behind),
    Route("/api/v1", api.operations),
    Route("/api/v1/", api.operations),
    Route("/api/v1/openapi.json", api.described),
    Route("/api/v1/cycles", api.open_cycles),
    Route("/api/v1/services", api.services),
    Route("/api/v1/reports", api.reports),
    Route("/api/v1/reports/{period}", api.report),
    Route("/api/v1/agreements", api.agreed),
    Route("/api/v1/agreements/{agreement}", api.agreed),
    Route("/api/v1/tickets/{connection}/{key:path}", tickets.given),
    Route("/api/v1/status", api.status),
]


def pages() -> Starlette:
    """Return the pages; what stands before them says whose they are."""
    handlers = dict.fromkeys((HTTPException, Unclear, StateError, Busy, Exception), _cannot)
    found = Starlette(routes=[*ROUTES, Route("/static/{name}", assets.given)], exception_handlers=handlers)
    found.router.redirect_slashes = False  # it would lead to where we are asked, not to where we are
    return found


def _cannot(request: Request, error: Exception) -> Response:
    """Say why a page cannot be shown; of a bug nothing of its own words, which may be of a ticket."""
    message: str | Said
    match error:
        case HTTPException():
            status, message = error.status_code, error.detail
        case Unclear():
            status, message = error.status, error.message
        case StateError() | Busy():
            status, message = 503, str(error)
        case _:
            status, message = 500, word("a bug of slabridge; please report it, with the line `bug` of the log")
    if request.scope["path"].startswith("/api/"):
        return Json({"error": str(message)}, status)
    return site_of(request).page(request, "error.html", status, message=message, status=status)
