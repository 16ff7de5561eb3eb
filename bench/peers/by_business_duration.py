"""business-duration: the time between two local times; it knows no zone, and nothing of when hours are over."""

from datetime import time

from business_duration import businessDuration

from bench.peers.asking import Asked, Work, answer, each


def between(asked: Asked) -> Work:
    """Ask for the seconds between what the clock on the wall showed."""
    start, end = map(time.fromisoformat, asked.only_hours())
    closed = [day for day in range(7) if day not in asked.days]
    holidays = asked.dates
    given = [(asked.local(one), asked.local(two)) for one, two in asked.given]

    def ask(one: object, two: object) -> float:
        return float(businessDuration(one, two, start, end, weekendlist=closed, holidaylist=holidays, unit="sec"))

    return Work(each(ask, given), lambda seconds: round(seconds * 1000))


if __name__ == "__main__":
    answer({"between": between, "after": "it does not say when hours are over"})
