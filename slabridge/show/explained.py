"""What explains a ticket, as plain data."""

from typing import Any

from sla_engine import Result
from sla_engine.instant import format_instant
from slabridge.app.explain import Explained
from slabridge.foresight.forecast import Forecast
from slabridge.show.risk import ends_as_json, forecast_as_json


def as_json(explained: Explained) -> dict[str, Any]:
    """Return a ticket with who stands above and below it, what is wrong with its data, and its opened results."""
    position = explained.position
    return {
        "ticket": position.ticket.as_json(),
        "as_of": format_instant(explained.as_of),
        "above": [one.as_json() for one in position.above],
        "below": [one.as_json() for one in position.below],
        "remarks": [*map(str, explained.remarks)],
        "results": [
            {**result.as_json(segments=True), **_foreseen(explained, result, forecast)}
            for result, forecast in zip(explained.results, explained.forecasts, strict=True)
        ],
    }


def _foreseen(explained: Explained, result: Result, forecast: Forecast | None) -> dict[str, Any]:
    """Return how likely a cycle is to break, and of an open one with whom tickets like its own ended."""
    ends = explained.ends if result.stopped_at is None else None
    return {
        "forecast": None if forecast is None else forecast_as_json(forecast),
        "ends": None if ends is None else ends_as_json(ends),
    }
