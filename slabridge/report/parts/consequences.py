"""What follows from missed promises, in a report: bills and duties."""

from collections.abc import Sequence
from decimal import Decimal

from slabridge.config.services.credit import BreachLine, CountLine, Line, MissedLine, OverrunLine, TierLine
from slabridge.config.services.service import Service
from slabridge.report.credits import Credits
from slabridge.report.duties import Duty
from slabridge.report.parts.values import Document, instant


def consequences(service: Service, bills: Sequence[Credits], duties: Sequence[Duty]) -> Document:
    """Return the bills of a service, one per period, and its duties."""
    return {
        "service": service.name,
        "strictest": service.consequences.strictest,
        "title": service.title,
        "bills": [_bill(bill, service.credits) for bill in bills],
        "duties": [
            {
                "what": one.what,
                "because": one.because.as_json(),
                "since": instant(one.since),
                "by": instant(one.by),
                "done": one.done,
                "ticket": one.ticket or None,
                "periods_left": one.left,
            }
            for one in duties
        ],
    }


def _measure(line: Line) -> str:
    if isinstance(line, TierLine):
        return line.figure
    return {OverrunLine: "overrun", BreachLine: "breach", CountLine: "count", MissedLine: "missed"}[type(line)]


def _bill(bill: Credits, lines: Sequence[Line]) -> Document:
    return {
        "period": bill.period.name,
        "currency": bill.currency,
        "fee": str(bill.fee),
        "items": [
            {**one.text.as_json(), "ticket": one.ticket or None, "amount": str(one.amount), "points": str(one.points)}
            for one in bill.items
        ],
        "by_line": [
            {
                "line": number + 1,
                "measure": _measure(line),
                "objective": line.objective,
                "items": len(mine),
                "amount": str(sum(mine, Decimal(0))),
            }
            for number, line in enumerate(lines)
            if (mine := [one.amount for one in bill.items if one.line == number])
        ],
        "before_caps": str(bill.before_caps),
        "cap_of_the_period": None if bill.period_cap is None else str(bill.period_cap),
        "capped_by": bill.capped or None,
        "total": str(bill.total),
        "by_other_targets": None if bill.by_other_targets in {None, bill.total} else str(bill.by_other_targets),
        "points": str(bill.points),
        "earned_back": str(bill.earned_back),
        "year_to_date": None if bill.year_cap is None else str(bill.year_to_date),
        "earlier_in_the_year": [
            {"period": name, "total": str(total)} for name, total in bill.earlier if bill.year_cap is not None
        ],
        "cap_of_the_year": None if bill.year_cap is None else str(bill.year_cap),
    }
