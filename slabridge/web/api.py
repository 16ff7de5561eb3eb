"""`/api/v1`: the same as the pages, as JSON (openapi.json says what)."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sla_engine.instant import format_instant
from slabridge.show.board import as_json as board_as_json
from slabridge.show.issued import as_json as head_as_json
from slabridge.show.status import as_json as status_as_json
from slabridge.web import agreements, board, health
from slabridge.web import services as services_page
from slabridge.web.asked import part_of, wanted_of
from slabridge.web.chosen import chosen_of, head_of, issued_seen
from slabridge.web.download import download
from slabridge.web.draft import LOST, Found
from slabridge.web.json import Json
from slabridge.web.site import site_of
from slabridge.web.waiting import why

_DEFAULT = 100


def described(request: Request) -> Response:
    """Give the description of it all."""
    return Json({**_document(), "servers": [{"url": site_of(request).base or "/"}]})


def operations(request: Request) -> Response:
    """Show what can be asked."""
    return site_of(request).page(request, "api.html", document=_document())


def open_cycles(request: Request) -> Response:
    """Give open cycles, and how many there are."""
    wanted = wanted_of(request.query_params, ("offset", "limit"))
    offset, limit = part_of(request.query_params, _DEFAULT)
    return Json(board_as_json(board.asked(request, wanted, offset, limit)))


def agreed(request: Request) -> Response:
    """Give agreements in words, all or the versions of one."""
    return Json(agreements.told(request))


def status(request: Request) -> Response:
    """Give how runs and tools are, and what is in quarantine."""
    return Json(status_as_json(health.asked(request, whole_quarantine=True)))


def services(request: Request) -> Response:
    """Give what is left to each service."""
    _, found, left = services_page.asked(request)
    return _made(request, found) if left is None else Json(left)


def reports(request: Request) -> Response:
    """Give which reports were issued."""
    return Json({"reports": [head_as_json(one) for one in issued_seen(request)]})


def report(request: Request) -> Response:
    """Give a report as it was issued, where it was, else a draft."""
    chosen = chosen_of(request)
    folder = chosen.found.folder
    if folder is None or head_of(request, folder) is None:
        return _made(request, chosen.found)
    try:
        return download(folder / "report.json", Json.media_type)
    except FileNotFoundError:  # it was kept no longer
        return _made(request, LOST)


def _made(request: Request, found: Found) -> Response:
    """Say that something is being made, or why it was not."""
    if found.failed is not None:
        return Json({"error": why(request, found)}, 503)
    since = None if found.since is None else format_instant(found.since)
    return Json({"being_made_since": since}, 202, {"Retry-After": "2"})


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(files("slabridge.web").joinpath("openapi.json").read_bytes())
    return found
