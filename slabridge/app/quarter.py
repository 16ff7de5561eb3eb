"""The quarter that is looked back on where nobody names a period."""

from slabridge.report.period import period_of
from slabridge.report.reporter import NoSuchReport


def last_quarter(now: int | None, timezone: str) -> str:
    """Return the last whole quarter before an instant, ms UTC: that of the last complete run; None where none was.

    Raises:
        NoSuchReport: none was.
    """
    if now is None:
        raise NoSuchReport("nothing is known of some connection yet; has `slabridge run` been through?")
    return period_of("quarter", now, timezone).before().name
