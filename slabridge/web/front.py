"""What every request passes: whose pages, who asks, what may be asked, what is noted, and what answers may do."""

import time
from collections.abc import Callable, Mapping
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
from slabridge.web.site import Site, base_of

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
_LONGEST = 2_000
"""Characters of a request's path and query that are answered, and noted."""


class Front:
    """Stands before the pages; gives each request its site and its guest. `sites` has them by customer, as of now."""

    def __init__(self, pages: ASGIApp, sites: Callable[[], Mapping[str, Site]]) -> None:
        self.pages = pages
        self.sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self.pages(scope, receive, send)
            return
        if scope["path"] == "/healthz":
            await PlainTextResponse("alive\n")(scope, receive, _safe(send))
            return
        site, path = self._site(scope["path"])
        if site is None:
            await self._customers(scope, receive, send)
            return
        began, request = time.perf_counter(), Request(scope)
        guest = _asked(request, site)
        answer: ASGIApp = self.pages
        if isinstance(guest, Refusal):
            answer = refused(request, guest)
        else:
            scope = {**scope, "path": path, "raw_path": path.encode(), "site": site, "guest": guest}
        try:
            await answer(scope, receive, _noting(_safe(send), site, guest, request, began))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other pages go on
            log.error("bug", page=path, error=kind_of(error), version=__version__, places=places_of(error))  # noqa: TRY400 - its text may be of a ticket

    def _site(self, path: str) -> tuple[Site | None, str]:
        """Return whose page it is, and where it is there: a proxy may have taken away what stands before it, or not."""
        sites = self.sites()
        for customer, site in sites.items():
            for base in (base_of(site.config), f"/{customer}" if customer else ""):
                if path == base or path.startswith(f"{base}/"):
                    return site, path.removeprefix(base) or "/"
        return None, path

    async def _customers(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with how the customers are that somebody may see, by the door of each, noted in the log of each."""
        began, request, send = time.perf_counter(), Request(scope), _safe(send)
        found = {name: (site, _asked(request, site)) for name, site in self.sites().items()}
        open_to = {name: (site, guest) for name, (site, guest) in found.items() if isinstance(guest, Guest)}
        if not open_to or request.url.path != "/":
            refusals = [guest for _, guest in found.values() if isinstance(guest, Refusal)]
            refusal = refusals[0] if not open_to else Refusal(404, "there is no such page")
            await refused(request, refusal)(scope, receive, send)
            return
        for site, guest in open_to.values():
            send = _noting(send, site, guest, request, began)
        site, guest = next(iter(open_to.values()))
        scope.update(site=site, guest=guest)
        await (await run_in_threadpool(customers, request, open_to))(scope, receive, send)


def _asked(request: Request, site: Site) -> Guest | Refusal:
    if request.method not in ("GET", "HEAD"):
        return Refusal(405, "these pages are only read", {"Allow": "GET, HEAD"})
    if len(request.url.path) + len(request.url.query) > _LONGEST:
        return Refusal(414, "the address is too long")
    return site.door.guest(request)


def refused(request: Request, refusal: Refusal) -> Response:
    """Return what is said to somebody who is not let in."""
    if request.url.path.find("/api/") >= 0:
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


def _noting(send: Send, site: Site, guest: Guest | Refusal, request: Request, began: float) -> Send:
    """Return a way to answer that first notes who is answered what: what is not noted is not shown."""
    unnoted = False

    async def sending(message: Message) -> None:
        nonlocal unnoted
        if message["type"] == "http.response.start" and not request.url.path.startswith(f"{site.base}/static/"):
            try:
                site.log.note(**_who(guest), **_what(request, message["status"], began))
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


def _what(request: Request, status: int, began: float) -> dict[str, Any]:
    return {
        "from": request.client.host if request.client else None,
        "method": request.method,
        "path": request.url.path[:_LONGEST],
        "query": request.url.query[:_LONGEST],
        "status": status,
        "ms": round(1000 * (time.perf_counter() - began), 1),
    }
