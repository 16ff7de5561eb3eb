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
| lost: timeout, reset, cut; 408, 502, 503, 504 | again    | again            | given up    | Unavailable, or Unclear |
| 500                                           | again    | given up         | given up    | Unavailable, or Unclear |
| 2xx with a page or broken JSON                | given up | given up         | given up    | Unavailable, or Unclear |
| 3xx, 4xx, untrusted certificate, bad URL      | given up | given up         | given up    | Refused                 |

A write is Unclear if any of its attempts may have been applied.
"""

import html
import re
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from connectors.answer import Answer, date_of, loads, message_of, retry_after
from connectors.errors import ConnectorError, Refused, Unavailable, Unclear
from connectors.settings import BasicAuth, BearerAuth

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_IDEMPOTENT = _READS | {"PUT", "DELETE"}
_LOST = frozenset({408, 502, 503, 504})
_LOGIN = re.compile(r"""type=["']?password|saml|single sign-on|<title>[^<]*(log ?in|sign ?in|log ?on)""", re.IGNORECASE)
_BACKOFF = wait_exponential(multiplier=0.5, max=20) + wait_random(0, 0.5)

log = structlog.get_logger(__name__)


class Http(requests.Session):
    """A session with one ticket tool.

    `attempts` bounds how often one call is sent, `patience` how many seconds it waits in all between them: a wait that
    would exceed it ends the call as `Unavailable` with `retry_after`. `calls` counts what was sent, by method.
    """

    def __init__(  # noqa: PLR0913 - the last four are bounds with defaults
        self,
        name: str,
        auth: BasicAuth | BearerAuth,
        *,
        timeout: tuple[float, float] = (5.0, 60.0),
        attempts: int = 5,
        patience: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__()
        self.name = name
        self.timeout = timeout
        self.calls: Counter[str] = Counter()
        self.auth = _Authorization(auth)
        self.headers.update({"Accept": "application/json", "User-Agent": "slabridge"})
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=4, max_retries=0))
        self._secret = _secret(auth)
        self._retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, _Failure) and error.again),
            wait=_wait,
            stop=lambda at: at.attempt_number >= attempts or at.idle_for + at.upcoming_sleep > patience,
            sleep=sleep,
            reraise=True,
        )

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
        call = _Call(self.name, method.upper(), url, idempotent)
        kwargs["timeout"] = kwargs.get("timeout") or self.timeout
        kwargs["allow_redirects"] = False
        try:
            return self._retrying(self._attempt, call, kwargs)
        except _Failure as failure:
            raise call.given_up(failure) from failure.__cause__

    def clean(self, text: str) -> str:
        """Return a tool's text fit for a message: one short line without control characters or our secret."""
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
        line = " ".join(printable.replace(self._secret, "***").split() if self._secret else printable.split())
        return line if len(line) <= 200 else line[:199] + "…"

    def _attempt(self, call: "_Call", kwargs: dict[str, Any]) -> requests.Response:
        self.calls[call.method] += 1
        began = time.monotonic()
        try:
            response = super().request(call.method, call.url, **kwargs)
        except requests.RequestException as error:
            log.debug("no answer", method=call.method, path=call.path, error=type(error).__name__, ms=_since(began))
            raise _no_answer(call, error) from error
        log.debug("answer", method=call.method, path=call.path, status=response.status_code, ms=_since(began))
        self._check(call, response)
        return response

    def _check(self, call: "_Call", response: requests.Response) -> None:
        """Return if the answer is 2xx with JSON, else raise what it means."""
        status = response.status_code
        asked = retry_after(response.headers)
        if status < 300:
            self._decode(call, response)
        elif status == 429:
            raise _Failure(call, f"limits our rate ({self._said(response)})", asked=asked, lost=False)
        elif status in _LOST:
            lost = status != 503 or asked is None
            raise _Failure(call, f"answers {status} ({self._said(response)})", asked=asked, lost=lost)
        elif status >= 500:
            again = call.read and status == 500
            raise _Failure(call, f"answers {status} ({self._said(response)})", lost=True, again=again)
        else:
            raise self._refusal(call, response)

    def _decode(self, call: "_Call", response: requests.Response) -> None:
        """Parse the body once, fast; `response.json()` returns it from then on."""
        if not response.content and call.method != "GET":
            return
        try:
            body = loads(response.content)
        except ValueError as error:
            raise self._undecodable(call, response) from error
        response.json = lambda **_: body  # type: ignore[method-assign]

    def _undecodable(self, call: "_Call", response: requests.Response) -> "Refused | _Failure":
        if "html" not in response.headers.get("Content-Type", "") and not response.content.lstrip().startswith(b"<"):
            return _Failure(call, "answers with broken or cut JSON", lost=True, again=False)
        seen = f"answers with a web page ({self._said(response)}) where data was expected"
        if call.read and _LOGIN.search(response.text):
            return Refused(f"{call.who} {seen}, a login page: is url right, may the account use the API?")
        return _Failure(call, f"{seen} (asleep, in maintenance, behind a proxy?)", lost=True, again=False)

    def _refusal(self, call: "_Call", response: requests.Response) -> Refused:
        status = response.status_code
        parts = [f"{call.who} refused {call.method} {call.path} ({status})"]
        if status < 400:
            target = urlsplit(response.headers.get("Location", "")).hostname or "itself"
            parts.append(f"it redirects to {self.clean(target)}; is url right, or is a login page before the API?")
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


