"""The one place for sessions, timeouts, retries, rate limits and redaction.

`Http` is a `requests.Session`, so that pysnow and jira, which want one, send through the same fence as our own calls:

- a timeout always, certificates always verified, no redirect followed (an API has none; a login page does);
- retries here and nowhere else, by tenacity: `Retry-After` is a lower bound, otherwise exponential with jitter;
- after a lost answer only what may be applied twice is sent again; a comment may not;
- a 2xx answer that is not JSON (hibernating instance, single sign-on, proxy) is an error and never data.

| what happened                                 | read     | idempotent write | other write | in the end              |
|-----------------------------------------------|----------|------------------|-------------|-------------------------|
| never sent: refused, no name, no route        | again    | again            | again       | Unavailable             |
| 429; 503 with Retry-After                     | again    | again            | again       | Unavailable             |
| 429 for a quota of Jira; our own hourly limit | given up | given up         | given up    | Unavailable             |
| 429 for writes on one ticket of Jira          | again    | given up         | given up    | Spaced                  |
| 401 with a token of OAuth                     | once     | once             | once        | Refused                 |
| lost: timeout, reset, cut; 408, 502, 503, 504 | again    | again            | given up    | Unavailable, or Unclear |
| 500                                           | again    | given up         | given up    | Unavailable, or Unclear |
| 2xx with a page or broken JSON                | given up | given up         | given up    | Unavailable, or Unclear |
| 3xx, 4xx, untrusted certificate, bad URL      | given up | given up         | given up    | Refused                 |

A write is Unclear if any of its attempts may have been applied.
"""

import html
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random

from connectors.errors import ConnectorError, Refused, Unclear
from connectors.http.answer import (
    Answer,
    date_of,
    loads,
    message_of,
    rate_limited,
    rate_reason,
    rate_reset,
    retry_after,
)
from connectors.http.auth import Nobody, Token, authorization
from connectors.http.call import Call, Failure, no_answer
from connectors.http.credentials import Auth
from connectors.http.limits import HOUR, Limits
from connectors.http.redaction import of_proxies, redacted

_LOST = frozenset({408, 502, 503, 504})
_LOGIN = re.compile(r"""type=["']?password|saml|single sign-on|<title>[^<]*(log ?in|sign ?in|log ?on)""", re.IGNORECASE)
_CANCELLED = re.compile(r"transaction cancel|execution time", re.IGNORECASE)
"""What ServiceNow says of a read that takes too long: the same again would take as long."""
_BACKOFF = wait_exponential(multiplier=0.5, max=20) + wait_random(0, 0.5)
_JSON_TOKENS = ("auth.atlassian.com",)
"""Hosts that are asked for a token in JSON, as they document it; the others in a form, as RFC 6749 says."""

_STEP = 0.5
"""The most seconds for which nobody looks whether to stop."""

log = structlog.get_logger(__name__)


