"""A ticket's page, and finding it by its key."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slabridge.app.explain import Explained
from slabridge.app.search import search
from slabridge.show.explained import as_json
from slabridge.show.figure import figure_of
from slabridge.show.picture import most_telling, picture_of
from slabridge.show.risk import ended
from slabridge.show.story import Story
from slabridge.text.said import said
from slabridge.web.asked import Absent
from slabridge.web.json import Json
from slabridge.web.language import language_of
from slabridge.web.site import guest_of, site_of


def ticket(request: Request) -> Response:
    """Show a ticket's cycles, where their time went, and who had it; one of them as a picture."""
    found, site = _asked(request), site_of(request)
    cycles = zip(found.results, found.forecasts, strict=True)
    stories = [Story.of(result, site.config.definitions, forecast) for result, forecast in cycles]
    drawn = [story for story in stories if story.result.chain is not None]
    wanted = request.query_params.get("cycle")
    if wanted is not None:
        drawn = [story for story in drawn if story.name == wanted]
        if not drawn:
            raise Absent(said("no cycle %(name)s of %(ticket)s can be drawn", name=wanted, ticket=found.ticket.key))
    shown = drawn[most_telling([story.result for story in drawn])] if drawn else None
    figure = ""
    if shown is not None:
        engine = site.explainer.engine
        picture = picture_of(shown.result, site.config.definitions, engine.calendars, found.as_of)
        figure = figure_of(picture, 0, language_of(request, site.config))
    there = site.explainer.connections[found.ticket.source].page(found.ticket.id, found.ticket.key)
    parts = {"found": found, "stories": stories, "shown": shown, "figure": figure, "there": there}
    ends = None if found.ends is None else ended(found.ends)
    return site.page(request, "ticket.html", ends=ends, **parts)


def given(request: Request) -> Response:
    """Give the same as JSON."""
    return Json(as_json(_asked(request)))


def _asked(request: Request) -> Explained:
    """Return what a guest sees of the ticket that is asked for."""
    site, viewer = site_of(request), guest_of(request).viewer
    connection, key = request.path_params["connection"], request.path_params["key"]
    known = site.explainer.one(site.readable.state(), connection, key)
    found = None if known is None else known.seen_by(viewer)
    if found is None:
        raise Absent(said("no ticket %(key)s of %(tool)s is known", key=key, tool=connection))
    return found


def searched(request: Request) -> Response:
    """Show the tickets of a key, or whose key begins so; the one ticket of a key at once."""
    site = site_of(request)
    key = request.query_params.get("key", "").strip()
    found = search(site.readable.state(), [one.name for one in site.config.connections], guest_of(request).viewer, key)
    if len(found.tickets) == 1 and found.is_exact:
        (one,) = found.tickets
        return RedirectResponse(site.ticket(one.connection, one.id), 303)  # a key may be "..", which no address has
    return site.page(request, "search.html", key=key, found=found)
