"""What every request passes: whose pages, who asks, what may be asked, what is noted, and what answers may do."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slabridge import __version__
from slabridge.run.bug import kind_of, places_of
from slabridge.web.board import customers
from slabridge.web.door import Guest, Refusal
from slabridge.web.site import Site, site_of

log = structlog.get_logger("slabridge")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
AT_ONCE = 100
"""Requests under way at once; more are turned away."""
_LONGEST = 2_000
"""Characters of a request's path and query that are answered, and noted."""


class Front:
    """Stands before the pages; gives each request its site and its guest. `sites` has them by customer, as of now."""

    def __init__(self, pages: ASGIApp, sites: Callable[[], Mapping[str, Site]], at_once: int = AT_ONCE) -> None:
        self.pages = pages
        self.sites = sites
        self.at_once = at_once
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self.pages(scope, receive, send)
        elif scope["path"] == "/healthz":
            await PlainTextResponse("alive\n")(scope, receive, _safe(send))
        else:
            self._under_way += 1
            try:
                await self._answer(scope, receive, send)
            finally:
                self._under_way -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        found, path = self._site(scope["path"])
        site = found or next(iter(self.sites().values()))  # in whose log it is noted who asks for no customer's pages
        guest = self._guest(Request(scope), site) if found else self._visitor(Request(scope), site)
        answer: ASGIApp = self.pages
        if isinstance(guest, Refusal):
            answer = refused(scope, guest)
        elif found is None:
            answer = self._customers
        inside = {**scope, "path": path, "raw_path": path.encode(), "site": site, "guest": guest}
        with site.in_use():
            try:
                await answer(inside, receive, _noting(_safe(send), site, guest, scope, began))
            except Exception as error:  # noqa: BLE001 - whatever it is, the other pages go on
                log.error("bug", page=path, error=kind_of(error), version=__version__, places=places_of(error))  # noqa: TRY400 - its text may be of a ticket

    def _site(self, path: str) -> tuple[Site | None, str]:
        """Return whose page it is, and where it is there: a proxy may have taken away what stands before it, or not."""
        sites = self.sites()
        whole = [(site.base, site) for site in sites.values()]
        short = [(f"/{customer}" if customer else "", site) for customer, site in sites.items()]
        for base, site in [*sorted(whole, key=lambda one: -len(one[0])), *short]:
            if path == base or path.startswith(f"{base}/"):
                return site, path.removeprefix(base) or "/"
        return None, path

    def _guest(self, request: Request, site: Site) -> Guest | Refusal:
        """Return who asks a site, or why they are refused."""
        if self._under_way > self.at_once:
            return Refusal(503, "too many ask at once: try again in a moment", {"Retry-After": "5"})
        if request.method not in ("GET", "HEAD"):
            return Refusal(405, "these pages are only read", {"Allow": "GET, HEAD"})
        if len(request.scope["path"]) + len(request.scope["query_string"]) > _LONGEST:
            return Refusal(414, "the address is too long")
        return site.door.guest(request)

    def _visitor(self, request: Request, site: Site) -> Guest | Refusal:
        """Return who asks for none of the customers' pages: the way to these is for whom nothing is hidden from."""
        guest = self._guest(request, site)
        if isinstance(guest, Refusal):
            return guest
        below = {one.base.rpartition("/")[0] for one in self.sites().values()}
        if guest.viewer.sees_all and request.scope["path"].rstrip("/") in {"", *below}:
            return guest
        return Refusal(404, "there is no such page")

    async def _customers(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with how the customers are that somebody may see, by the door of each; the log of each notes it."""
        began, request, site = time.perf_counter(), Request(scope), site_of(Request(scope))
        doors = {name: (one, one.door.guest(request)) for name, one in self.sites().items()}
        open_to = {name: (one, guest) for name, (one, guest) in doors.items() if isinstance(guest, Guest)}
        with ExitStack() as stack:
            for one, guest in open_to.values():
                if one is not site:
                    stack.enter_context(one.in_use())
                    send = _noting(send, one, guest, scope, began)
            await (await run_in_threadpool(customers, request, open_to))(scope, receive, send)


def refused(scope: Scope, refusal: Refusal) -> Response:
    """Return what is said to somebody who is not let in."""
    if "/api/" in scope["path"]:
        return JSONResponse({"error": refusal.message}, refusal.status, refusal.headers)
    return PlainTextResponse(f"{refusal.message}\n", refusal.status, refusal.headers)


def _safe(send: Send) -> Send:
    """Return a way to answer that says what a browser may do with it; a page that says so itself keeps its own."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            more = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
            message["headers"] = [*message["headers"], *((name, value) for name, value in more if name not in there)]
        await send(message)

    return sending


def _noting(send: Send, site: Site, guest: Guest | Refusal, scope: Scope, began: float) -> Send:
    """Return a way to answer that first notes who is answered what: what is not noted is not shown."""
    unnoted = False
    # Not what a request makes of it: that goes by its Host header, too.
    is_asset = not isinstance(guest, Refusal) and scope["path"].removeprefix(site.base).startswith("/static/")

    async def sending(message: Message) -> None:
        nonlocal unnoted
        if message["type"] == "http.response.start" and not is_asset:
            try:
                site.log.note(**_who(guest), **_what(scope, message["status"], began))
            except OSError as error:
                log.exception(
                    "access log not written, so nothing is shown", file=str(site.log.path), reason=error.strerror
                )
                unnoted = True
                kind = (b"content-type", b"text/plain; charset=utf-8")
                await send({"type": "http.response.start", "status": 503, "headers": [kind]})
                await send({"type": "http.response.body", "body": b"the access log cannot be written\n"})
        if not unnoted:
            await send(message)

    return sending


def _who(guest: Guest | Refusal) -> dict[str, Any]:
    return {"user": None, "role": None} if isinstance(guest, Refusal) else {"user": guest.user, "role": guest.role}


def _what(scope: Scope, status: int, began: float) -> dict[str, Any]:
    return {
        "from": scope["client"][0] if scope["client"] else None,
        "method": scope["method"],
        "path": scope["path"][:_LONGEST],
        "query": scope["query_string"].decode("latin-1")[:_LONGEST],
        "status": status,
        "ms": round(1000 * (time.perf_counter() - began), 1),
    }
