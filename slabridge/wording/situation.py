"""What a ticket's fields have to hold for an objective to judge it by one of its targets, and for it to wait then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sla_engine.agreement import Agreement, Objective, conditions_of
from sla_engine.condition import AllOf, AnyOf, Condition, Differs, Equals, Not, fields_of, needs_value
from sla_engine.implication import together

ANY: Final = "any"
"""What a field holds that only has to hold something, where no condition asks for just this."""

State = Mapping[str, str]
"""Field -> value, the engine's own fields too; what is not in it is unset."""


@dataclass(frozen=True, slots=True)
class Situation:
    """`running` while time counts, `waiting` while it does not (None: nothing makes it wait); `calendar` by name."""

    running: State
    waiting: State | None
    calendar: str


def situations(agreement: Agreement, objective: Objective, place: int) -> list[Situation]:
    """Return a situation for each calendar that the target at a place can choose; none where fields cannot be found.

    Only the engine says whether a ticket like this is judged so: conditions may ask for more than fields.
    """
    rule, target = objective.rule, objective.targets[place]
    fitting: list[Condition | None] = [agreement.scope, target.when]
    fitting += [_no(before.when) for before in objective.targets[:place]]
    fitting += [_no(agreement.exclude), _no(objective.exclude), _no(rule.stop), _no(rule.cancel)]
    words = _words(agreement)
    found = []
    for name, chosen in _choices(objective, place):
        running = _state([*fitting, chosen, rule.start, _no(rule.pause)], words, {})
        if running is not None:
            waits = None if rule.pause is None else _state([*fitting, chosen, rule.pause], words, running)
            found.append(Situation(running, waits, name))
    return found


def _choices(objective: Objective, place: int) -> list[tuple[str, Condition | None]]:
    """Return each calendar that a target can choose, with what chooses it; the one for all others first."""
    choice = objective.targets[place].calendar
    if choice.field is None:
        return [(choice.otherwise, None)]
    others = Differs(choice.field, tuple(value for value, _ in choice.values))
    chosen: dict[str, Condition | None] = {choice.otherwise: others}
    for value, name in choice.values:
        chosen.setdefault(name, Equals(choice.field, (value,)))
    return [*chosen.items()]


def _no(condition: Condition | None) -> Condition | None:
    return None if condition is None else Not(condition)


def _state(conditions: Sequence[Condition | None], words: Mapping[str, Sequence[str]], before: State) -> State | None:
    """Return values with which conditions may hold: those of before as far as possible, else the first that are named.

    None where no values are found.
    """
    found = together(conditions)
    if found is None:
        return None
    asked = [condition for condition in conditions if condition is not None]
    state: dict[str, str] = {}
    for field in sorted(frozenset().union(*map(fields_of, asked)) | found.keys() | before.keys()):
        if field in found or field in before or needs_value(AllOf(tuple(asked)), field):
            known = [held[field] for held in (before, found) if field in held]
            for value in (*known[: field in before], *words.get(field, ()), *known, ANY):
                if together([*asked, Equals(field, (value,))]) is not None:
                    state[field] = value
                    asked.append(Equals(field, (value,)))
                    break
    return state


def _words(agreement: Agreement) -> dict[str, list[str]]:
    """Return the values that an agreement asks for, by field, in their order."""
    found: dict[str, list[str]] = {}
    for condition in conditions_of(agreement):
        _note(condition, found)
    return found


def _note(condition: Condition | None, found: dict[str, list[str]]) -> None:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                _note(part, found)
        case Not(inner):
            _note(inner, found)
        case Equals(field, values):
            found.setdefault(field, []).extend(values)
        case _:
            pass
