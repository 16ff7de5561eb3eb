"""A report in the making: which periods it takes, what is judged for each, and the document in the end."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np

from connectors.interface import NativeRating
from sla_engine import Ticket
from sla_engine.clause import Clause
from sla_engine.instant import moment_of
from slabridge.config.problem import instead
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.satisfaction import FieldRatings, ToolRatings
from slabridge.config.services.service import Service
from slabridge.config.services.sources import PrometheusSource, TicketSource
from slabridge.report.availability import NO_SOURCE, Availability, availability_of
from slabridge.report.billing import billed_periods, bills_of
from slabridge.report.credits import Credits, fee_of
from slabridge.report.document import Content, Document, ServicePart, document_of
from slabridge.report.duties import Duty
from slabridge.report.facts import ServiceFacts
from slabridge.report.figures import Figures, figures_of
from slabridge.report.gathered import Billed, Evidence, Gathering, Keep, OfTicket
from slabridge.report.kpis import Spans
from slabridge.report.outage import Outage
from slabridge.report.period import Period
from slabridge.report.portion import Portion, portion_of
from slabridge.report.recurring import Recurring, recurring_of
from slabridge.report.redefined import Redefined
from slabridge.report.samples import spans_down
from slabridge.report.satisfaction import Satisfaction, of_tool
from slabridge.report.selection import Selection
from slabridge.report.spans import Interval, common
from slabridge.report.ticket_outages import outages_of, told_by
from slabridge.report.trend import LENGTH, Earlier
from slabridge.report.window import window_of
from slabridge.text.said import Said, said


class NoSuchReport(Exception):  # noqa: N818 - named by what is wrong
    """What was asked for cannot be reported of; the message says why, and what to write."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be reported: of which services (none: all agreements), for whom, told apart by which fields.

    With `evidence` cases and lives themselves are kept, for `recurring` and `figures`, and no document is made.
    """

    period: Period
    services: tuple[str, ...] = ()
    customer: str | None = None
    by: tuple[str, ...] = ("priority",)
    evidence: bool = False


class Part(NamedTuple):
    """What some tickets have in a report: in its period, in the bills of each, and the outages that they tell of.

    It has the one or the other of `portion` and `evidence`.
    """

    portion: Portion
    evidence: Evidence
    billed: dict[Period, Billed]
    outages: list[Outage]


class Reporter:
    """Takes tickets and outages, batch by batch, and gives the report."""

    def __init__(self, reporting: Reporting, wanted: Wanted, now: int) -> None:
        """Begin a report at an instant (ms UTC).

        Raises:
            NoSuchReport: the period has not begun, or there is no such service.
        """
        self._reporting, self._wanted, self._now = reporting, wanted, now
        if now <= wanted.period.start:
            raise NoSuchReport(f"{wanted.period.name} has not begun yet")
        customer = wanted.customer
        theirs = [one for one in reporting.services if customer is None or one.is_of(customer)]
        self._services = [_service(name, theirs) for name in dict.fromkeys(wanted.services)] or theirs
        scope = self._services[0].scope if len(set(wanted.services)) == 1 else None
        chosen = frozenset(wanted.services)
        self._selection = Selection(chosen, scope, wanted.customer, wanted.by)
        self._main = Gathering(reporting, wanted.period, self._as_of(wanted.period), self._selection)
        self._further: dict[Period, Gathering] = {}
        for service in self._services:
            for period in billed_periods(service, self._wanted.period):
                if period != wanted.period and period not in self._further:
                    gathering = Gathering(reporting, period, self._as_of(period), self._selection, whole=False)
                    self._further[period] = gathering
        self._portion, self._evidence = Portion(), Evidence()
        self._billed: dict[Period, Billed] = {}
        self._outages: list[Outage] = []
        self._told: list[Outage] = []
        self._unmeasured: dict[str, list[Interval]] = {}
        self._ratings: dict[ToolRatings, Satisfaction] = {}
        self.notes: list[Said] = []
        self.lacking: list[Said] = []

    @property
    def _gatherings(self) -> list[Gathering]:
        return [self._main, *self._further.values()]

    @property
    def since(self) -> int:
        """From when on tickets with cycles are looked at, ms UTC."""
        return min(period.start for period in (self._wanted.period, *self._further))

    @property
    def earlier(self) -> list[Period]:
        """The periods whose issued figures are shown beside those of this one, the first one first."""
        return [self._wanted.period.before(number) for number in range(LENGTH, 0, -1)]

    @property
    def until(self) -> int:
        """Until when: what is created then or later is in no figure, ms UTC."""
        return self._wanted.period.end

    @property
    def within(self) -> tuple[int, int]:
        """The part [from, until) of the period that is reported of, ms UTC."""
        return self._wanted.period.start, min(self.until, self.as_of + 1)

    @property
    def as_of(self) -> int:
        """The instant as at which the period is judged, ms UTC."""
        return self._main.as_of

    @property
    def clauses(self) -> Sequence[Clause]:
        """What tickets are judged by."""
        return self._main.engine.clauses

    @property
    def told_of(self) -> frozenset[str]:
        """The agreements and services that are told of, by id, as far as tickets were added.

        To a customer these are its services, and the agreements that cycles of its have.
        """
        chosen, agreements = self._selection.agreements, self._reporting.definitions.agreements
        if self._wanted.customer is None:
            return chosen or frozenset([*(one.id for one in agreements), *(one.name for one in self._services)])
        return frozenset([*self._portion.agreements, *(one.name for one in self._services)])

    def add(self, tickets: Sequence[Ticket], others: Sequence[Ticket] = (), keep: Keep | None = None) -> None:
        """Add tickets, with those that they are linked with."""
        self.judge(tickets, others, keep)
        self.add_lives(tickets)
        self.merge(self.part())

    def judge(self, tickets: Sequence[Ticket], others: Sequence[Ticket] = (), keep: Keep | None = None) -> None:
        """Judge the cycles of tickets, with those that these are linked with, for the next part."""
        for gathering in self._gatherings:
            gathering.add(tickets, others, keep)

    def add_lives(self, tickets: Sequence[Ticket]) -> None:
        """Look what else tickets tell of for the next part, also those of which no cycle lies in any of the periods."""
        self._main.add_lives(tickets)
        calendars = self._main.engine.calendars
        for service in self._services:
            for source in service.outages:
                if isinstance(source, TicketSource):
                    self._told += outages_of(tickets, self.as_of, service, source, calendars)

    def part(self) -> Part:
        """Return what the tickets have in the report that were judged since the last part, for this or another."""
        billed = {one.period: one.found.billed for one in self._gatherings}
        if self._wanted.evidence:
            found = self._main.found
            part = Part(Portion(), Evidence(found.cases, found.lives), billed, self._told)
        else:
            part = Part(portion_of(self._main, self._worked), Evidence(), billed, self._told)
        self._told = []
        for gathering in self._gatherings:
            gathering.begin()
        return part

    def merge(self, part: Part) -> None:
        """Add the part of tickets that come after those added so far."""
        self._portion.merge(part.portion)
        self._evidence.merge(part.evidence)
        for period, billed in part.billed.items():
            self._billed.setdefault(period, Billed()).merge(billed)
        self._outages += part.outages

    def set_aside(self, texts: Sequence[str]) -> None:
        """Name what is in no figure because it is no ticket."""
        self._portion.invalid += texts

    def add_outages(self, outages: Sequence[Outage]) -> list[str]:
        """Add outages that are told of elsewhere; return what is to be said of those of unknown services."""
        known = {service.name for service in self._reporting.services}
        unknown = sorted({one.service for one in outages} - known)
        texts = [f"outages of {name!r}, which is no service of the file; {instead(name, known)}" for name in unknown]
        if self._wanted.customer is None:  # whose they are nobody knows
            self.notes += [
                said("outages of %(service)s, which is no service of the file", service=repr(name)) for name in unknown
            ]
        self._outages += outages
        return texts

    def add_samples(self, service: str, source: PrometheusSource, samples: Mapping[int, float], step: int) -> None:
        """Add what was measured of a service from `since` on; where nothing was, nobody looked."""
        within = (self.since, min(self.until, self._now))
        down, unmeasured = spans_down(samples, within, step, source.lasting)
        for start, end in down:
            name = f"{source.query}#{start}"
            self._outages.append(Outage(service, start, end, cause="measured", ref=name, source="prometheus"))
        before = self._unmeasured.get(service)
        self._unmeasured[service] = unmeasured if before is None else common(before, unmeasured)

    def add_ratings(self, source: ToolRatings, found: Sequence[NativeRating], tickets: Sequence[Ticket]) -> None:
        """Add what a tool keeps of how satisfied people were, with the tickets that it is about."""
        lives = {life.id: life for life in self._main.lives(tickets)}
        unknown = sum(one.ticket not in lives for one in found)
        if unknown:
            self.notes.append(
                said(
                    "answers about tickets of %(connection)s that are not known: %(count)s",
                    connection=source.connection,
                    count=unknown,
                )
            )
        self._ratings[source] = of_tool(source, found, lives, self._wanted.period)

    def _satisfaction(self) -> list[Satisfaction]:
        of_each = (
            self._portion.satisfaction.get(one, Satisfaction(one))
            if isinstance(one, FieldRatings)
            else self._ratings.get(one)
            for one in self._reporting.satisfaction
        )
        return [found for found in of_each if found is not None]

    def document(self, trend: Sequence[Earlier] = (), redefined: Redefined | None = None) -> Document:
        """Return the report, once: what was told goes into it.

        `trend` has figures of `earlier` periods, `redefined` what changed since one of them.
        """
        return document_of(
            Content(
                reporting=self._reporting,
                period=self._wanted.period,
                as_of=self.as_of,
                state=self.state,
                selection=self._selection,
                told_of=self.told_of,
                portion=self._portion,
                calendar=self._calendar,
                services=[self._part(service) for service in self._services],
                satisfaction=self._satisfaction(),
                notes=self.notes,
                trend=trend,
                redefined=redefined,
                clauses=self.clauses,
                earlier=[period.name for period in self.earlier],
            )
        )

    @property
    def _calendar(self) -> str:
        """The calendar by whose working time tickets are measured."""
        of_service = next((one.calendar for one in self._services if one.calendar), None)
        return of_service or next(iter(self._reporting.definitions.calendars))

    def _worked(self, spans: Spans) -> list[int]:
        starts, ends = (np.array([span[n] for span in spans], np.int64) for n in (0, 1))
        return [int(ms) for ms in self._main.engine.calendars[self._calendar].elapsed(starts, ends).tolist()]

    def figures(self) -> Figures:
        """Return what promises and credits come to, by the evidence."""
        parts = [self._part(service) for service in self._services]
        return figures_of(self._reporting, self._evidence.cases, parts)

    def without(self, tickets: Collection[OfTicket]) -> Self:
        """Return the same as if these tickets had never been, for its `figures`; this one stays as it is."""
        other = copy(self)
        other.leave_out(tickets)
        return other

    def leave_out(self, tickets: Collection[OfTicket]) -> None:
        """Take tickets out of what promises and credits go by, and the outages that they tell of."""
        self._evidence = self._evidence.without(tickets)
        self._billed = {period: one.without(tickets) for period, one in self._billed.items()}
        self._outages = [one for one in self._outages if told_by(one) not in tickets]
        self.notes, self.lacking = [], []

    def recurring(self, people: Collection[str]) -> Recurring:
        """Return the recurring faults of the evidence, with their likely causes; fields of `people` are none."""
        return recurring_of(self._reporting, self._evidence, self._wanted.period, people)

    @property
    def state(self) -> str:
        """Whether the period is over: `draft` or `provisional`."""
        return "draft" if self._now < self._wanted.period.end else "provisional"

    def _as_of(self, period: Period) -> int:
        return min(self._now, period.end + self._reporting.rules.closing)

    def _part(self, service: Service) -> ServicePart:
        availability = self._availability(service, self._wanted.period)
        bills, duties = self._bills(service)
        return ServicePart(service, availability, bills, duties)

    def _noticed(self, service: Service, period: Period) -> bool:
        """Return whether notice was given of what a service missed in a period, by the instant of this report."""
        today = moment_of(self.as_of).astimezone(ZoneInfo(period.timezone)).date()
        mine = [
            one.given for one in self._reporting.notices if (one.service, one.period) == (service.name, period.name)
        ]
        return any(given <= today for given in mine)

    def _availability(self, service: Service, period: Period) -> Availability | None:
        terms = service.terms
        if terms is None:
            return None
        calendars = self._main.engine.calendars
        end = min(period.end, self._now)
        mine = [one for one in self._outages if one.service == service.name]
        window = window_of(terms, self._reporting.definitions.calendars)
        dark = self._unmeasured.get(service.name, ())
        calendar = calendars[terms.calendar]
        found = availability_of(mine, terms, calendar, period.start, end, window=window, unmeasured=dark)
        return found if mine or service.outages else replace(found, verdict=None, why_none=NO_SOURCE)

    def _bills(self, service: Service) -> tuple[list[Credits], list[Duty]]:
        periods = billed_periods(service, self._wanted.period)
        if not periods:
            if service.credits:
                unit, name = service.consequences.period, self._wanted.period.name
                self.notes.append(
                    said(
                        "credits of %(service)s are worked out by the %(unit)s: %(period)s holds none",
                        service=service.title,
                        unit=said(unit),
                        period=name,
                    )
                )
            return [], []
        fees = [fee for fee in service.fees if fee.customer in (None, self._wanted.customer)]
        if service.credits and not fee_of(fees, periods[-1]).amount:
            customer, place = self._wanted.customer, {"service": service.title, "period": periods[-1].name}
            if customer is not None:
                text = said(
                    "%(customer)s pays no fee for %(service)s in %(period)s: shares of it are nothing",
                    customer=customer,
                    **place,
                )
            elif any(fee.customer for fee in service.fees):
                text = said(
                    "the fees for %(service)s are those of customers: in %(period)s shares of them are nothing but in "
                    "the report of one customer",
                    **place,
                )
            else:
                text = said("no fee for %(service)s is in force in %(period)s: shares of it are nothing", **place)
            self.lacking.append(text)
        bills, duties = bills_of(service, fees, partial(self._facts, service, periods), self._main.engine.calendars)
        return [bill for bill in bills if bill.period.start >= self._wanted.period.start], duties

    def _facts(self, service: Service, periods: Sequence[Period], strictest: bool) -> list[ServiceFacts]:
        """Return the facts of each period, by the strictest targets or by those that cycles had in the end."""
        rca = service.consequences.rca
        delivered = {} if rca is None or rca.delivered is None else self._portion.delivered.get(rca.delivered, {})
        facts = []
        for period in periods:
            billed = self._billed.get(period, Billed())
            facts.append(
                ServiceFacts(
                    service=service,
                    period=period,
                    as_of=self._as_of(period),
                    counted=billed.strictest if strictest else billed.last,
                    availability=self._availability(service, period),
                    calendars=self._main.engine.calendars,
                    promised=self._reporting.promised,
                    notice=self._noticed(service, period),
                    delivered=delivered,
                )
            )
        return facts


def _service(name: str, services: Sequence[Service]) -> Service:
    known = {service.name: service for service in services}
    if name not in known:
        raise NoSuchReport(f"no such service: {name!r}; {instead(name, known)}")
    return known[name]
