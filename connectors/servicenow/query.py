"""Encoded queries: `field op value` joined by ^ (and), ^OR (or, binds to the condition before it), ^NQ (or, of all).

A ^ inside a value would begin a condition of its own and cannot be escaped, so whatever goes into a query is checked
here first. ServiceNow drops a condition that it does not understand and answers with more rows, so whatever comes
back is checked too (`selection`, `scan`).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from connectors.errors import Refused
from connectors.servicenow import stamp

SYS_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_TEXT = re.compile(r"(?!\s*javascript:)[^\^\x00-\x1f\x7f]+", re.IGNORECASE)
_FOREIGN = re.compile(r"(?:^|\^)(EQ|ORDERBY|GROUPBY)")
_CONDITION = re.compile(r"(?:^|\^)(?:OR|NQ)?([a-z0-9_]+(?:\.[a-z0-9_]+)*)(?=[=<>!A-Z ])")
_BRANCH = "^NQ"
_NO_FIELD = ("variables.", *"0123456789")
_RELATED = re.compile(r"\^?RLQUERY.*?\^ENDRLQUERY")


class Position(NamedTuple):
    """A place in the order (sys_updated_on, sys_id): behind that row, or with id "" before all rows of that second."""

    updated: str
    id: str

    def precedes(self, updated: str, sys_id: str) -> bool:
        """Say whether a row lies behind this place."""
        if not self.id:
            return updated >= self.updated
        return (updated, sys_id.casefold()) > (self.updated, self.id.casefold())

    @property
    def is_place(self) -> bool:
        """Whether a query can say "behind it": an odd id or stamp can stand in none."""
        return stamp.FORM.fullmatch(self.updated) is not None and is_word(self.id)


def checked(text: str, pattern: re.Pattern[str], what: str) -> str:
    """Return the text if all of it fits the pattern.

    Raises:
        Refused: it does not.
    """
    if not pattern.fullmatch(text):
        raise Refused(f"{text[:80]!r} is no {what} of ServiceNow")
    return text


def name(text: str) -> str:
    """Return a name of a table or a field, dot-walked or not; anything else is Refused."""
    return checked(text, _NAME, "table or field name")


def word(text: str) -> str:
    """Return a plain value, such as a sys_id or a code; anything else is Refused."""
    return checked(text, _WORD, "plain value")


def equal(field: str, value: str) -> str:
    """Return the condition that a field holds exactly this text; one that could steer the query is Refused."""
    return f"{name(field)}={checked(value, _TEXT, 'name that can be asked for')}"


def is_word(text: str) -> bool:
    """Say whether a text is a plain value."""
    return _WORD.fullmatch(text) is not None


def among(field: str, values: Iterable[str]) -> str:
    """Return the condition that a field holds one of these values, which are words: sys_ids, names, codes."""
    return f"{name(field)}IN" + ",".join(map(word, values))


def behind(position: Position) -> str:
    """Return the conditions for the rows behind a position, in one branch: a filter before it need not be repeated."""
    updated = checked(position.updated, stamp.FORM, "date and time")
    since = f"sys_updated_on>={updated}"
    if not position.id:
        return since
    return f"{since}^sys_updated_on>{updated}^ORsys_id>{word(position.id)}"


def joined(*conditions: str) -> str:
    """Return conditions joined by "and"; empty ones count for nothing."""
    return "^".join(filter(None, conditions))


def narrowed(text: str, *conditions: str) -> str:
    """Return a filter with conditions added by "and": in every branch, or a branch would not be bound by them."""
    return _BRANCH.join(joined(branch, *conditions) for branch in text.split(_BRANCH))


def filter_of(text: str) -> str:
    """Return a configured filter if conditions can be added to it by "and".

    ^OR may stand in it: it binds tighter than ^. So may ^NQ: `narrowed` takes each branch. An order may not.

    Raises:
        Refused: it cannot be used; the message says what to leave out.
    """
    if not text.isprintable():
        raise Refused(f"filter {text!r} holds a line break or control character")
    foreign = _FOREIGN.search(text)
    if foreign:
        raise Refused(f"filter {text!r} may not hold {foreign[1]}: write a query of ^, ^OR and ^NQ, without an order")
    if any(_BRANCH in related for related in _RELATED.findall(text)):
        raise Refused(f"filter {text!r} may not hold ^NQ within RLQUERY")
    for branch in text.split(_BRANCH) if text else ():
        if not branch or branch.startswith(("OR", "NQ", "^")) or branch.endswith("^") or "^^" in branch:
            raise Refused(f"filter {text!r} begins or ends with an operator, or has two in a row")
    return text


def fields_of(text: str) -> tuple[str, ...]:
    """Return the fields that a filter's conditions name, each once; those of related lists are not looked at."""
    found = _CONDITION.findall(_RELATED.sub("", text))
    return tuple(dict.fromkeys(field for field in found if not field.startswith(_NO_FIELD)))
