"""IANA time zones by name."""

from functools import cache
from zoneinfo import available_timezones

from slabridge.config.problem import instead


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_zone(name: str) -> str:
    """Return the name of a time zone that is there.

    Raises:
        ValueError: with the nearest.
    """
    if name not in _zones():
        # a city alone is the usual slip, and the nearest whole name need not end in it
        by_city = {zone.rpartition("/")[2]: zone for zone in sorted(_zones(), reverse=True)}
        zone = by_city.get(name.rpartition("/")[2].title().replace(" ", "_"))
        near = f'the nearest is "{zone}"' if zone else instead(name, _zones())
        raise ValueError(f"is no IANA time zone; {near}")
    return name
