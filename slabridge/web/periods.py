"""The periods that reports and services can be asked of."""

import time

from starlette.requests import Request

from slabridge.app.services import reached_in
from slabridge.report.period import EXAMPLES, FIRST, Period, period_of, read_period
from slabridge.text.said import said
from slabridge.web.asked import Absent, Unclear
from slabridge.web.site import site_of


def period_asked(request: Request, text: str) -> Period:
    """Return a period of an address.

    Raises:
        Unclear: it is none.
        HTTPException: it has not begun.
    """
    site = site_of(request)
    try:
        period = read_period(text, site.config.definitions.timezone)
    except ValueError:
        raise Unclear(said("%(text)s is no period; write %(examples)s", text=text, examples=EXAMPLES)) from None
    if period.start >= _reached(request):
        raise Absent(said("%(period)s has not begun yet", period=period.name))
    return period


def running(request: Request) -> Period:
    """Return the month that it is, by the tool that was read last."""
    return period_of("month", _reached(request), site_of(request).config.definitions.timezone)


def _reached(request: Request) -> int:
    return reached_in(site_of(request).readable.state()) or time.time_ns() // 1_000_000


def around(request: Request, period: Period) -> dict[str, Period | None]:
    """Return the periods `before` and `after` one, None for the one that nobody can ask for, or that has not begun."""
    before, after = period.before(), period.next()
    return {
        "before": before if before.first >= FIRST else None,
        "after": after if after.start < running(request).end else None,
    }
