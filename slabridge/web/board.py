"""The board, and the list of open cycles with its filters, as a page and as CSV."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from tempfile import SpooledTemporaryFile

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from slabridge.app.board import STATUSES, Board, OpenCycle, Wanted
from slabridge.app.foreseer import Ends
from slabridge.app.readable import Busy, StateError
from slabridge.show.board import COLUMNS, row_of
from slabridge.show.report_files import cell
from slabridge.web.asked import part_of, wanted_of
from slabridge.web.door import Guest
from slabridge.web.site import Site, guest_of, site_of

log = structlog.get_logger("slabridge")

PAGE = 50
_NEXT = 15
"""Cycles that the board shows of what breaks next."""
_LIKELIEST = 10
"""Cycles that it shows of what is likeliest to break."""
_FACETS = 12
_IN_MEMORY = 1_000_000


def asked(request: Request, wanted: Wanted, offset: int, limit: int) -> Board:
    """Return what somebody sees of the open cycles."""
    site = site_of(request)
    return site.boards.board(guest_of(request).viewer, wanted, offset=offset, limit=limit)


def board(request: Request) -> Response:
    """Show what breaks next, what is at risk and what is broken, by who has it and by agreement."""
    wanted_of(request.query_params, ("lang", "refresh"))
    following = asked(request, Wanted({"status": ("at_risk", "on_track")}), 0, _NEXT)
    whole = asked(request, Wanted(), 0, 1)
    undecided = Wanted({"status": ("at_risk", "on_track", "paused")}, sort="risk")
    likeliest = [one for one in asked(request, undecided, 0, _LIKELIEST).cycles if one.risk] if whole.foresees else []
    shown = {"board": whole, "following": following.cycles, "statuses": STATUSES, "most": _FACETS}
    hints = _hints(request, [*following.cycles, *likeliest])
    return site_of(request).page(request, "board.html", likeliest=likeliest, hints=hints, **shown)


def listed(request: Request) -> Response:
    """Show a list of open cycles."""
    wanted = wanted_of(request.query_params, ("lang", "offset", "limit"))
    offset, limit = part_of(request.query_params, PAGE)
    found = asked(request, wanted, offset, limit)
    shown = {"board": found, "wanted": wanted, "statuses": STATUSES, "most": _FACETS}
    return site_of(request).page(request, "cycles.html", hints=_hints(request, found.cycles), **shown)


def _hints(request: Request, cycles: Sequence[OpenCycle]) -> Mapping[tuple[str, str], Ends]:
    """Return with whom tickets like those of cycles ended, as far as that is shown."""
    site = site_of(request)
    if not guest_of(request).viewer.foresees:
        return {}
    with site.readable.state().reading() as sql:
        return site.explainer.foreseer.ends(sql, cycles)


def customers(request: Request, open_to: Mapping[str, tuple[Site, Guest]]) -> Response:
    """Show how many of each customer's open cycles are broken, at risk and so on, as somebody sees them."""
    found = [(name, site, _counted(site, guest)) for name, (site, guest) in open_to.items()]
    return site_of(request).page(request, "customers.html", customers=found, statuses=STATUSES)


def _counted(site: Site, guest: Guest) -> Board | None:
    try:
        return site.boards.board(guest.viewer, Wanted(), limit=1)
    except (StateError, Busy) as error:
        log.warning("customer not shown among the others", customer=site.config.customer, error=str(error))
        return None


def taken_along(request: Request) -> Response:
    """Give a whole list as CSV, as of one moment; whoever takes it slowly keeps no transaction open."""
    site = site_of(request)
    wanted = wanted_of(request.query_params, ("lang",))
    file = SpooledTemporaryFile(  # noqa: SIM115 - closed when it was read
        _IN_MEMORY, "w+", encoding="utf-8", newline=""
    )
    file.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for part in site.boards.every(guest_of(request).viewer, wanted):
        writer.writerows([cell(value) for value in row_of(one).values()] for one in part)
    file.seek(0)
    name = 'attachment; filename="open-cycles.csv"'
    return StreamingResponse(_read(file), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _read(file: SpooledTemporaryFile[str]) -> Iterator[str]:
    with file:
        while text := file.read(65_536):
            yield text
