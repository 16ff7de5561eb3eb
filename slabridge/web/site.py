"""The pages of one configuration: what they are made from, and how they are shown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse

from slabridge.app.board import Boards
from slabridge.app.explain import Explainer
from slabridge.app.readable import Readable
from slabridge.config import Config
from slabridge.config.services.service import Service
from slabridge.text.spoken import zoned
from slabridge.web.access_log import AccessLog
from slabridge.web.allowed import services_seen
from slabridge.web.door import Door, Guest
from slabridge.web.drafts import Drafts
from slabridge.web.language import COOKIE, LANGUAGES, language_of
from slabridge.web.link import Link
from slabridge.web.markup import environment


@dataclass(slots=True)
class Use:
    """How many requests a site answers, and whether another one stands in its place. Only the event loop counts."""

    requests: int = 0
    left: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of a configuration: below `base`, shown to whom the door lets in, and noted in the log.

    `told` keeps the agreements in words, by language, with the day of their examples.
    """

    config: Config
    explainer: Explainer
    readable: Readable
    boards: Boards
    door: Door
    log: AccessLog
    drafts: Drafts
    base: str = ""
    told: dict[str, tuple[int, list[dict[str, Any]]]] = field(default_factory=dict)
    use: Use = field(default_factory=Use)

    @classmethod
    def of(cls, config: Config, door: Door, log: AccessLog, drafts: Drafts) -> Self:
        """Return the site of a configuration; its state is opened when it is first asked."""
        readable = Readable(config)
        return cls(config, Explainer.of(config), readable, Boards(readable), door, log, drafts, base_of(config))

    def page(self, request: Request, name: str, status: int = 200, /, **shown: object) -> HTMLResponse:
        """Return a page, in the language of who asks."""
        code = language_of(request, self.config)
        here = {"site": self, "request": request, "guest": guest_of(request), "link": link_of(request)}
        text = environment(code).get_template(name).render(here, lang=code, base=self.base, **shown)
        response = HTMLResponse(text, status)
        if request.query_params.get("lang") in LANGUAGES:
            secure = request.url.scheme == "https"
            response.set_cookie(COOKIE, code, 365 * 86_400, path=self.base or "/", secure=secure, samesite="lax")
        return response

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Hold what it holds while a request is answered."""
        self.use.requests += 1
        try:
            yield
        finally:
            self.use.requests -= 1
            if self.use.left and not self.use.requests:
                self.close()

    def leave(self) -> None:
        """Give back what it holds as soon as the last request is answered: another one stands in its place."""
        self.use.left = True
        if not self.use.requests:
            self.close()

    def close(self) -> None:
        """Give back what it holds."""
        self.readable.close()
        self.log.close()

    def at(self, instant: int | None) -> str:
        """Return an instant in the local time of the file, as `2026-03-02 14:32`."""
        return "" if instant is None else f"{zoned(instant, self.config.definitions.timezone):%Y-%m-%d %H:%M}"

    def near(self, instant: int, now: int) -> str:
        """Return an instant in the local time of the file, without its day or year where that is the one of `now`."""
        text, same = self.at(instant), self.at(now)
        return text[11:] if text[:10] == same[:10] else text[5:] if text[:4] == same[:4] else text

    def agreement(self, identity: str) -> str:
        """Return the name of an agreement, as its newest version has it; its id where it has none."""
        names = [one.name for one in self.config.definitions.agreements if one.id == identity and one.name]
        return names[-1] if names else identity

    @property
    def services(self) -> Sequence[Service]:
        """All services of the file."""
        return () if self.config.reporting is None else self.config.reporting.services

    def shows_services(self, guest: Guest) -> bool:
        """Return whether there is a service that somebody sees."""
        return bool(services_seen(guest.viewer, self.services))

    def ticket(self, connection: str, ticket: str) -> str:
        """Return the address of a ticket's page here, by its key or id."""
        return f"{self.base}/tickets/{quote(connection, '')}/{quote(ticket, '')}"


def link_of(request: Request) -> Link:
    """Return the links of the page that was asked for."""
    query = {name: tuple(request.query_params.getlist(name)) for name in request.query_params if name != "lang"}
    return Link(f"{site_of(request).base}{quote(request.scope['path'])}", query)


def site_of(request: Request) -> Site:
    """Return the site that was asked."""
    found: Site = request.scope["site"]
    return found


def guest_of(request: Request) -> Guest:
    """Return who asks."""
    found: Guest = request.scope["guest"]
    return found


def base_of(config: Config) -> str:
    """Return the path below which a configuration's pages are."""
    if config.web.url is not None:
        return urlsplit(config.web.url).path.rstrip("/")
    return f"/{config.customer}" if config.customer else ""
