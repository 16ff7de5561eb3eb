"""What an answer means: data, an attempt that failed and may be followed by another, or a refusal."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
import structlog

from connectors.errors import CutShort, Refused, Spaced, Unavailable
from connectors.http.answer import date_of, loads, retry_after
from connectors.http.call import Call, Failure
from connectors.http.limits import HOUR, Limits
from connectors.http.rules import Rules, Scope

_LOST = frozenset({408, 502, 503, 504})
_LOGIN = re.compile(r"""type=["']?password|saml|single sign-on|<title>[^<]*(log ?in|sign ?in|log ?on)""", re.IGNORECASE)

_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title", re.IGNORECASE)
_LOOKED_AT = 1_000_000
"""So many bytes of a page are looked at; what it says to people stands at its beginning."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Meaning:
    """How answers of one tool are read, by its rules; `clean` makes its texts fit for messages."""

    name: str
    rules: Rules
    limits: Limits
    clean: Callable[[str], str]

    def require_data(self, call: Call, response: requests.Response) -> None:
        """Return if the answer is 2xx with JSON, which `response.json()` returns from then on.

        Raises:
            Failure: another attempt may follow, or none need.
            Refused: none helps.
        """
        status = response.status_code
        asked = retry_after(response.headers)
        call.limited = status == 429 or (status == 503 and asked is not None)
        if status < 300:
            self._decode(call, response)
        elif status == 429:
            raise self._limited(call, response, asked)
        elif status in _LOST or status >= 500:
            raise self._failed(call, response, asked)
        else:
            raise self._refusal(call, response)

    def _failed(self, call: Call, response: requests.Response, asked: float | None) -> Failure:
        status = response.status_code
        words = f"answers {status} ({self._said(response)})"
        is_cancelled = self.rules.cancelled(_text(response))
        kind = CutShort if is_cancelled else Unavailable
        if status not in _LOST:
            return call.fail(words, lost=True, again=call.read and status == 500 and not is_cancelled, kind=kind)
        lost = status != 503 or asked is None
        if not lost:
            self.limits.rest(asked or 0.0)
        return call.fail(words, asked=asked, lost=lost, kind=kind)

    def _limited(self, call: Call, response: requests.Response, asked: float | None) -> Failure:
        """Return what a 429 means, and let the host's other calls keep to it."""
        limited = self.rules.limited(response.headers)
        asked = limited.seconds if asked is None else asked
        words = f"limits our rate ({': '.join(filter(None, (self.clean(limited.name), self._said(response))))})"
        match limited.scope:
            case Scope.TICKET if not call.read:
                return call.fail(words, asked=asked, again=False, kind=Spaced)
            case Scope.QUOTA:
                self.limits.rest(HOUR if asked is None else asked)
                return call.fail(words, asked=asked, again=False)
            case Scope.ENDPOINT:
                self.limits.rest(asked or 0.0, call.endpoint)
            case Scope.AT_ONCE if not asked:
                if self.limits.narrow():
                    log.warning("too many calls at once; one at a time from now on", connection=self.name)
            case _ if asked:
                self.limits.rest(asked)
        return call.fail(words, asked=asked)

    def _decode(self, call: Call, response: requests.Response) -> None:
        """Parse the body once, fast."""
        if not response.content and call.method != "GET":
            return
        try:
            body = loads(response.content)
        except ValueError as error:
            raise self._undecodable(call, response) from error
        response.json = lambda **_: body  # type: ignore[method-assign]

    def _undecodable(self, call: Call, response: requests.Response) -> Refused | Failure:
        if "html" not in response.headers.get("Content-Type", "") and not response.content.lstrip().startswith(b"<"):
            return call.fail("answers with broken or cut JSON", lost=True, again=False, kind=CutShort)
        seen = f"answers with a web page ({self._said(response)}) where data was expected"
        if call.read and _LOGIN.search(_text(response)):
            return Refused(f"{call.who} {seen}, a login page: is url right, may the account use the API?")
        return call.fail(f"{seen} (asleep, in maintenance, behind a proxy?)", lost=True, again=False)

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
        return Refused(": ".join(parts), status=status, body=_json(response), date=date_of(response.headers))

    def _said(self, response: requests.Response) -> str:
        """Return what an answer says to people: the tool's message, a page's title, or the name of its status."""
        title = _TITLE.search(_text(response))
        said = self.rules.message(_json(response)) or (f"titled “{html.unescape(title[1]).strip()}”" if title else "")
        return self.clean(said or response.reason or "no reason given")


def _text(response: requests.Response) -> str:
    """Return the beginning of an answer as text; where no encoding is named none is guessed, which takes long."""
    beginning = response.content[:_LOOKED_AT]
    try:
        return beginning.decode(response.encoding or "utf-8", errors="replace")
    except LookupError:
        return beginning.decode(errors="replace")


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