class _Authorization(AuthBase):
    """Set the Authorization header; as no redirect is followed, no other host gets it."""

    def __init__(self, auth: BasicAuth | BearerAuth) -> None:
        self._auth = auth

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if isinstance(self._auth, BasicAuth):
            HTTPBasicAuth(self._auth.user.encode(), _secret(self._auth).encode())(request)
        else:
            request.headers["Authorization"] = f"Bearer {_secret(self._auth)}"
        return request


@dataclass(slots=True)
class _Call:
    """One call with all its attempts; `doubt` is set once one of them may have been applied."""

    name: str
    method: str
    url: str
    marked: bool | None
    doubt: bool = False

    @property
    def read(self) -> bool:
        return self.method in _READS or (self.method == "POST" and self.marked is True)

    @property
    def idempotent(self) -> bool:
        return self.method in _IDEMPOTENT if self.marked is None else self.marked

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def who(self) -> str:
        """The connection and its host, without what else may stand in the URL."""
        return f"{self.name} ({urlsplit(self.url).netloc.rpartition('@')[2]})"

    def given_up(self, failure: "_Failure") -> ConnectorError:
        message = f"{self.who} {failure.reason}: {self.method} {self.path}"
        if self.doubt and not self.read:
            return Unclear(f"{message}; the write may have been applied")
        return Unavailable(message, retry_after=failure.asked)


class _Failure(Exception):  # noqa: N818 - never leaves this module
    """One attempt failed. `lost`: it may have been applied all the same; `asked`: the seconds to wait at least."""

    def __init__(
        self, call: _Call, reason: str, *, lost: bool, asked: float | None = None, again: bool | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.asked = asked
        self.again = (call.idempotent or not lost) if again is None else again
        call.doubt = call.doubt or lost


def _no_answer(call: _Call, error: requests.RequestException) -> _Failure | Refused:
    """Return what it means that requests got no complete answer."""
    if isinstance(error, ValueError):
        return Refused(f"{call.name}: url is not valid; write https://host")
    reason = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    untrusted = reason.args[0] if isinstance(reason, Exception) and reason.args else None
    if isinstance(untrusted, ssl.SSLCertVerificationError):
        why = untrusted.verify_message or "verification failed"
        return Refused(f"{call.who}: its certificate is not trusted ({why}); REQUESTS_CA_BUNDLE names your own CAs")
    sent = False
    if isinstance(reason, NameResolutionError):
        what = "has a name that cannot be resolved; check url and DNS"
    elif isinstance(reason, ConnectTimeoutError | NewConnectionError):
        why = getattr(reason.__cause__, "strerror", None) or "no connection in time"
        what = f"cannot be reached ({why.lower()}); check url, and that it is up"
    else:
        sent = True
        if isinstance(error, requests.exceptions.SSLError):
            what = "fails at TLS; does url's port speak https?"
        elif isinstance(error, requests.Timeout):
            what = "did not answer in time"
        else:
            what = "broke the connection off"
    return _Failure(call, what, lost=sent)


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: never less than the server asked for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.asked if isinstance(error, _Failure) else None
    return max(asked or 0.0, _BACKOFF(state))


def _secret(auth: BasicAuth | BearerAuth) -> str:
    return (auth.secret if isinstance(auth, BasicAuth) else auth.token).get_secret_value()


def _json(response: requests.Response) -> object:
    """Return an error answer's JSON; None where it has none, as it then says nothing in JSON."""
    try:
        body: object = loads(response.content)
    except ValueError:
        return None
    return body


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
