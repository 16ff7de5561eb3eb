"""What management is told when a report is issued (docs/notifications.md, "Management")."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from slabridge.config import Config
from slabridge.config.notify.rule import CreditShare, Missed, NotifyRule
from slabridge.report.period import read_period
from slabridge.state import notifications, reports
from slabridge.state.reports import Issued
from slabridge.text.language import Language
from slabridge.text.said import Said, said
from slabridge.ticket.notification import Notification


def note_issued(sql: sa.Connection, config: Config, issued: Issued) -> None:
    """Note what an issued report gives reason to tell; the next run sends it."""
    for rule in config.notify:
        for told in rule.management:
            if isinstance(told, Missed):
                found = _missed(sql, config, issued, rule, told)
            elif isinstance(told, CreditShare):
                found = _credits(issued, rule, told)
            else:
                continue
            for subject, objective, step, text in found:
                notifications.note(
                    sql,
                    [
                        Notification(
                            receiver=address,
                            agreement=subject,
                            objective=objective,
                            step=step,
                            noted_at=issued.as_of,
                            body=Language(receiver.language).tell(text),
                        )
                        for receiver in map(config.receivers.__getitem__, told.to)
                        for address in receiver.addresses
                    ],
                )


_Found = Iterator[tuple[str, str, str, Said]]


def _missed(sql: sa.Connection, config: Config, issued: Issued, rule: NotifyRule, told: Missed) -> _Found:
    """Yield the promises that were missed in the issued reports of so many periods running, this one among them."""
    assert config.reporting is not None  # noqa: S101 - a file that was read has it
    period = read_period(issued.period, config.reporting.definitions.timezone)
    around = range(1 - told.running, told.running)
    missed: dict[tuple[str, str], set[str]] = {}
    for row in reports.figures(sql, issued.about, [period.before(n).name for n in around]):
        if row.kept is False:
            missed.setdefault((row.subject, row.objective), set()).add(row.period)
    for (subject, objective), periods in sorted(missed.items()):
        if not _concerns(rule, subject, objective):
            continue
        named = f"{subject}.{objective}"
        promise = named if objective else said("The availability of %(service)s", service=subject)
        for later in range(told.running):  # reports may be issued in any order
            last = period.before(-later)
            names = [last.before(n).name for n in reversed(range(told.running))]
            if periods.issuperset(names):
                text = said("%(promise)s was missed in %(periods)s.", promise=promise, periods=", ".join(names))
                yield subject, objective, f"missed {told.running} running, {last.name}", text


def _credits(issued: Issued, rule: NotifyRule, told: CreditShare) -> _Found:
    """Yield the caps of which credits have come to their share."""
    for part in issued.document["consequences"]:
        if not part["bills"] or not _concerns(rule, part["service"], ""):
            continue
        bill = part["bills"][-1]
        for of, given, cap, until in _caps(bill):
            if given >= cap * told.share:
                yield (
                    part["service"],
                    "",
                    f"credits over {told.share} of the cap of {until}",
                    said(
                        "%(service)s: credits of %(given)s %(currency)s of at most %(cap)s in %(period)s.",
                        service=part["service"],
                        given=of,
                        currency=bill["currency"],
                        cap=str(Decimal(cap.numerator) / Decimal(cap.denominator)),
                        period=until,
                    ),
                )


def _caps(bill: Mapping[str, Any]) -> Iterator[tuple[str, Fraction, Fraction, str]]:
    """Yield what was given, as text and exact, of which cap, and in which period."""
    if bill["cap_of_the_period"] is not None:
        yield bill["total"], Fraction(bill["total"]), Fraction(bill["cap_of_the_period"]), bill["period"]
    if bill["cap_of_the_year"] is not None:
        yield (
            bill["year_to_date"],
            Fraction(bill["year_to_date"]),
            Fraction(bill["cap_of_the_year"]),
            bill["period"][:4],
        )


def _concerns(rule: NotifyRule, subject: str, objective: str) -> bool:
    of = not rule.agreements or subject in rule.agreements
    return of and (not objective or not rule.objectives or objective in rule.objectives)
