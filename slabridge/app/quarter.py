"""The period that is looked back on: the last whole quarter, where nobody names one."""

from slabridge.report.period import Period, period_of, read_period
from slabridge.report.reporter import NoSuchReport
from slabridge.state import State, results
from slabridge.text.spoken import zoned


def last_quarter(now: int | None, timezone: str) -> str:
    """Return the last whole quarter before an instant, ms UTC: that of the last complete run; None where none was.

    Raises:
        NoSuchReport: none was.
    """
    if now is None:
        raise NoSuchReport("nothing is known of some connection yet; has `slabridge run` been through?")
    return period_of("quarter", now, timezone).before().name


def looked_at(period: str | None, now: int | None, timezone: str) -> Period:
    """Return a period that somebody names, else the last whole quarter before an instant, ms UTC.

    Raises:
        NoSuchReport: it is none, or nothing is known yet.
    """
    quarter = last_quarter(now, timezone)
    try:
        return read_period(quarter if period is None else period, timezone)
    except ValueError as error:
        raise NoSuchReport(str(error)) from None


def begins(state: State) -> int | None:
    """Return when the first cycle began that the state knows, ms UTC."""
    with state.reading() as sql:
        return results.begins(sql)


def nothing_known(period: Period, begins: int | None) -> NoSuchReport:
    """Return the error that a period is empty; `begins` is when what is known does, ms UTC."""
    if begins is None or begins < period.end:
        return NoSuchReport(f"nothing is known of {period.name}: no ticket came, no cycle ended; name another --period")
    day = f"{zoned(begins, period.timezone):%Y-%m-%d}"
    return NoSuchReport(f"nothing is known of {period.name}; what is known begins {day}: name a later --period")
