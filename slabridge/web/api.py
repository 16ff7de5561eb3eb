"""`/api/v1`: the same as the pages, as JSON (openapi.json says what)."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from slabridge.show.board import as_json as board_as_json
from slabridge.show.status import as_json as status_as_json
from slabridge.web import agreements, board, health
from slabridge.web.asked import part_of, wanted_of
from slabridge.web.site import site_of

_DEFAULT = 100


class Json(Response):
    """An answer of JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - any JSON
        """Return it as bytes."""
        return orjson.dumps(content)


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


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(files("slabridge.web").joinpath("openapi.json").read_bytes())
    return found
