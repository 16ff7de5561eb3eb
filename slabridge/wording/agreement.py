"""Agreements in words: whom each is for, what it promises, by which clocks and hours, and how that counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sla_engine import Engine
from sla_engine.agreement import Agreement, Kind, Objective, calendars_of
from sla_engine.condition import Condition
from sla_engine.instant import DAY, instant_of
from slabridge.config.services.promises import Promised
from slabridge.text.printed import line
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import said_date
from slabridge.wording.condition import condition_said
from slabridge.wording.example import Example, examples_of
from slabridge.wording.hours import Hours, hours_of
from slabridge.wording.listed import both, shown
from slabridge.wording.rule import rule_said
from slabridge.wording.sentence import Sentence
from slabridge.wording.target import TargetSaid, choice_said, targets_said

Promises = Mapping[tuple[str, str], Promised]
"""By agreement's id and objective."""


@dataclass(frozen=True, slots=True)
class ObjectiveSaid:
    """An objective in words; `hours` are the calendars that its targets can choose."""

    name: str
    sentences: tuple[Sentence, ...]
    targets: tuple[TargetSaid, ...]
    hours: tuple[Hours, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class AgreementSaid:
    """An agreement, or one version of it, in words. `name` is its id where it has no other."""

    id: str
    table: str
    name: str
    kind: Kind
    valid_from: date | None
    valid_to: date | None
    sentences: tuple[Sentence, ...]
    objectives: tuple[ObjectiveSaid, ...]


def agreement_said(engine: Engine, agreement: Agreement, promised: Promises, at: int) -> AgreementSaid:
    """Return an agreement in words; its examples begin after an instant (ms UTC), within its validity."""
    examples = examples_of(engine, agreement, _within(agreement, at, ZoneInfo(engine.definitions.timezone)))
    objectives = tuple(
        _objective(engine, agreement, objective, promised, examples[objective.name])
        for objective in agreement.objectives
    )
    name = line(agreement.name or agreement.id)
    valid = agreement.valid_from, agreement.valid_to
    return AgreementSaid(
        agreement.id, agreement.table, name, agreement.kind, *valid, tuple(_sentences(agreement)), objectives
    )


def _within(agreement: Agreement, at: int, zone: ZoneInfo) -> int:
    """Return the instant that is nearest to another at which clocks can begin by this agreement, and some days on."""
    first = _midnight(agreement.valid_from, zone) if agreement.valid_from else at
    last = _midnight(agreement.valid_to, zone) - 14 * DAY if agreement.valid_to else at
    return max(first, min(last, at))


def _midnight(day: date, zone: ZoneInfo) -> int:
    return instant_of(datetime.combine(day, time(), tzinfo=zone))


_KINDS: Mapping[Kind, str] = {
    "sla": word("A service level agreement (SLA): what the customer is promised."),
    "ola": word("An operational level agreement (OLA): what teams promise each other."),
    "uc": word("An underpinning contract (UC): what is agreed with a supplier."),
}


def _sentences(agreement: Agreement) -> Iterator[Sentence]:
    yield Sentence("kind", said(_KINDS[agreement.kind]))
    first, last = agreement.valid_from, agreement.valid_to
    if first and last:
        text = said(
            "For clocks that start from %(first)s on, and before %(last)s.",
            first=said_date(first),
            last=said_date(last),
        )
        yield Sentence("validity", text)
    elif first:
        yield Sentence("validity", said("For clocks that start from %(first)s on.", first=said_date(first)))
    elif last:
        yield Sentence("validity", said("For clocks that start before %(last)s.", last=said_date(last)))
    if agreement.scope is None:
        yield Sentence("scope", said("It is for all tickets."))
    else:
        yield Sentence(
            "scope", said("It is for tickets where %(condition)s.", condition=condition_said(agreement.scope))
        )
    yield from _excluded(agreement.exclude)


def _excluded(condition: Condition | None) -> Iterator[Sentence]:
    if condition is not None:
        text = said(
            "Tickets where %(condition)s are counted apart, also when that comes to hold after the end.",
            condition=condition_said(condition),
        )
        yield Sentence("exclude", text)


def _objective(
    engine: Engine, agreement: Agreement, objective: Objective, promised: Promises, examples: list[Example]
) -> ObjectiveSaid:
    definitions = engine.definitions
    hours = tuple(hours_of(name, definitions.calendars[name]) for name in calendars_of(objective.targets))
    sentences = [
        *_compliance(promised.get((agreement.id, objective.name))),
        *_tree(engine, agreement, objective),
        *rule_said(objective, scoped=agreement.scope is not None),
        *choice_said(objective.targets),
        *_excluded(objective.exclude),
    ]
    return ObjectiveSaid(objective.name, tuple(sentences), targets_said(objective.targets), hours, tuple(examples))


def _compliance(promised: Promised | None) -> Iterator[Sentence]:
    if promised is None or promised.compliance is None:
        return
    percent = promised.compliance
    share = f"{float(percent.share * 100):.{percent.decimals}f} %"
    text = said("Of all cases of a period, %(share)s are to keep it.", share=share)
    if promised.at_least > 1:
        text = said(
            "Of all cases of a period, %(share)s are to keep it; of fewer than %(least)s cases nothing is said.",
            share=share,
            least=promised.at_least,
        )
    yield Sentence("compliance", text)


def _tree(engine: Engine, agreement: Agreement, objective: Objective) -> Iterator[Sentence]:
    """Yield what an objective backs, and what backs it."""
    names: dict[str, Said] = {}
    beneath: dict[str, None] = {}
    own = f"{agreement.id}.{objective.name}"
    for other in engine.definitions.agreements:
        for one in other.objectives:
            name = f"{other.id}.{one.name}"
            called = line(other.name or other.id)
            names[name] = said("%(objective)s (%(agreement)s)", objective=shown(one.name), agreement=called)
            if own in one.supports:
                beneath[name] = None
    if objective.supports:
        above = both([names[name] for name in dict.fromkeys(objective.supports)])
        yield Sentence("supports", said("It backs %(objectives)s.", objectives=above))
    if beneath:
        backing = both([names[name] for name in beneath])
        yield Sentence("backed_by", said("It is backed by %(objectives)s.", objectives=backing))
    elif agreement.kind == "sla":
        yield Sentence("backed_by", said("No agreement between teams or of a supplier backs it."))
