"""Facts: what is to stand in a field, from results (docs/promises.md, "What stands in a field"). Pure."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from connectors.interface import Fact, Instant
from sla_engine import Result
from slabridge.config import FieldMap
from slabridge.config.agreements.result import CARRIER, CARRIER_KEY, KEY, LIGHT, NEXT_DUE, RISK, STEP, TIMELINE, WORDS
from slabridge.run.terms import Terms
from slabridge.run.urgency import most_urgent, next_due
from slabridge.ticket.around import Around, Neighbour
from slabridge.ticket.known import Known

_LIGHTS = {"at_risk": "yellow", "breached": "red"}
"""Any other status is green: nobody has to act."""

_INSTANTS = ("started_at", "stopped_at", "due_at", "breached_at", "next_change_at")

_MOST = 255
"""Characters of keys in a field: more, some text fields do not take."""


class NoCycle(Enum):
    """Stands for a fact where there is no cycle of which it could be one."""

    NO_CYCLE = "no cycle"


NO_CYCLE: Final = NoCycle.NO_CYCLE


def fact_of(rule: FieldMap, known: Known, results: Sequence[Result], around: Around, terms: Terms) -> Fact | NoCycle:
    """Return what is to stand in a field of a ticket, by its results and those around it."""
    ref = rule.value
    if ref.result == TIMELINE:
        return NO_CYCLE if most_urgent(results, ref) is None else terms.page(known.id)
    if ref.side is not None:
        beside = around.on(ref.side)
        if ref.result == KEY:
            return _joined(beside) or NO_CYCLE
        results = [result for one in beside for result in one.results]
    result = most_urgent(results, ref)
    if result is None:
        return NO_CYCLE
    if ref.result in {CARRIER, CARRIER_KEY}:
        carrier = around.carriers.get((result.source, result.id))
        if carrier is None:
            return result.holder if ref.result == CARRIER else known.native.key
        return carrier.holder if ref.result == CARRIER else carrier.key
    return _step(rule, terms.risk(result, terms.as_of)) if ref.result == RISK else _fact(rule, result, results)


def _joined(beside: Sequence[Neighbour]) -> str:
    """Return keys in their order, as many as fit."""
    text = ""
    for key in sorted({one.key for one in beside}):
        longer = f"{text}, {key}" if text else key
        if len(longer) > _MOST:
            break
        text = longer
    return text


def _step(rule: FieldMap, risk: int | None) -> Fact:
    """Return the highest step that a risk, in percent, has come to."""
    if risk is None:
        return None
    step = max(int(step) for step in WORDS[RISK] if int(step) <= risk)
    return rule.values.get(str(step), step)


def _fact(rule: FieldMap, result: Result, results: Sequence[Result]) -> Fact:
    name = rule.value.result
    if name == NEXT_DUE:
        due = next_due(results, rule.value)
        return None if due is None else Instant(due)
    if name == "target_seconds":
        return result.target // 1000
    value: Fact = _LIGHTS.get(result.status, "green") if name == LIGHT else getattr(result, name)
    if name in _INSTANTS:
        return Instant(value) if isinstance(value, int) else None
    if isinstance(value, bool):
        value = "true" if value else "false"
    if name == STEP and value is not None:
        return rule.values.get(str(value), value)
    return rule.values.get(value, value) if isinstance(value, str) else value
