"""One call with all its attempts, and how an attempt fails."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProxyError

from connectors.errors import ConnectorError, Refused, Unavailable, Unclear
from connectors.http.limits import endpoint_of, host_of

READS = frozenset({"GET", "HEAD", "OPTIONS"})
_IDEMPOTENT = READS | {"PUT", "DELETE"}


@dataclass(slots=True)
class Call:
    """One call with all its attempts; `doubt` is set once one of them may have been applied.

    `limited` says whether the last one met a limit of the tool.
    """

    name: str
    method: str
    url: str
    marked: bool | None
    doubt: bool = False
    limited: bool = False

    @property
    def read(self) -> bool:
        """Whether it changes nothing."""
        return self.method in READS or (self.method == "POST" and self.marked is True)

    @property
    def idempotent(self) -> bool:
        """Whether it may be applied twice."""
        return self.method in _IDEMPOTENT if self.marked is None else self.marked

    @property
    def path(self) -> str:
        """What it asks for, without parameters."""
        return urlsplit(self.url).path

    @property
    def host(self) -> str:
        """Host and port, as limits and counts know it."""
        return host_of(self.url)

    @property
    def endpoint(self) -> str:
        """What the tool limits it together with."""
        return endpoint_of(self.method, self.path)

    @property
    def who(self) -> str:
        """The connection and its host, without what else may stand in the URL."""
        return f"{self.name} ({self.host})"

    @property
    def unclear(self) -> bool:
        """Whether it is a write that may have been applied."""
        return self.doubt and not self.read

    def fail(
        self,
        reason: str,
        *,
        lost: bool = False,
        asked: float | None = None,
        again: bool | None = None,
        kind: type[Unavailable] = Unavailable,
    ) -> "Failure":
        """Note that an attempt failed, and return what to raise for it.

        `lost`: it may have been applied all the same; `asked`: the seconds to wait at least; `again`: whether another
        attempt may follow, where that is not decided by `lost`; `kind`: what the call fails with if none does.
        """
        self.doubt = self.doubt or lost
        return Failure(reason, asked, (self.idempotent or not lost) if again is None else again, kind)

    def given_up(self, failure: "Failure") -> ConnectorError:
        """Return what the caller gets when no attempt follows this failure."""
        message = f"{self.who} {failure.reason}: {self.method} {self.path}"
        return self.certain(failure.kind(message, retry_after=failure.asked))

    def certain(self, error: ConnectorError) -> ConnectorError:
        """Return the error that ends the call, unless an earlier attempt of a write may have been applied: Unclear."""
        return Unclear(f"{error}; the write may have been applied") if self.unclear else error


class Failure(Exception):  # noqa: N818 - never leaves `Http`
    """One attempt failed; `Call.fail` makes it and says what its parts are."""

    def __init__(self, reason: str, asked: float | None, again: bool, kind: type[Unavailable]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.asked = asked
        self.again = again
        self.kind = kind


def no_answer(call: Call, error: requests.RequestException) -> Failure | Refused:
    """Return what it means that requests got no complete answer."""
    if isinstance(error, ValueError):
        return Refused(f"{call.name}: url is not valid; write https://host")
    reason = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    proxied = isinstance(reason, ProxyError)
    if isinstance(reason, ProxyError):
        reason = reason.original_error
    untrusted = reason.args[0] if isinstance(reason, Exception) and reason.args else None
    if isinstance(untrusted, ssl.SSLCertVerificationError):
        why = untrusted.verify_message or "verification failed"
        return Refused(f"{call.who}: its certificate is not trusted ({why}); `ca` names a file with your own CAs")
    sent = False
    if proxied:
        what = f"cannot be reached through the proxy ({_why(reason)}); check `proxy`, or HTTPS_PROXY"
    elif isinstance(reason, NameResolutionError):
        what = "has a name that cannot be resolved; check url and DNS"
    elif isinstance(reason, ConnectTimeoutError | NewConnectionError):
        what = f"cannot be reached ({_why(reason)}); check url, and that it is up"
    else:
        sent = True
        if isinstance(error, requests.exceptions.SSLError):
            what = "fails at TLS; does url's port speak https?"
        elif isinstance(error, requests.Timeout):
            what = "did not answer in time"
        else:
            what = "broke the connection off"
    return call.fail(what, lost=sent)


def _why(reason: object) -> str:
    """Return why there is no connection, in the system's words."""
    if isinstance(reason, OSError) and str(reason).startswith("Tunnel connection failed"):
        return str(reason).lower()
    cause = getattr(reason, "__cause__", None)
    return (getattr(cause, "strerror", None) or "no connection in time").lower()
