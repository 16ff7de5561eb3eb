"""workalendar: it counts working days; the hours of the first and the last are added here, by hand."""

from datetime import date, datetime, timedelta

from workalendar.core import Calendar

from bench.peers.asking import Asked, Work, answer, each, milliseconds


def between(asked: Asked) -> Work:
    """Count whole days, and add what is left of the first and the last."""
    opening, closing = (timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in asked.only_hours())

    class Asking(Calendar):  # type: ignore[misc,unused-ignore]
        WEEKEND_DAYS = tuple(day for day in range(7) if day not in asked.days)

        def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
            return [(one, "") for one in asked.dates if one.year == year]

        def get_weekend_days(self) -> tuple[int, ...]:
            return self.WEEKEND_DAYS

    calendar = Asking()

    def worked(local: datetime) -> timedelta:
        if not calendar.is_working_day(local.date()):
            return timedelta()
        today = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        return min(max(today, opening), closing) - opening

    def ask(start: datetime, end: datetime) -> timedelta:
        day = timedelta(days=1)  # it counts days up to the end's
        first, last = start.date() - day, end.date() - day
        days = int(calendar.get_working_days_delta(first, last)) if first < last else 0
        return days * (closing - opening) + worked(end) - worked(start)

    return Work(each(ask, [(asked.local(one), asked.local(two)) for one, two in asked.given]), milliseconds)


if __name__ == "__main__":
    answer({"between": between, "after": "it adds whole days"})
