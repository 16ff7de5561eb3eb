"""What explains a ticket, as plain data."""

from typing import Any

from sla_engine.instant import format_instant
from slabridge.app.explain import Explained


def as_json(explained: Explained) -> dict[str, Any]:
    """Return a ticket with who stands above and below it, what is wrong with its data, and its opened results."""
    position = explained.position
    return {
        "ticket": position.ticket.as_json(),
        "as_of": format_instant(explained.as_of),
        "above": [one.as_json() for one in position.above],
        "below": [one.as_json() for one in position.below],
        "remarks": [*map(str, explained.remarks)],
        "results": [result.as_json(segments=True) for result in explained.results],
    }
