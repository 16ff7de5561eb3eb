"""An agreement as one of its customers reads it: nothing that others were promised, and nothing of what lies beneath.

Whatever reads the field `customer` is left out, unless it plainly asks for this customer and for no other.
"""

from typing import Any

from sla_engine.agreement import Agreement, FieldDeadline, Objective, Target, calendars_of, conditions_of
from sla_engine.condition import AllOf, Condition, Equals, fields_of
from sla_engine.implication import together
from slabridge.show.agreements import targets_as_json
from slabridge.text.language import Language
from slabridge.wording.target import targets_said

_CUSTOMER = "customer"
_INSIDE = frozenset({"scope", "exclude", "supports", "backed_by"})
"""What an agreement says that is not for its customer."""
_CHOICE = frozenset({"targets", "retarget"})
"""What it says of all its targets together."""

Told = dict[str, Any]


def may_have(agreement: Agreement, customer: str) -> bool:
    """Return whether tickets of a customer can be in the scope."""
    return together([agreement.scope, Equals(_CUSTOMER, (customer,))]) is not None


def narrowed(agreement: Agreement, told: Told, customer: str, language: Language) -> Told:
    """Return what an agreement says in words (`told`), as far as it is for a customer."""
    both = zip(agreement.objectives, told["objectives"], strict=True)
    objectives = [_objective(one, text, customer, language) for one, text in both if _is_for(one.rule.start, customer)]
    targets = [target for objective in agreement.objectives for target in objective.targets]
    whole = all(_is_for(one, customer) for one in conditions_of(agreement)) and all(
        _is_target_for(one, customer) for one in targets
    )
    if not whole:  # they are made up of all that stands in it
        objectives = [{**one, "examples": []} for one in objectives if one["targets"]]
    return {**told, "sentences": _without(told["sentences"], _INSIDE), "objectives": objectives}


def _objective(objective: Objective, told: Told, customer: str, language: Language) -> Told:
    rule = objective.rule
    conditions = {"stop": rule.stop, "pause": rule.pause, "cancel": rule.cancel, "reset": rule.reset}
    hidden = {about for about, condition in conditions.items() if not _is_for(condition, customer)}
    targets = [target for target in objective.targets if _is_target_for(target, customer)]
    if len(targets) < len(objective.targets):
        hidden |= _CHOICE
    calendars = calendars_of(targets)
    return {
        **told,
        "sentences": _without(told["sentences"], _INSIDE | hidden),
        "targets": targets_as_json(targets_said(targets), language),
        "calendars": [one for one in told["calendars"] if one["name"] in calendars],
    }


def _is_target_for(target: Target, customer: str) -> bool:
    deadline = target.limit.field if isinstance(target.limit, FieldDeadline) else None
    return _CUSTOMER not in {target.calendar.field, deadline} and _is_for(target.when, customer)


def _is_for(condition: Condition | None, customer: str) -> bool:
    """Return whether a condition reads no customer, or asks for this one and for no other."""
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    others = [one for one in parts if one != Equals(_CUSTOMER, (customer,))]
    return not any(_CUSTOMER in fields_of(one) for one in others)


def _without(sentences: list[dict[str, str]], hidden: frozenset[str] | set[str]) -> list[dict[str, str]]:
    return [sentence for sentence in sentences if sentence["about"] not in hidden]
