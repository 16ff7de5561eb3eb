"""Credits of a service over periods, in their order (docs/reports.md, "Credits"). Money is never a float."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Protocol

from sla_engine.condition import Condition
from slabridge.config.services.consequence import Consequences, Watched
from slabridge.config.services.credit import (
    Award,
    BreachLine,
    CountLine,
    Figure,
    Hours,
    Line,
    MissedLine,
    OverrunLine,
    Rounding,
    TierLine,
)
from slabridge.config.services.fees import Fee
from slabridge.report.money import rounded
from slabridge.report.period import Period
from slabridge.report.shown import shown_number, shown_share
from slabridge.text.said import Said, said
from slabridge.text.spoken import spoken

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Broken:
    """A breached cycle of a ticket, with its overrun (ms) at the end of the period, by each overrun line's place.

    `here` is whether it counts in this period, and not in an earlier one. It was breached `at` (ms UTC); `delivered`
    is what the field of the root cause analysis holds.
    """

    ticket: str
    cycle: str
    here: bool
    at: int = 0
    delivered: str = ""
    overruns: Mapping[int, int] = field(default_factory=dict)


class Facts(Protocol):
    """What one period came to, as credits ask for it; a report makes one for each period."""

    period: Period

    def figure(self, figure: Figure, objective: str | None, where: Condition | None) -> Fraction | None:
        """Return a share, a number, or a duration in ms; None where there are no cases, or there is no verdict."""
        ...

    def target(self, figure: Figure) -> Fraction | None:
        """Return the share that is promised."""
        ...

    def broken(self, objective: str | None, where: Condition | None) -> Sequence[Broken]:
        """Return the breached cycles that were known by the end of the period, in order of their breach."""
        ...

    def notified(self) -> bool:
        """Return whether notice of a missed promise was given."""
        ...


@dataclass(frozen=True, slots=True)
class CreditItem:
    """One line of a bill: from which line of the configuration (its place), for which ticket, and how it came to be."""

    line: int
    text: Said
    amount: Decimal
    ticket: str = ""
    points: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Credits:
    """What a period comes to: items and their sum before caps, what is given in the end, and what is earned back by it.

    `fee` is that of the period, `period_cap` and `year_cap` the most that is given in either (None: no cap).
    `earlier` are the periods of the year before this one that were worked out, with what they came to.
    `by_other_targets` is what it would come to with the other answer to `strictest`.
    """

    period: Period
    items: tuple[CreditItem, ...]
    currency: str
    total: Decimal
    points: Fraction
    capped: str = ""
    earned_back: Decimal = NOTHING
    year_to_date: Decimal = NOTHING
    year_cap: Decimal | None = None
    fee: Decimal = NOTHING
    before_caps: Decimal = NOTHING
    period_cap: Decimal | None = None
    earlier: tuple[tuple[str, Decimal], ...] = ()
    by_other_targets: Decimal | None = None


@dataclass(slots=True)
class _Ledger:
    """What earlier periods came to."""

    credited: dict[int, bool] = field(default_factory=dict)
    paid: dict[int, list[int]] = field(default_factory=dict)
    counted: dict[int, list[int]] = field(default_factory=dict)
    overruns: dict[tuple[int, str], Fraction] = field(default_factory=dict)
    by_year: dict[int, Decimal] = field(default_factory=dict)
    past: list[Credits] = field(default_factory=list)


def credits_of(
    lines: Sequence[Line], consequences: Consequences, fees: Sequence[Fee], facts: Sequence[Facts]
) -> list[Credits]:
    """Return what each of these periods, one after the other, comes to for one customer, who pays the fees."""
    ledger = _Ledger()
    for one in facts:
        ledger.past.append(_period(lines, consequences, fee_of(fees, one.period), one, ledger))
    return _with_earn_back(ledger.past, consequences, facts)


def fee_of(fees: Sequence[Fee], period: Period) -> Fee:
    """Return the fee in force when a period begins; one of nothing, which caps nothing, where none is."""
    in_force = [fee for fee in fees if fee.start is None or fee.start <= period.first]
    latest = max(in_force, key=lambda fee: (fee.start is not None, fee.start), default=None)
    return latest or Fee(Fraction(0), fees[0].currency if fees else "")


def _period(lines: Sequence[Line], consequences: Consequences, fee: Fee, facts: Facts, ledger: _Ledger) -> Credits:
    exact = [(n, item) for n, line in enumerate(lines) for item in _items(n, line, fee, facts, ledger)]
    credited = {n for n, item in exact if item.exact or item.points}
    again = {n for n in credited if ledger.credited.get(n)}
    ledger.credited = dict.fromkeys(credited, True)
    items = [_finished(item, consequences.repeat if n in again else Fraction(1), fee.currency, n) for n, item in exact]
    if consequences.one_event == "highest":
        items = _highest(items, {n for n, line in enumerate(lines) if isinstance(line, OverrunLine | BreachLine)})
    before_caps = total = sum((item.amount for item in items), rounded(Fraction(0), fee.currency))
    capped, period_cap = "", None
    if consequences.cap_period is not None and fee.amount:
        period_cap = rounded(fee.of(consequences.period) * consequences.cap_period, fee.currency)
        if total > period_cap:
            total, capped = period_cap, "period"
    year, year_cap = facts.period.first.year, None
    before = ledger.by_year.get(year, NOTHING)
    if consequences.cap_year is not None and fee.amount:
        year_cap = rounded(fee.of("year") * consequences.cap_year, fee.currency)
        if before + total > year_cap:
            total, capped = max(NOTHING, year_cap - before), "year"
    ledger.by_year[year] = before + total
    return Credits(
        facts.period,
        tuple(items),
        fee.currency,
        total,
        sum((item.points for item in items), Fraction(0)),
        capped,
        year_to_date=before + total,
        year_cap=year_cap,
        fee=rounded(fee.of(consequences.period), fee.currency),
        before_caps=before_caps,
        period_cap=period_cap,
        earlier=tuple((one.period.name, one.total) for one in ledger.past if one.period.first.year == year),
    )


@dataclass(frozen=True, slots=True)
class _Exact:
    """An item before repetition and rounding."""

    text: Said
    exact: Fraction
    points: Fraction = Fraction(0)
    ticket: str = ""


def _finished(item: _Exact, factor: Fraction, currency: str, line: int) -> CreditItem:
    again = said("%(credit)s, %(factor)s times, as in the period before", credit=item.text, factor=str(factor))
    text = item.text if factor == 1 else again
    amount = rounded(item.exact * factor, currency)
    return CreditItem(line, text, amount, item.ticket, item.points * factor)


def _highest(items: Sequence[CreditItem], of_cycles: set[int]) -> list[CreditItem]:
    """Return the items, of those for cycles of one ticket the highest alone."""
    best: dict[str, CreditItem] = {}
    for item in items:
        if item.line in of_cycles and (item.ticket not in best or _worth(best[item.ticket]) < _worth(item)):
            best[item.ticket] = item
    return [
        item
        if item.line not in of_cycles or best[item.ticket] is item
        else replace(
            item,
            amount=item.amount * 0,  # in the decimals of its currency
            points=Fraction(0),
            text=said("%(credit)s: another credit for this ticket is higher", credit=item.text),
        )
        for item in items
    ]


def _worth(item: CreditItem) -> tuple[Decimal, Fraction]:
    return item.amount, item.points


def _items(n: int, line: Line, fee: Fee, facts: Facts, ledger: _Ledger) -> list[_Exact]:
    if isinstance(line, TierLine):
        return _tier(line, fee, facts)
    if isinstance(line, MissedLine):
        return _missed(line, fee, facts)
    if isinstance(line, CountLine):
        return _count(n, line, fee, facts, ledger)
    if isinstance(line, BreachLine):
        broken = [one for one in facts.broken(line.objective, line.where) if one.here]
        return [
            _exact(line.award, fee, Fraction(1), said("%(cycle)s breached", cycle=one.cycle), one.ticket)
            for one in broken
        ]
    return _overrun(n, line, fee, facts, ledger)


def _exact(award: Award, fee: Fee, units: Fraction, text: Said, ticket: str = "") -> _Exact:
    if award.points is not None:
        return _Exact(text, Fraction(0), award.points * units, ticket)
    each = award.amount if award.amount is not None else fee.of(award.fee) * (award.share or 0)
    if award.share is not None:
        text = said(
            "%(credit)s; %(share)s %% of the fee of a %(period)s",
            credit=text,
            share=_promised(award.share),
            period=said(award.fee),
        )
    return _Exact(text, each * units, Fraction(0), ticket)


def _tier(line: TierLine, fee: Fee, facts: Facts) -> list[_Exact]:
    value = facts.figure(line.figure, line.objective, line.where)
    if value is None:
        return []
    if line.rounding is not None:
        value = rounded_share(value, line.rounding)
    is_share = line.figure in {"availability", "compliance"}
    holding = [tier for tier in line.tiers if (value < tier.limit if is_share else value > tier.limit)]
    if not holding:
        return []
    tier = holding[-1]
    limit = f"{_promised(tier.limit)} %" if is_share else _figure(tier.limit, line.figure)
    found: dict[str, str | Said] = {"figure": _named(line), "value": _figure(value, line.figure), "limit": limit}
    below, above = (
        said("%(figure)s %(value)s, below %(limit)s", **found),
        said("%(figure)s %(value)s, above %(limit)s", **found),
    )
    return [_exact(tier.award, fee, Fraction(1), below if is_share else above)]


def _promised(share: Fraction) -> str:
    """Return a share as the file has it."""
    return shown_share(share, 6).rstrip("0").rstrip(".")


def _named(line: TierLine | MissedLine) -> Said:
    """Return which figure a line goes by."""
    figure = said(line.figure)
    return (
        figure
        if line.objective is None
        else said("%(figure)s of %(objective)s", figure=figure, objective=line.objective)
    )


def rounded_share(share: Fraction, rounding: Rounding) -> Fraction:
    """Return a share as a percentage with so many decimals says it."""
    scale = 100 * 10**rounding.decimals
    return Fraction(floor(share * scale + (Fraction(1, 2) if rounding.half_up else 0)), scale)


def _figure(value: Fraction, figure: Figure) -> str:
    if figure in {"availability", "compliance"}:
        return f"{shown_share(value, 4)} %"
    return str(value) if figure == "outages" else spoken(int(value)) or "0s"


def units_of(amount: Fraction, per: Fraction, hours: Hours) -> Fraction:
    """Return how many `per` an amount is: begun ones, whole ones, or exactly."""
    units = amount / per
    if hours == "pro_rata":
        return units
    return Fraction(ceil(units) if hours == "started" else floor(units))


def _missed(line: MissedLine, fee: Fee, facts: Facts) -> list[_Exact]:
    value = facts.figure(line.figure, line.objective, line.where)
    target = line.target if line.target is not None else facts.target(line.figure)
    if value is None or target is None or value >= target:
        return []
    units = units_of(target - value, line.per, line.hours)
    text = said(
        "%(figure)s %(value)s, %(target)s %% promised, %(times)s x %(per)s %%",
        figure=_named(line),
        value=_figure(value, line.figure),
        target=_promised(target),
        times=_times(units),
        per=_promised(line.per),
    )
    return [_exact(line.award, fee, units, text)]


def _count(n: int, line: CountLine, fee: Fee, facts: Facts, ledger: _Ledger) -> list[_Exact]:
    if line.of == "outages":
        here = int(facts.figure("outages", None, None) or 0)
    else:
        here = sum(one.here for one in facts.broken(line.objective, line.where))
    counted, paid = ledger.counted.setdefault(n, []), ledger.paid.setdefault(n, [])
    counted.append(here)
    total = sum(counted[-line.within :])
    due = total // line.per - sum(paid[-(line.within - 1) :] if line.within > 1 else [])
    paid.append(max(0, due))
    if due <= 0:
        return []
    text = said(
        "%(count)s %(what)s in the last %(periods)s periods", count=total, what=said(line.of), periods=line.within
    )
    return [_exact(line.award, fee, Fraction(due), text)]


def _overrun(n: int, line: OverrunLine, fee: Fee, facts: Facts, ledger: _Ledger) -> list[_Exact]:
    found = []
    for one in facts.broken(line.objective, line.where):
        beyond = Fraction(max(0, one.overruns.get(n, 0) - line.free))
        units = units_of(beyond, Fraction(line.per), line.hours)
        so_far = units
        if line.at_most is not None and line.award.points is None:
            so_far = min(units, _units_at_most(line.award, fee, line.at_most))
        before = ledger.overruns.get((n, one.cycle), Fraction(0))
        ledger.overruns[n, one.cycle] = so_far
        if so_far != before:
            text = said(
                "%(cycle)s: %(time)s beyond what was agreed, %(times)s x %(each)s",
                cycle=one.cycle,
                time=spoken(int(beyond)) or "0s",
                times=_times(so_far),
                each=spoken(line.per),
            )
            if before:
                each, times = spoken(line.per), _times(before)
                text = said(
                    "%(credit)s, less %(times)s x %(each)s of earlier periods", credit=text, times=times, each=each
                )
            if so_far < units and line.at_most:
                text = said("%(credit)s; at most %(share)s %% of the fee", credit=text, share=_promised(line.at_most))
            found.append(_exact(line.award, fee, so_far - before, text, one.ticket))
    return found


def _times(units: Fraction) -> str:
    return str(units) if units.denominator == 1 else shown_number(units, 4)


def _units_at_most(award: Award, fee: Fee, at_most: Fraction) -> Fraction:
    """Return how many units come to a share of the fee."""
    each = award.amount if award.amount is not None else fee.of(award.fee) * (award.share or 0)
    return fee.of(award.fee) * at_most / each if each else Fraction(0)


def is_missed(watched: Watched, facts: Facts) -> bool | None:
    """Return whether a promise was missed in a period; None without cases or verdict."""
    value = facts.figure(watched.figure, watched.objective, watched.where)
    target = watched.below if watched.below is not None else facts.target(watched.figure)
    return None if value is None or target is None else value < target


def _with_earn_back(past: list[Credits], consequences: Consequences, facts: Sequence[Facts]) -> list[Credits]:
    """Let credits be earned back in the period in which it is known that the next ones kept the promise."""
    rule = consequences.earn_back
    if rule is None:
        return past
    found = list(past)
    for n, one in enumerate(past):
        known = n + rule.periods
        if one.total and known < len(past):
            kept = [is_missed(rule.watched, following) is False for following in facts[n + 1 : known + 1]]
            if all(kept):
                found[known] = replace(found[known], earned_back=found[known].earned_back + one.total)
    return found
