"""What is shown of a report while it is being made, and where it could not be."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.web.chosen import Chosen
from slabridge.web.draft import LOST, Found
from slabridge.web.language import language_of
from slabridge.web.site import guest_of, link_of, site_of


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


def waits(request: Request, chosen: Chosen, file: str = "") -> Response:
    """Show that a report or a file of it is being made, or why it was not."""
    found = LOST if chosen.found.folder is not None else chosen.found
    shown = {"chosen": replace(chosen, found=found), "why": why(request, found), "file": file}
    status = 202 if found.failed is None else 200 if "HX-Request" in request.headers or not file else 503
    return site_of(request).page(request, "making.html", status if file else 200, **shown)


def goes_there(request: Request) -> Response:
    """Let the page that waited go to what it waited for: htmx takes a part of an answer alone, and none of an error."""
    return Response(headers={"HX-Redirect": link_of(request).to()})


def plain_again(request: Request) -> Response | None:
    """Return the way to the address without `again`: whoever looks at it anew does not begin anew."""
    return RedirectResponse(link_of(request).to(again=None), 303) if "again" in request.query_params else None
