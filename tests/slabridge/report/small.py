"""A small configuration with a service, and outages as a test needs them."""

import tomllib
from fractions import Fraction
from typing import Any

from sla_engine import Calendar
from sla_engine.calendar import CalendarDefinition
from sla_engine.instant import parse_instant
from slabridge.config.services.reporting import Reporting, load_reporting
from slabridge.config.services.service import Service
from slabridge.report.availability import Availability, availability_of
from slabridge.report.outage import Outage
from slabridge.report.window import window_of

BASE = """
[calendars.always]
timezone = "UTC"
hours = "24x7"
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
holidays = ["SE:public+de_facto"]
[calendars.day]
timezone = "UTC"
hours = { mon-sun = ["09:00-17:00"] }
[clocks.response]
start = { status = "new" }
stop = { status = { not = "new" } }
[clocks.resolution]
start = { status = ["new", "active"] }
stop = { status = "resolved" }
[agreements.other]
kind = "ola"
calendar = "always"
objectives.handling = { clock = "resolution", targets = "4h" }
"""


def reporting(text: str) -> Reporting:
    """Return what the small file goes by, with further tables."""
    return load_reporting(tomllib.loads(BASE + text))


def service(text: str) -> Service:
    """Return the service `mail` with these keys."""
    (found,) = reporting(f"[services.mail]\n{text}").services
    return found


def outage(start: str, end: str | None, kind: Any = "down", **more: Any) -> Outage:  # noqa: ANN401 - as Outage has them
    """Return an outage of the service, from and to times of 2 March 2026 or to instants."""
    at: dict[str, Any] = {name: _instant(value) if name == "announced" else value for name, value in more.items()}
    return Outage("mail", _instant(start), None if end is None else _instant(end), kind, **at)


def _instant(text: str) -> int:
    return parse_instant(text if "T" in text else f"2026-03-02T{text}:00Z")


def availability(
    keys: str,
    *outages: Outage,
    start: str = "00:00",
    end: str = "2026-03-03T00:00:00Z",
    **more: Any,  # noqa: ANN401
) -> Availability:
    """Return what a period (2 March 2026, UTC) of a service with these keys came to."""
    found = reporting(f"[services.mail]\n{keys}")
    (mail,) = found.services
    assert mail.terms is not None
    calendar = Calendar(found.definitions.calendars[mail.terms.calendar])
    window = window_of(mail.terms, found.definitions.calendars)
    return availability_of(outages, mail.terms, calendar, _instant(start), _instant(end), window=window, **more)


def calendar_of(found: Reporting, name: str) -> CalendarDefinition:
    """Return a calendar of the small file."""
    return found.definitions.calendars[name]


def percent(text: str) -> Fraction:
    """Return a percentage as a share."""
    return Fraction(text) / 100
