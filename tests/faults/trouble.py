"""What a proxy, or a tool of an odd day, answers instead of what was asked for."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from tests.connectors.misbehaving import drip
from tests.faults.proxy import Answer, Exchange, Trouble

TOO_LONG = 1_000_000
"""Bytes of an answer: more than `max_answer` allows where it is tried."""

_PAGE = b"<html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
_NAMES = {"result", "issues", "values", "serviced_requests"}
"""Under which the tools send their rows."""


def dripped(exchange: Exchange) -> None:
    """Send the head, and then a byte from time to time."""
    drip(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"', b" ")(exchange)


def dripped_head(exchange: Exchange) -> None:
    """Send a head that has no end."""
    drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a")(exchange)


def put_off(exchange: Exchange) -> None:
    """Say again and again that an answer will come."""
    drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")(exchange)


def instead(body: bytes, *, applied: bool, kind: str = "application/json") -> Trouble:
    """Answer 200 with this, having passed the request on (`applied`) or not."""

    def trouble(exchange: Exchange) -> None:
        date = exchange.ask().headers if applied else _date_of(exchange)
        exchange.answer(Answer(200, {"Date": date["Date"], "Content-Type": kind}, body))

    return trouble


def changed(change: Callable[[bytes], bytes], **headers: str) -> Trouble:
    """Answer as the tool does, but for what becomes of the body, and of these headers (`_` for `-`)."""

    def trouble(exchange: Exchange) -> None:
        came = exchange.ask()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.answer(Answer(came.status, {**came.headers, **given}, change(came.body)))

    return trouble


def elsewhere(exchange: Exchange) -> None:
    """Send the run to another page."""
    exchange.answer(Answer(302, {**_date_of(exchange), "Location": "/login.do"}, _PAGE))


def rows(change: Callable[[object], object]) -> Callable[[bytes], bytes]:
    """Return what changes each row of an answer."""

    def changing(body: bytes) -> bytes:
        try:
            found = json.loads(body)
        except ValueError:
            return body
        if isinstance(found, dict):
            for name in _NAMES & found.keys():
                if isinstance(found[name], list):
                    found[name] = [change(row) for row in found[name]]
        return json.dumps(found).encode()

    return changing


def paired(row: object) -> object:
    """Return a row as ServiceNow gives it where both values and what is shown were asked for."""
    if not isinstance(row, dict):
        return row
    return {name: {"display_value": value, "value": value} for name, value in row.items()}


def first(pattern: bytes, by: bytes) -> Callable[[bytes], bytes]:
    """Return what replaces the first match in a body."""
    return lambda body: re.sub(pattern, by, body, count=1)


def nested(_: bytes) -> bytes:
    """Return JSON that is deeper than any parser goes."""
    return b"[" * 200_000


def padded(body: bytes) -> bytes:
    """Return a body that says the same and is longer than an answer may be."""
    return body + b" " * TOO_LONG


def page(_: bytes) -> bytes:
    """Return a page to sign in, where data was asked for."""
    return _PAGE


def _date_of(exchange: Exchange) -> dict[str, str]:
    """Return the tool's own time, without letting it do what is asked."""
    exchange.command, exchange.path, exchange.sent = "GET", "/sandbox/clock", b""
    now = datetime.fromisoformat(json.loads(exchange.ask().body)["now"])
    return {"Date": format_datetime(now, usegmt=True)}
