"""A ticket's page, and finding it by its key."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slabridge.app.explain import explained
from slabridge.app.search import search
from slabridge.web.site import guest_of, site_of


def ticket(request: Request) -> Response:
    """Show a ticket's cycles, where their time went, and who had it."""
    site, viewer = site_of(request), guest_of(request).viewer
    connection, key = request.path_params["connection"], request.path_params["key"]
    found = [
        one
        for one in explained(site.config, site.readable.state(), key)
        if one.ticket.source == connection and (viewer.sees_all or any(map(viewer.sees, one.results)))
    ]
    if not found:
        raise HTTPException(404, f"no ticket {key} of {connection} is known")
    return site.page(
        request, "ticket.html", one=found[0], results=[one for one in found[0].results if viewer.sees(one)]
    )


def searched(request: Request) -> Response:
    """Show the tickets of a key, or whose key begins so; the one ticket of a key at once."""
    site = site_of(request)
    key = request.query_params.get("key", "").strip()
    found = search(site.readable.state(), [one.name for one in site.config.connections], guest_of(request).viewer, key)
    if len(found.tickets) == 1 and found.is_exact:
        (one,) = found.tickets
        return RedirectResponse(site.ticket(one.connection, one.id), 303)  # a key may be "..", which no address has
    return site.page(request, "search.html", key=key, found=found)
