"""What follows from missed promises, in a report: bills and duties."""

from collections.abc import Sequence

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
        "bills": [_bill(bill) for bill in bills],
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


def _bill(bill: Credits) -> Document:
    return {
        "period": bill.period.name,
        "currency": bill.currency,
        "fee": str(bill.fee),
        "items": [
            {**one.text.as_json(), "ticket": one.ticket or None, "amount": str(one.amount), "points": str(one.points)}
            for one in bill.items
        ],
        "before_caps": str(bill.before_caps),
        "cap_of_the_period": None if bill.period_cap is None else str(bill.period_cap),
        "capped_by": bill.capped or None,
        "total": str(bill.total),
        "by_other_targets": None if bill.by_other_targets in {None, bill.total} else str(bill.by_other_targets),
        "points": str(bill.points),
        "earned_back": str(bill.earned_back),
        "year_to_date": str(bill.year_to_date),
        "earlier_in_the_year": [{"period": name, "total": str(total)} for name, total in bill.earlier],
        "cap_of_the_year": None if bill.year_cap is None else str(bill.year_cap),
    }
