"""Encoded queries of SLA definitions: `^` and, `^OR` or with the condition before, `^NQ` or of all, `^EQ` the end."""

import re
from collections.abc import Callable

from slabridge.importing.condition import Condition, Conjunct, TooLarge, both, either, holds
from slabridge.importing.finding import Kind, Untranslatable
from slabridge.importing.vocabulary import Vocabulary

_KNOWN = "NOT IN|IN(?!STANCEOF)|ISEMPTY|ISNOTEMPTY|ANYTHING|VALCHANGES|CHANGESFROM|CHANGESTO"
_TERM = re.compile(rf"([a-z_][a-z0-9_.]*)({_KNOWN}|!=|>=|<=|=|<|>|[A-Z][A-Z_ ]*[A-Z])(.*)", re.DOTALL)
_EVENTS = {"VALCHANGES": "", "CHANGESFROM": "from", "CHANGESTO": "to"}
_END = re.compile(r"(\^EQ)*\^*")
_WITH_EVENTS = {"stop_condition", "reset_condition", "cancel_condition"}


def read_query(text: str, column: str, vocabulary: Vocabulary) -> Condition | None:
    """Return a condition in the words of the configuration; None for an empty one, which never matches.

    Raises:
        Untranslatable: a part of it has no equal here.
    """
    plain = text.strip()
    end = next(found for found in _END.finditer(plain) if found.end() == len(plain))
    plain = plain[: end.start()]
    if not plain.removeprefix("EQ"):
        return None
    try:
        return either(_branch(branch, column, vocabulary) for branch in plain.split("^NQ"))
    except TooLarge:
        raise Untranslatable(column, text, "joins more alternatives than a person could read") from None


def _branch(text: str, column: str, vocabulary: Vocabulary) -> Condition:
    found: Condition = (Conjunct(),)
    for group in re.split(r"\^(?!OR)", text):
        found = both(found, either(_term(term, column, vocabulary) for term in group.split("^OR")))
    return found


def _term(text: str, column: str, vocabulary: Vocabulary) -> Condition:
    match = _TERM.fullmatch(text)
    if match is None:
        raise Untranslatable(column, text, "is no condition of the form field, operator, value")
    native, operator, value = match.groups()
    if "javascript:" in value.lower():
        raise Untranslatable(column, text, "is a script")
    _check_walk(native, text, column, vocabulary)
    if operator == "ANYTHING":
        return (Conjunct(),)
    if operator in _EVENTS:
        return _event(native, (operator, value), text, column, vocabulary)
    if operator not in _OPERATORS:
        raise Untranslatable(column, text, f"asks by {operator}, and conditions here compare with values alone")
    codes, negated = _OPERATORS[operator](value)
    return holds(vocabulary.field(native), vocabulary.values(native, codes, column), negated=negated)


_OPERATORS: dict[str, Callable[[str], tuple[list[str], bool]]] = {
    "=": lambda value: ([value], False),
    "!=": lambda value: ([value], True),
    "IN": lambda value: (value.split(","), False),
    "NOT IN": lambda value: (value.split(","), True),
    "ISEMPTY": lambda _: ([""], False),
    "ISNOTEMPTY": lambda _: ([""], True),
}


def _check_walk(native: str, text: str, column: str, vocabulary: Vocabulary) -> None:
    """Refuse a field of another record: it has no history. Where the connection maps it, say what then counts."""
    if "." not in native:
        return
    if vocabulary.connection is None or native not in vocabulary.connection.fields.values():
        raise Untranslatable(column, text, "stands in another record, of whose changes the ticket has no history")
    why = "stands in another record: its value of today counts for all times, here as in ServiceNow's own replay"
    vocabulary.say(Kind.DIFFERS, native, "", why)


def _event(native: str, operation: tuple[str, str], text: str, column: str, vocabulary: Vocabulary) -> Condition:
    operator, value = operation
    if column not in _WITH_EVENTS:
        raise Untranslatable(column, text, "asks for a change, which is over at once; a start or a pause lasts")
    event: dict[str, object] = {"event": "change", "field": vocabulary.field(native)}
    if _EVENTS[operator]:
        (event[_EVENTS[operator]],) = vocabulary.values(native, [value], column)
        if not value:
            raise Untranslatable(column, text, "asks for a change from or to nothing")
    return (Conjunct({}, event),)
