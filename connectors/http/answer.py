"""What a server answers over HTTP: its JSON, its clock, how long to wait, what it says to people."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import orjson

from sla_engine.instant import instant_of, require_plausible


class Answer(NamedTuple):
    """A 2xx answer: `body` is its JSON (None where it has none), `date` the server's clock in ms UTC."""

    status: int
    body: Any
    headers: Mapping[str, str]
    date: int | None


def loads(content: bytes) -> Any:  # noqa: ANN401 - JSON
    """Parse JSON, and what people's texts make of it where a server does not look.

    Half a surrogate pair, which cut emoji leave, becomes a question mark; a control character stands as it is.

    Raises:
        ValueError: it is no JSON, or none that anybody sends: too deep, or with numbers that are none.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            text = json.dumps(json.loads(content, strict=False, parse_constant=_no_number), ensure_ascii=False)
            return orjson.loads(text.encode(errors="replace"))
        except RecursionError:
            raise ValueError("too deep") from None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def date_of(headers: Mapping[str, str]) -> int | None:
    """Return the server's clock, ms UTC, from its `Date` header; None where that is absent or no date."""
    return _http_date(headers.get("Date", ""))


def seconds_until(instant: int, headers: Mapping[str, str]) -> float:
    """Return the seconds from the server's own clock (ours where it gives none) to an instant, ms UTC; 0 if over."""
    now = date_of(headers)
    return max(0.0, (instant - (time.time() * 1000 if now is None else now)) / 1000)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`, a number or an HTTP date (by the server's own clock); RFC 9110, 10.2.3."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    until = _http_date(text)
    return None if until is None else seconds_until(until, headers)


def message_of(body: object) -> str:
    """Return the message in the JSON of an error as RFC 6749 (5.2) has it, or a plain `message`; "" without one."""
    if not isinstance(body, Mapping):
        return ""
    return joined(body.get(key) for key in ("error", "error_description", "message"))


def joined(parts: Iterable[object]) -> str:
    """Return those parts of a message that are texts, and not empty, as one."""
    return ": ".join(part for part in parts if isinstance(part, str) and part)


def _http_date(text: str) -> int | None:
    try:
        moment = parsedate_to_datetime(text)
        return require_plausible(instant_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC)), text)
    except (ValueError, OverflowError):
        return None
