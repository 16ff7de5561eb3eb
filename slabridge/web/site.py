"""The pages of one configuration: what they are made from, and how they are shown."""

import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sla_engine.instant import format_instant, parse_instant
from slabridge.app.board import Age, Boards
from slabridge.app.explain import Explainer
from slabridge.app.readable import Readable
from slabridge.config import Config
from slabridge.config.services.service import Service
from slabridge.exit import Exit
from slabridge.show.report_table import time_of
from slabridge.show.sentences import MODES, STATUSES
from slabridge.show.services import signed
from slabridge.show.words import CAUSES, COLUMNS, SHEETS
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.spoken import roughly, spoken, zoned
from slabridge.web.access_log import AccessLog
from slabridge.web.allowed import services_seen
from slabridge.web.door import Door, Guest
from slabridge.web.drafts import Drafts
from slabridge.web.words import EXITS, FIELDS, KINDS, SIGNS, TOLD

LANGUAGES = ("en", "sv")
COOKIE = "slabridge_language"
_OLD = 30 * 60 * 1000
"""From how old on data is shown as old, ms."""


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
    use: "Use" = field(default_factory=lambda: Use())  # noqa: PLW0108 - it stands below

    @classmethod
    def of(cls, config: Config, door: Door, log: AccessLog, drafts: Drafts) -> Self:
        """Return the site of a configuration; its state is opened when it is first asked."""
        readable = Readable(config)
        return cls(config, Explainer.of(config), readable, Boards(readable), door, log, drafts, base_of(config))

    def page(self, request: Request, name: str, status: int = 200, /, **shown: object) -> HTMLResponse:
        """Return a page, in the language of who asks."""
        code = language_of(request, self.config)
        template = _environment(code).get_template(name)
        text = template.render(site=self, request=request, guest=guest_of(request), lang=code, base=self.base, **shown)
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

    def today(self, instant: int) -> str:
        """Return an instant in the local time of the file, without its day where it is still that day."""
        return text[11:] if (text := self.at(instant))[:10] == self.at(time.time_ns() // 1_000_000)[:10] else text

    def agreement(self, identity: str) -> str:
        """Return the name of an agreement, as its newest version has it; its id where it has none."""
        names = [one.name for one in self.config.definitions.agreements if one.id == identity and one.name]
        return names[-1] if names else identity

    def near(self, instant: int, now: int) -> str:
        """Return an instant in the local time of the file, without its day where that is the day of `now`."""
        text = self.at(instant)
        return text[11:] if text[:10] == self.at(now)[:10] else text[5:]

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


@dataclass(slots=True)
class Use:
    """How many requests a site answers, and whether another one stands in its place. Only the event loop counts."""

    requests: int = 0
    left: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Makes addresses of a page from what was asked of it: with other values, and without some."""

    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to(self, **other: str | tuple[str, ...] | None) -> str:
        """Return the address with these values in place of those that were asked for; None: without."""
        given = {name: (value,) if isinstance(value, str) else value for name, value in other.items()}
        query = {**self.query, **given}
        pairs = [(name, one) for name, values in query.items() if values is not None for one in values]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path


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


def language_of(request: Request, config: Config) -> str:
    """Return the language of who asks: as asked for, as remembered, as their browser wants, else that of reports."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    for code in _wanted(request.headers.get("Accept-Language", "")):
        if code in LANGUAGES:
            return code
    return config.language


def _wanted(accepted: str) -> list[str]:
    """Return the languages that a browser accepts, what it wants most first."""
    found = []
    for part in accepted.lower().split(","):
        code, _, weight = part.partition(";q=")
        with suppress(ValueError):
            found.append((-float(weight or 1), code.strip().partition("-")[0]))
    return [code for weight, code in sorted(found, key=lambda one: one[0]) if weight]


def base_of(config: Config) -> str:
    """Return the path below which a configuration's pages are."""
    if config.web.url is not None:
        return urlsplit(config.web.url).path.rstrip("/")
    return f"/{config.customer}" if config.customer else ""


@cache
def _environment(code: str) -> Environment:
    language = Language(code)
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("slabridge.web"),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.install_gettext_translations(language.catalogue, newstyle=True)  # type: ignore[attr-defined] # of the extension
    environment.filters |= {
        "plain": lambda value: "" if value is None else line(str(value)),
        "word": language.word,
        "say": language.say,
        "tell": lambda text: line(language.tell(text)),
        "mode": lambda name: language.word(MODES[name]),
        "number": language.number,
        "grouped": language.grouped,
        "code": _code,
        "told": lambda value, column: language.word(CAUSES.get(value, value)) if column in TOLD and value else value,
        "spoken": lambda ms: language.tell(spoken(ms)),
        "status": lambda name: language.word(STATUSES[name]),
        "kind": lambda name: language.word(KINDS[name]),
        "field": lambda name: language.word(FIELDS[name]) if name in FIELDS else name,
        "roughly": lambda ms: language.tell(roughly(ms)),
        "iso": format_instant,
        "instant": parse_instant,
        "shell": lambda text: shlex.quote(line(text)),
        "time": lambda seconds: language.tell(time_of(seconds)),
        "signed": lambda seconds: language.tell(signed(seconds)),
        "column": lambda name: language.word(COLUMNS[name]) if name in COLUMNS else name,
        "sheet": lambda name: language.word(SHEETS[name]),
        "exit": lambda code: language.word(EXITS[Exit(code)]),
    }
    environment.globals |= {"link_of": link_of, "is_old": _is_old, "signs": SIGNS}
    return environment


def _is_old(age: Age) -> bool:
    return age.ms is None or age.ms > _OLD


def _code(text: str) -> Markup:
    """Return a text with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before
