"""JQL of goals: conjunctions of `field = value` and `field in (values)`, and nothing else."""

import re

from slabridge.importing.condition import Condition, Conjunct, both, holds
from slabridge.importing.finding import Untranslatable
from slabridge.importing.vocabulary import Vocabulary

_VALUE = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^\s"\'(),=!<>~]+'
_CLAUSE = re.compile(
    rf"\s*({_VALUE})\s*(?:=\s*({_VALUE})|in\s*\(\s*((?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*)\s*\))\s*", re.IGNORECASE
)
_CUSTOM = re.compile(r"^cf\[(\d+)\]$")
_AND = re.compile(r"and\b", re.IGNORECASE)


def read_jql(text: str, project: str, vocabulary: Vocabulary) -> Condition:
    """Return the condition of a goal of a project's metric.

    Raises:
        Untranslatable: it is anything else than such a conjunction.
    """
    found: Condition = (Conjunct(),)
    at = 0
    while True:
        clause = _CLAUSE.match(text, at)
        if clause is None:
            raise Untranslatable("jqlQuery", text, "is more than field = value and field in (values), joined by AND")
        name = _CUSTOM.sub(r"customfield_\1", _plain(clause[1]).casefold())
        values = [_plain(one) for one in re.findall(_VALUE, clause[2] or clause[3])]
        if any(value.casefold() in {"empty", "null"} for value in values):
            raise Untranslatable("jqlQuery", text, "asks for an empty field")
        if (name, values) != ("project", [project]):
            codes = [_code(name, value, vocabulary) for value in values]
            found = both(found, holds(vocabulary.field(name), vocabulary.values(name, codes, "jqlQuery")))
        at = clause.end()
        if at == len(text):
            return found
        joint = _AND.match(text, at)
        if joint is None:
            raise Untranslatable("jqlQuery", text, "is more than field = value and field in (values), joined by AND")
        at = joint.end()


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] in "\"'" else text


def _code(field: str, value: str, vocabulary: Vocabulary) -> str:
    """Return the id of what JQL calls by its name."""
    found = (
        code for (of, code), name in vocabulary.names.items() if of == field and name.casefold() == value.casefold()
    )
    return next(found, value)
