"""What a ticket tool answers over HTTP: its JSON, its clock, how long to wait, what it says to people."""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import orjson

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Answer(NamedTuple):
    """A 2xx answer: `body` is its JSON (None where it has none), `date` the server's clock in ms UTC."""

    status: int
    body: Any
    headers: Mapping[str, str]
    date: int | None


def loads(content: bytes) -> Any:  # noqa: ANN401 - JSON
    """Parse JSON; half a surrogate pair, which cut emoji leave and orjson refuses, becomes a question mark.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        text = json.dumps(json.loads(content), ensure_ascii=False)
        return orjson.loads(text.encode(errors="replace"))


def date_of(headers: Mapping[str, str]) -> int | None:
    """Return the server's clock, ms UTC, from its `Date` header; None where that is absent or no date."""
    return _http_date(headers.get("Date", ""))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`, a number or an HTTP date (by the server's own clock); RFC 9110, 10.2.3."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    until, now = _http_date(text), date_of(headers)
    if until is None:
        return None
    return max(0.0, (until - (time.time() * 1000 if now is None else now)) / 1000)


def rate_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until `X-RateLimit-Reset`: unix seconds in ServiceNow, a minute without seconds in Jira.

    Of a minute its last second counts, and the server's own clock is the clock.
    """
    text = headers.get("X-RateLimit-Reset", "").strip()
    minute = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)Z", text)
    try:
        if minute:
            at = datetime.fromisoformat(f"{minute[1]}+00:00").timestamp() + 59
        elif re.fullmatch(r"\d{9,11}", text):
            at = float(text)
        else:
            at = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    now = date_of(headers)
    return max(0.0, at - (time.time() if now is None else now / 1000))


def rate_limited(headers: Mapping[str, str]) -> bool:
    """Return whether an answer says anything of a rate: a limit, its reason, or how long to wait."""
    return any(re.match(r"retry-after|(x-)?(beta-)?ratelimit", name, re.IGNORECASE) for name in headers)


def rate_reason(headers: Mapping[str, str]) -> str:
    """Return which of Jira's limits was met, "" where it is not said."""
    return headers.get("RateLimit-Reason") or headers.get("X-Beta-RateLimit-Reason") or ""


def message_of(body: object) -> str:
    """Return the message in an error body of either tool, "" where there is none."""
    if not isinstance(body, dict):
        return ""
    error, messages, errors = body.get("error"), body.get("errorMessages"), body.get("errors")
    parts: list[object] = [error.get("message"), error.get("detail")] if isinstance(error, dict) else [error]
    parts += [body.get(key) for key in ("error_description", "message", "errorMessage")]
    parts += messages if isinstance(messages, list) else []
    parts += [f"{field}: {said}" for field, said in errors.items()] if isinstance(errors, dict) else []
    return ": ".join(part for part in parts if isinstance(part, str) and part)


def _http_date(text: str) -> int | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
