"""What is told of cycles: the steps that judged tickets have come to, as messages to be sent. Pure.

The rules are in docs/notifications.md.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla_engine import Calendar, Result
from sla_engine.deadline import deadline_of
from sla_engine.instant import DAY
from slabridge.config import Config
from slabridge.config.notify.receiver import Receiver
from slabridge.config.notify.rule import Breaches, NotifyRule, Overdue, Step
from slabridge.config.services.consequence import RootCause
from slabridge.run.ladder import applies, holds, level, name_of, new_steps
from slabridge.run.message import Told, message_of
from slabridge.run.terms import Risk, nobody_knows
from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.text.spoken import spoken
from slabridge.ticket.known import Known
from slabridge.ticket.notification import COUNTED, ROOT_CAUSE, Notification

_BREACH = Step((), "breached")


@dataclass(frozen=True, slots=True)
class Noting:
    """What messages are made by. `calendars` are those of the engine; `as_of` is the connection's, ms UTC.

    `page` gives where people see a ticket, by its id and key; `risk` how likely a cycle was to break at an instant (ms
    UTC), in percent.
    """

    config: Config
    connection: str
    calendars: Mapping[str, Calendar]
    as_of: int
    page: Callable[[str, str], str]
    risk: Risk = nobody_knows

    def of(
        self, known: Known, results: Sequence[Result], last_run: int | None, *, unmoved: bool
    ) -> Iterator[Notification]:
        """Yield the messages of a ticket that has just been judged, against what it came to before.

        Of a ticket that only a changed file has moved (`unmoved`) nothing is told. Where it was never judged, its
        cycles are news if they began after the connection's last complete run (`last_run`, ms UTC; None: none was).
        """
        if unmoved:
            return
        earlier = {(one.agreement, one.objective, one.cycle): one for one in known.results}
        taken: set[tuple[str, ...]] = set()
        for result in results:
            if known.judged_at is None and (last_run is None or result.started_at <= last_run):
                continue
            cycle = _Cycle(known, result, earlier.get((result.agreement, result.objective, result.cycle)))
            for rule in self.config.notify:
                if applies(rule, result):
                    yield from self._ladder(rule, cycle, taken)
                    yield from self._management(rule, cycle)

    def _ladder(self, rule: NotifyRule, cycle: "_Cycle", taken: set[tuple[str, ...]]) -> Iterator[Notification]:
        """Yield the highest of the new steps for each address."""
        result = cycle.result
        risks = self._risks(cycle) if any(step.kind == "risk" for step in rule.ladder) else (None, None)
        for step, reached in new_steps(rule, cycle.before, result, risks):
            for receiver, address in self._addresses(step.to, result):
                place = (address, result.agreement, result.objective, str(result.cycle))
                if place in taken:
                    continue
                taken.add(place)
                yield self._row(
                    cycle,
                    receiver=address,
                    step=name_of(step, reached),
                    urgent=step.urgent,
                    body=self._text(cycle, receiver, step, reached),
                )

    def _risks(self, cycle: "_Cycle") -> tuple[int | None, int | None]:
        """Return how likely a cycle was to break when it was judged before, and is now."""
        before, at = cycle.before, cycle.known.judged_at
        was = None if before is None or at is None else self.risk(before, at)
        return was, self.risk(cycle.result, self.as_of)

    def _management(self, rule: NotifyRule, cycle: "_Cycle") -> Iterator[Notification]:
        """Yield what a breach means for management: it counts towards a message, or an analysis is owed for it."""
        if level(_BREACH, cycle.result) <= level(_BREACH, cycle.before):
            return
        if rule.silence is not None and holds(rule.silence, cycle.result):
            return
        for told in rule.management:
            for receiver, address in self._addresses(told.to, cycle.result):
                match told:
                    case Breaches():
                        yield self._row(cycle, receiver=address, step=counting(rule, told), state=COUNTED)
                    case Overdue():
                        yield from self._owed(cycle, receiver, address)

    def _owed(self, cycle: "_Cycle", receiver: Receiver, address: str) -> Iterator[Notification]:
        result, key = cycle.result, cycle.known.native.key
        rca = root_cause_of(self.config, result.agreement)
        if rca is None or result.breached_at is None or not holds(rca.when, result):
            return
        by = deadline_of(rca.by, self.calendars[rca.calendar], result.breached_at)
        text = said(
            "The root cause analysis for %(ticket)s was due %(time)s and is not delivered.",
            ticket=key,
            time=Told(result, self.config.definitions).local(by),
        )
        body = f"{Language(receiver.language).tell(text)}\n{self._text(cycle, receiver)}"
        yield self._row(cycle, receiver=address, step=ROOT_CAUSE, not_before=by, body=body)

    def _addresses(self, names: Sequence[str], result: Result) -> Iterator[tuple[Receiver, str]]:
        for name in names:
            receiver = self.config.receivers[name]
            for address in receiver.of(result.dimensions):
                yield receiver, address

    def _text(self, cycle: "_Cycle", receiver: Receiver, step: Step = _BREACH, reached: int = 1) -> str:
        """Return what a comment would say, and as of when: a message may wait; how often it was told; the page."""
        key, shown = cycle.known.native.key, Language(receiver.language)
        told = Told(cycle.result, self.config.definitions, key, of=key)
        lines = [message_of(told, receiver.language)]
        if step.after or reached > 1:
            over = spoken(max(0, -cycle.result.remaining))
            lines.insert(
                0, shown.tell(said("Still open, %(over)s beyond its target: %(ticket)s", over=over, ticket=key))
            )
        if step.kind == "risk":
            likely = said("Likely to break its target: %(percent)s %% or more.", percent=step.percent)
            lines.insert(0, f"{key}: {shown.tell(likely)}")
        lines.append(shown.tell(said("As of %(time)s.", time=told.local(self.as_of))))
        page = self.page(cycle.known.id, key)
        return "\n".join([*lines, page] if page else lines)

    def _row(self, cycle: "_Cycle", **given: Any) -> Notification:  # noqa: ANN401 - attributes of the row
        result = cycle.result
        return Notification(
            connection=self.connection,
            ticket=cycle.known.id,
            agreement=result.agreement,
            objective=result.objective,
            cycle=result.cycle,
            key=cycle.known.native.key,
            noted_at=self.as_of,
            **given,
        )


@dataclass(frozen=True, slots=True)
class _Cycle:
    """A cycle of a ticket, and what it was before (None: not there)."""

    known: Known
    result: Result
    before: Result | None


def counting(rule: NotifyRule, told: Breaches) -> str:
    """Return what breaches that count towards a message are called: `5 breaches in 30d 3f9a2c71`, each rule its own."""
    of = hashlib.sha256(repr((sorted(rule.agreements), sorted(rule.objectives), rule.when)).encode()).hexdigest()[:8]
    return f"{told.count} breaches in {told.within // DAY}d {of}"


def root_cause_of(config: Config, service: str) -> RootCause | None:
    """Return what a service owes of analyses, if anything."""
    services = config.reporting.services if config.reporting is not None else ()
    return next((one.consequences.rca for one in services if one.name == service), None)
