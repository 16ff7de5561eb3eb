"""Which reports and services somebody sees, by their role (docs/web.md, "Who sees what")."""

from collections.abc import Iterable
from dataclasses import replace

from slabridge.app.asked import Asked
from slabridge.config.services.service import Service
from slabridge.ticket.viewer import Viewer


def asked_as(viewer: Viewer, asked: Asked, services: Iterable[Service]) -> Asked | None:
    """Return the report that somebody is shown who asks for one; None where they see none such.

    A customer sees what is about that customer and its services alone, and a team none at all: a report is of
    everybody's time.
    """
    if viewer.team is not None:
        return None
    if viewer.customer is None:
        return asked
    if not set(asked.services).issubset(services_seen(viewer, services)):
        return None
    return replace(asked, customer=viewer.customer) if asked.customer in {None, viewer.customer} else None


def sees_issued(viewer: Viewer, period: str, about: str, services: Iterable[Service]) -> bool:
    """Return whether somebody sees a report that was issued."""
    asked = Asked.of(period, about)
    return viewer.sees_all or (asked.customer is not None and asked_as(viewer, asked, services) is not None)


def services_seen(viewer: Viewer, services: Iterable[Service]) -> tuple[str, ...]:
    """Return the services that somebody sees, by their names: a customer those that name it among their customers."""
    return tuple(one.name for one in services if viewer.customer is None or viewer.customer in one.customers)


def services_asked(viewer: Viewer, services: Iterable[Service], period: str) -> Asked | None:
    """Return the report from which the services are taken that somebody sees; None where they see none."""
    names = services_seen(viewer, services)
    if not names:
        return None
    return Asked(period) if viewer.customer is None else Asked(period, names, viewer.customer)
