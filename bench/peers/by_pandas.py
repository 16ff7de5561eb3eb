"""pandas: CustomBusinessHour, which adds whole hours; what lies between is worked out by hand, by days of NumPy."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from bench.peers.asking import Asked, Work, answer, each

WEEK = "Mon Tue Wed Thu Fri Sat Sun"


def after(asked: Asked) -> Work:
    """Add business hours to a timestamp of the zone."""
    mask = " ".join(name for day, name in enumerate(WEEK.split()) if day in asked.days)
    start, end = ([pair[n] for pair in asked.hours] for n in (0, 1))

    def hours(number: int) -> pd.offsets.CustomBusinessHour:
        return pd.offsets.CustomBusinessHour(number, start=start, end=end, weekmask=mask, holidays=asked.holidays)

    offsets = {number: hours(number) for number in {number for _, number in asked.given}}
    given = [(pd.Timestamp(at, unit="ms", tz=asked.zone), offsets[number]) for at, number in asked.given]
    return Work(each(lambda at, offset: at + offset, given), lambda found: int(found.timestamp() * 1000))


def bulk_between(asked: Asked) -> Work:
    """Count whole days, and add what is left of the first and the last, for many pairs at once."""
    start, end = (timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in asked.only_hours())
    mask, holidays = [day in asked.days for day in range(7)], np.array(asked.holidays, "datetime64[D]")
    calendar = np.busdaycalendar(mask, holidays)
    opening, closing = (np.timedelta64(round(one.total_seconds() * 1000), "ms") for one in (start, end))
    pairs = np.array(asked.given).T.copy()

    def worked(instants: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
        local = pd.to_datetime(instants, unit="ms", utc=True).tz_convert(asked.zone).tz_localize(None).to_numpy()
        local = local.astype("datetime64[ms]")
        day = local.astype("datetime64[D]")
        today = np.clip(local - day, opening, closing) - opening
        return day, np.where(np.is_busday(day, busdaycal=calendar), today, np.timedelta64(0, "ms"))

    def ask() -> Any:  # noqa: ANN401 - an array
        (first, before), (last, until) = (worked(one) for one in pairs)
        return np.busday_count(first, last, busdaycal=calendar) * (closing - opening) + until - before

    return Work(ask, lambda found: int(found.astype(np.int64)))


if __name__ == "__main__":
    answer(
        {"between": "it counts no business hours between two instants", "after": after, "bulk between": bulk_between}
    )
