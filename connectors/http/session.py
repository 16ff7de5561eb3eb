"""A session with a ticket tool: the one place for timeouts, retries, rate limits and redaction.

`Http` is a `requests.Session`, so that client libraries, which want one, send through the same fence as our own calls:

- a timeout always, also for the whole of an answer, which has a largest size;
- certificates always verified, no redirect followed (an API has none; a login page does);
- retries here and nowhere else, by tenacity: `Retry-After` is a lower bound, otherwise exponential with jitter;
- after a lost answer only what may be applied twice is sent again; a comment may not;
- a 2xx answer that is not JSON (maintenance, single sign-on, proxy) is an error and never data.

| what happened                                 | read     | idempotent write | other write | in the end              |
|-----------------------------------------------|----------|------------------|-------------|-------------------------|
| never sent: refused, no name, no route        | again    | again            | again       | Unavailable             |
| 429; 503 with Retry-After                     | again    | again            | again       | Unavailable             |
| 429 for a quota; our own hourly limit         | given up | given up         | given up    | Unavailable             |
| 429 for writes on one ticket                  | again    | given up         | given up    | Spaced                  |
| 401 with a token of OAuth                     | once     | once             | once        | Refused                 |
| lost: timeout, reset, cut; 408, 502, 503, 504 | again    | again            | given up    | Unavailable, or Unclear |
| 500                                           | again    | given up         | given up    | Unavailable, or Unclear |
| 500 for what the tool cancelled; broken JSON  | given up | given up         | given up    | CutShort, or Unclear    |
| an answer that takes too long as a whole      | given up | given up         | given up    | Unavailable, or Unclear |
| an answer that is too large                   | given up | given up         | given up    | CutShort, or Unclear    |
| 2xx with a page                               | given up | given up         | given up    | Unavailable, or Unclear |
| 3xx, 4xx, untrusted certificate, bad URL      | given up | given up         | given up    | Refused                 |
| the run is to end                             | given up | given up         | given up    | Halted, or Unclear      |

A write is Unclear if any of its attempts may have been applied.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import requests
import structlog

from connectors.errors import ConnectorError, CutShort
from connectors.http import body
from connectors.http.answer import Answer, date_of
from connectors.http.call import Call, Failure, no_answer
from connectors.http.cookies import Jar
from connectors.http.credentials import Auth, OAuth
from connectors.http.deadline import Adapter, Deadline, until
from connectors.http.gate import Gate
from connectors.http.header import Header, Nobody
from connectors.http.limits import Limits
from connectors.http.meaning import Meaning
from connectors.http.meter import Meter
from connectors.http.redaction import of_proxies, redacted
from connectors.http.retry import retrying
from connectors.http.rules import PLAIN, Rules
from connectors.http.token import Token
from connectors.interface.traffic import Traffic
from connectors.span import Attribute, span

log = structlog.get_logger(__name__)


class Http(requests.Session):
    """A session with one ticket tool, thread-safe, which answers by its `rules`.

    `attempts` bounds how often one call is sent, `patience` how many seconds it waits in all between them: a wait that
    would exceed it ends the call as `Unavailable` with `retry_after`. `left` says how many seconds the run still has
    (no wait or time-out is longer), `stopping` whether it was asked to end. `timeout` is the seconds to connect and
    between two bytes of an answer, `total` those of a whole answer, `max_answer` its bytes. `limits` are those of the
    host, shared by all its sessions. `ca` is a file of certificates to trust instead of the usual ones, `proxy` a URL.
    Without `auth` nobody asks.
    """

    def __init__(  # noqa: PLR0913 - all but the first two are bounds with defaults
        self,
        name: str,
        auth: Auth | None,
        *,
        rules: Rules = PLAIN,
        timeout: tuple[float, float] = (5.0, 60.0),
        total: float = 300.0,
        max_answer: int = 64_000_000,
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
        self.total = total
        self._max_answer = max_answer
        limits = limits or Limits(clock=clock)
        self._meter = Meter()
        self._gate = Gate(limits, patience, sleep, left or (lambda: float("inf")), stopping, self._meter)
        self._meaning = Meaning(name, rules, limits, self.clean)
        self._counted = threading.Lock()
        self._calls: Counter[str] = Counter()
        self.cookies = Jar()
        self.headers.update({"Accept": "application/json", "User-Agent": "slabridge"})
        for scheme in ("https://", "http://"):
            self.mount(scheme, Adapter(pool_maxsize=limits.concurrency, max_retries=0))
        # On each request, as those of a session would have to give way to the environment's.
        self._route: dict[str, Any] = {"verify": str(ca)} if ca else {}
        self._route |= {"proxies": {"http": proxy, "https": proxy}} if proxy else {}
        same: dict[str, Any] = {"rules": rules, "timeout": timeout, "attempts": attempts}
        same |= {"total": total, "max_answer": max_answer}
        same |= {"patience": patience, "sleep": sleep}
        same |= {"clock": clock, "left": left, "stopping": stopping, "ca": ca, "proxy": proxy}
        self._tokens = partial(Http, name, None, **same)
        self._authorization: Nobody | Header | Token = Nobody()
        if isinstance(auth, OAuth):
            self._authorization = Token(name, auth, self._fetch_token, clock)
        elif auth is not None:
            self._authorization = Header(auth)
        self.auth = self._authorization
        self._retrying = retrying(attempts, patience, self._gate.left)

    @property
    def calls(self) -> Counter[str]:
        """What was sent so far, by method, repeated calls and those for tokens included."""
        with self._counted:
            return Counter(self._calls)

    @property
    def traffic(self) -> Traffic:
        """What came of these calls, by host."""
        return self._meter.traffic

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
            Halted: the run is to end; a write certainly was not applied.
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
            return self._retrying.copy(sleep=partial(self._gate.pause, call))(self._attempt, call, kwargs)
        except Failure as failure:
            raise call.given_up(failure) from failure.__cause__

    def get_redirect_target(self, _: object) -> None:
        """Return nothing: no redirect is followed, nor its body read to see where it leads."""

    def clean(self, text: str) -> str:
        """Return a tool's text fit for a message: one short line without control characters or our secrets."""
        line = "".join(letter if letter.isprintable() else " " for letter in text)
        line = " ".join(redacted(line, (*self._authorization.secrets(), *of_proxies())).split())
        return line if len(line) <= 200 else line[:199] + "…"

    def _fetch_token(self, auth: OAuth, form: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Ask for a token, fenced as any call, but out of the tool's limits, which are not about tokens."""
        with self._tokens() as session:
            session._authorization = Nobody(self._authorization.secrets)  # noqa: SLF001 - one of us
            try:
                body = {"json" if auth.as_json else "data": form}
                return session.request("POST", auth.token_url, idempotent=True, **body).json()
            finally:
                self._meter.add(session.traffic)
                with self._counted:
                    self._calls.update(session.calls)

    def _attempt(self, call: Call, kwargs: dict[str, Any]) -> requests.Response:
        self._authorize(call)
        response = self._sent(call, kwargs)
        if response.status_code == 401 and isinstance(self._authorization, Token):
            self._authorization.expire(response.request)
            self._authorize(call)
            response = self._sent(call, kwargs)
        self._meaning.require_data(call, response)
        return response

    def _authorize(self, call: Call) -> None:
        if not isinstance(self._authorization, Token):
            return
        try:
            self._authorization.prepare()
        except ConnectorError as error:
            if call.unclear:
                raise call.certain(error) from error
            raise

    def _sent(self, call: Call, kwargs: dict[str, Any]) -> requests.Response:
        with self._gate.place(call):
            with self._counted:
                self._calls[call.method] += 1
            timeout = kwargs.get("timeout") or self.timeout
            connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
            most = max(1.0, self._gate.left())
            deadline = Deadline(min(self.total, most), min(read, most), self._gate.stopping)
            waits = {"timeout": (min(connect, most), min(read, most)), "stream": True}
            began = time.monotonic()
            try:
                with self._traced(call) as note, until(deadline):
                    response = super().request(call.method, call.url, **{**kwargs, **waits})
                    note("http.response.status_code", response.status_code)
                    body.receive(response, self._max_answer)
            except (requests.RequestException, body.TooLarge) as error:
                self._meter.answered(call.host, None)
                log.debug("no answer", method=call.method, path=call.path, error=type(error).__name__, ms=_since(began))
                raise self._lost(call, error, deadline) from error
        self._meter.answered(call.host, response.status_code)
        log.debug("answer", method=call.method, path=call.path, status=response.status_code, ms=_since(began))
        return response

    def _traced(self, call: Call) -> AbstractContextManager[Callable[[str, Attribute], None]]:
        """Return the span of a call, of which is told what is asked for, and not of which ticket."""
        about: dict[str, Attribute] = {"http.request.method": call.method, "server.address": call.host}
        about["slabridge.connection"] = self.name
        return span(call.endpoint, about)

    def _lost(
        self, call: Call, error: requests.RequestException | body.TooLarge, deadline: Deadline
    ) -> Failure | ConnectorError:
        """Return what it means that no complete answer came; raises where only the run's own time was up."""
        if isinstance(error, body.TooLarge):
            most = body.shown(self._max_answer)
            words = f"answers with more than {most} (`max_answer`); a smaller page_size asks for less"
            return call.fail(words, lost=True, again=False, kind=CutShort)
        failure = no_answer(call, error)
        if deadline.passed or isinstance(error, requests.Timeout):
            self._gate.require_run(call)
        if deadline.passed:
            return call.fail(f"did not end its answer within {self.total:g} seconds (`timeout.total`)", again=False)
        return failure


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