class Http(requests.Session):
    """A session with one ticket tool, thread-safe.

    `attempts` bounds how often one call is sent, `patience` how many seconds it waits in all between them: a wait that
    would exceed it ends the call as `Unavailable` with `retry_after`. `left` says how many seconds the run still has
    (no wait or time-out is longer), `stopping` whether it was asked to end. `limits` are those of the host, shared by
    all its sessions. `ca` is a file of certificates to trust instead of the usual ones, `proxy` a URL. Without `auth`
    nobody asks.
    """

    def __init__(  # noqa: PLR0913 - all but the first two are bounds with defaults
        self,
        name: str,
        auth: Auth | None,
        *,
        timeout: tuple[float, float] = (5.0, 60.0),
        attempts: int = 5,
        patience: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        left: Callable[[], float] | None = None,
        stopping: Callable[[], bool] | None = None,
        ca: Path | None = None,
        proxy: str | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.timeout = timeout
        self._limits = limits or Limits(clock=clock)
        self._patience = patience
        self._sleep = sleep
        self._left = left or (lambda: float("inf"))
        self._stopping = stopping
        self._counted = threading.Lock()
        self._calls: Counter[str] = Counter()
        self.cookies = _Jar()
        self.headers.update({"Accept": "application/json", "User-Agent": "slabridge"})
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=self._limits.concurrency, max_retries=0))
        # On each request, as those of a session would have to give way to the environment's.
        self._route: dict[str, Any] = {"verify": str(ca)} if ca else {}
        self._route |= {"proxies": {"http": proxy, "https": proxy}} if proxy else {}
        same: dict[str, Any] = {"timeout": timeout, "attempts": attempts, "patience": patience, "sleep": sleep}
        same |= {"clock": clock, "left": left, "stopping": stopping, "ca": ca, "proxy": proxy}
        self._tokens = partial(Http, name, None, **same)
        self._authorization = authorization(name, auth, self._fetch_token, clock) if auth else Nobody()
        self.auth = self._authorization
        self._retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, Failure) and error.again),
            wait=_wait,
            stop=lambda at: (
                at.attempt_number >= attempts
                or at.idle_for + at.upcoming_sleep > patience
                or at.upcoming_sleep > self._left()
            ),
            reraise=True,
        )

    @property
    def calls(self) -> Counter[str]:
        """What was sent so far, by method, repeated calls and those for tokens included."""
        with self._counted:
            return Counter(self._calls)

    def call(  # noqa: PLR0913 - what a request consists of
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
    ) -> Answer:
        """Send a request and return its answer.

        `idempotent` says whether it may be applied twice; by default GET, HEAD, OPTIONS, PUT and DELETE may. A POST
        that may is taken for a read.

        Raises:
            Refused: 3xx, 4xx (with `status` and `body`), or a certificate that is not trusted.
            Unavailable: no usable answer; a write certainly was not applied.
            Unclear: the answer to a write was lost.
        """
        response = self.request(method, url, params=params, json=json, headers=headers, idempotent=idempotent)
        body = response.json() if response.content else None
        return Answer(response.status_code, body, response.headers, date_of(response.headers))

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        idempotent: bool | None = None,
        **kwargs: Any,  # noqa: ANN401 - those of requests
    ) -> requests.Response:
        """Send as `requests` does, fenced: the answer is 2xx and its `json()` works. Raises as `call` does."""
        call = Call(self.name, method.upper(), url, idempotent)
        kwargs |= {"allow_redirects": False, **self._route}
        try:
            return self._retrying.copy(sleep=partial(self._pause, call))(self._attempt, call, kwargs)
        except Failure as failure:
            raise call.given_up(failure) from failure.__cause__

    def clean(self, text: str) -> str:
        """Return a tool's text fit for a message: one short line without control characters or our secrets."""
        line = "".join(letter if letter.isprintable() else " " for letter in text)
        line = " ".join(redacted(line, (*self._authorization.secrets(), *of_proxies())).split())
        return line if len(line) <= 200 else line[:199] + "…"

    def _fetch_token(self, url: str, form: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Ask for a token, fenced as any call, but out of the tool's limits, which are not about tokens."""
        with self._tokens() as session:
            session._authorization = Nobody(self._authorization.secrets)  # noqa: SLF001 - one of us
            try:
                body = {"json" if urlsplit(url).hostname in _JSON_TOKENS else "data": form}
                return session.request("POST", url, idempotent=True, **body).json()
            finally:
                with self._counted:
                    self._calls.update(session.calls)

    def _attempt(self, call: Call, kwargs: dict[str, Any]) -> requests.Response:
        self._authorize(call)
        response = self._sent(call, kwargs)
        if response.status_code == 401 and isinstance(self._authorization, Token):
            self._authorization.refused(response.request)
            self._authorize(call)
            response = self._sent(call, kwargs)
        self._check(call, response)
        return response

    def _authorize(self, call: Call) -> None:
        if not isinstance(self._authorization, Token):
            return
        try:
            self._authorization.prepare()
        except ConnectorError as error:
            if call.unclear:
                raise Unclear(f"{error}; the write may have been applied") from error
            raise

    def _sent(self, call: Call, kwargs: dict[str, Any]) -> requests.Response:
        with self._place(call):
            with self._counted:
                self._calls[call.method] += 1
            timeout = kwargs.get("timeout") or self.timeout
            connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
            most = max(1.0, self._left())
            began = time.monotonic()
            try:
                response = super().request(
                    call.method, call.url, **{**kwargs, "timeout": (min(connect, most), min(read, most))}
                )
            except requests.RequestException as error:
                log.debug("no answer", method=call.method, path=call.path, error=type(error).__name__, ms=_since(began))
                raise no_answer(call, error) from error
        log.debug("answer", method=call.method, path=call.path, status=response.status_code, ms=_since(began))
        return response

    @contextmanager
    def _place(self, call: Call) -> Iterator[None]:
        """Give the call a place among those under way, once the host's limits have one for it."""
        due = self._limits.due_in(call.endpoint)
        if due > min(self._patience, self._left()):
            raise Failure(call, f"asked to be left alone for {due:.0f} seconds more", asked=due, again=False)
        self._pause(call, due)
        self._go_on(call)
        while not self._limits.enter(_STEP):
            self._go_on(call)
        try:
            wait = self._limits.spend()
            if wait:
                reason = f"is asked no more: all {self._limits.per_hour} calls of this hour (calls_per_hour) are made"
                raise Failure(call, reason, asked=wait, again=False)
            yield
        finally:
            self._limits.leave()

    def _pause(self, call: Call, seconds: float) -> None:
        """Wait, in steps where somebody may ask us to stop."""
        step = seconds if self._stopping is None else _STEP
        while seconds > 0:
            self._go_on(call)
            self._sleep(min(step, seconds))
            seconds -= step

    def _go_on(self, call: Call) -> None:
        """Return if the run goes on."""
        if self._stopping is not None and self._stopping():
            raise Failure(call, "is asked no more, as the run was asked to stop", again=False)
        if self._left() <= 0:
            raise Failure(call, "is asked no more, as the run's time is up", again=False)

    def _check(self, call: Call, response: requests.Response) -> None:
        """Return if the answer is 2xx with JSON, else raise what it means."""
        status = response.status_code
        asked = retry_after(response.headers)
        if status < 300:
            self._decode(call, response)
        elif status == 429:
            raise self._limited(call, response, asked)
        elif status in _LOST:
            lost = status != 503 or asked is None
            if not lost:
                self._limits.rest(asked or 0.0)
            raise Failure(call, f"answers {status} ({self._said(response)})", asked=asked, lost=lost)
        elif status >= 500:
            again = call.read and status == 500 and not _CANCELLED.search(response.text)
            raise Failure(call, f"answers {status} ({self._said(response)})", lost=True, again=again)
        else:
            raise self._refusal(call, response)

    def _limited(self, call: Call, response: requests.Response, asked: float | None) -> Failure:
        """Return what a 429 means, and let the host's other calls keep to it.

        Jira says which limit it is: a quota, one endpoint's, or that of writes on one ticket. Without any word of a
        rate it is ServiceNow's semaphore: too many calls are under way there.
        """
        reason = rate_reason(response.headers)
        asked = rate_reset(response.headers) if asked is None else asked
        words = f"limits our rate ({': '.join(filter(None, (self.clean(reason), self._said(response))))})"
        if reason == "jira-per-issue-on-write" and not call.read:
            return Failure(call, words, asked=asked, again=False, alone=True)
        if reason.startswith("jira-quota-") or reason == "jira-cost-based":
            self._limits.rest(HOUR if asked is None else asked)
            return Failure(call, words, asked=asked, again=False)
        if reason == "jira-burst-based":
            self._limits.rest(asked or 0.0, call.endpoint)
        elif asked:
            self._limits.rest(asked)
        elif not rate_limited(response.headers) and self._limits.one_at_a_time():
            log.warning("too many calls at once; one at a time from now on", connection=self.name)
        return Failure(call, words, asked=asked)

    def _decode(self, call: Call, response: requests.Response) -> None:
        """Parse the body once, fast; `response.json()` returns it from then on."""
        if not response.content and call.method != "GET":
            return
        try:
            body = loads(response.content)
        except ValueError as error:
            raise self._undecodable(call, response) from error
        response.json = lambda **_: body  # type: ignore[method-assign]

    def _undecodable(self, call: Call, response: requests.Response) -> Refused | Failure:
        if "html" not in response.headers.get("Content-Type", "") and not response.content.lstrip().startswith(b"<"):
            return Failure(call, "answers with broken or cut JSON", lost=True, again=False)
        seen = f"answers with a web page ({self._said(response)}) where data was expected"
        if call.read and _LOGIN.search(response.text):
            return Refused(f"{call.who} {seen}, a login page: is url right, may the account use the API?")
        return Failure(call, f"{seen} (asleep, in maintenance, behind a proxy?)", lost=True, again=False)

    def _refusal(self, call: Call, response: requests.Response) -> Refused:
        status = response.status_code
        parts = [f"{call.who} refused {call.method} {call.path} ({status})"]
        if status < 400:
            target = self.clean(_host(response.headers.get("Location", "")))
            parts.append(f"it redirects to {target}; is url right, or is a login page before the API?")
        else:
            parts.append(self._said(response))
        if status == 401:
            parts.append("the credentials are wrong, expired or locked; check `auth` of this connection")
        elif status == 403:
            parts.append("the account may lack a permission for this")
        return Refused(": ".join(parts), status=status, body=_json(response))

    def _said(self, response: requests.Response) -> str:
        """Return what an answer says to people: the tool's message, a page's title, or the name of its status."""
        title = re.search(r"<title[^>]*>(.*?)</title>", response.text, re.IGNORECASE | re.DOTALL)
        said = message_of(_json(response)) or (f"titled “{html.unescape(title[1]).strip()}”" if title else "")
        return self.clean(said or response.reason or "no reason given")


class _Jar(RequestsCookieJar):
    """Cookies that a thread may read while another sets one."""

    _cookies_lock: AbstractContextManager[object]  # that of http.cookiejar

    def __iter__(self) -> Iterator[Any]:
        with self._cookies_lock:
            return iter(list(super().__iter__()))


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: never less than the server asked for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.asked if isinstance(error, Failure) else None
    return max(asked or 0.0, _BACKOFF(state))


def _json(response: requests.Response) -> object:
    """Return an error answer's JSON; None where it has none, as it then says nothing in JSON."""
    try:
        body: object = loads(response.content)
    except ValueError:
        return None
    return body


def _host(location: str) -> str:
    """Return where a redirect leads, in words."""
    try:
        host = urlsplit(location).hostname or "itself"
    except ValueError:
        return "no address"
    return host if re.fullmatch(r"[a-z0-9.:-]+", host) else "no address"


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
