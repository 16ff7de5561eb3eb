"""What pages are shown with: style sheets, scripts and the icon, kept in memory."""

from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


async def given(request: Request) -> Response:
    """Give one; it waits for no page that is being made."""
    name = request.path_params["name"]
    found = _every().get(name)
    if found is None:
        raise HTTPException(404)
    kind = _TYPES[name.rpartition(".")[2]]
    return Response(found, media_type=f"{kind}; charset=utf-8", headers={"Cache-Control": "private, max-age=600"})


@cache
def _every() -> dict[str, bytes]:
    folder = files("slabridge.web").joinpath("static")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.rpartition(".")[2] in _TYPES}
