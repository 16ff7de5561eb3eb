"""Holiday calendars of the `holidays` library by code: COUNTRY[-SUBDIVISION][:category+category].

Which there are: https://holidays.readthedocs.io
"""

from sla_engine.calendar import HolidayCode
from slabridge.config.problem import instead, nearest

_HALF_DAY = "half_day"


def read_holidays(text: str) -> HolidayCode:
    """Return a holiday code that the installed library knows.

    Raises:
        ValueError: country, subdivision or category is unknown; with the nearest.
    """
    import holidays  # noqa: PLC0415 - who has no calendar of a country need not wait for it
    from holidays.registry import EntityLoader  # noqa: PLC0415 - as above

    entity, colon, wanted = text.partition(":")
    country, dash, subdivision = entity.partition("-")
    if country not in set(EntityLoader.get_country_codes(include_aliases=True)):
        raise ValueError(f'"{country}" is no country of the holidays library; {_country_instead(country)}')
    known = getattr(holidays, country)
    subdivisions = (*known.subdivisions, *known.subdivisions_aliases)
    if dash and subdivision not in subdivisions:
        raise ValueError(f'{country} has no subdivision "{subdivision}"; {instead(subdivision, subdivisions)}')
    if not colon:
        return HolidayCode(country, subdivision or None)
    categories = tuple(wanted.split("+"))
    for category in categories:
        if category == _HALF_DAY:
            raise ValueError(
                "half_day is refused: holidays are whole dates here; "
                'write the parts under closed, as in "2026-12-24 12:00-24:00"'
            )
        if category not in known.supported_categories:
            others = [name for name in known.supported_categories if name != _HALF_DAY]
            raise ValueError(f'{country} has no category "{category}"; {instead(category, others)}')
    return HolidayCode(country, subdivision or None, categories)


def _country_instead(country: str) -> str:
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - as above

    by_name = {name.replace("_", " "): codes[1] for name, codes in COUNTRIES.items()}
    near = nearest(country, by_name) if len(country) > 3 else None
    return f'the nearest is "{by_name[near]}"' if near else instead(country, sorted(by_name.values()))
