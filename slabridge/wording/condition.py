"""Conditions in words. Each is said as it stands behind "when" or "where", and nothing of it is left out."""

from collections.abc import Mapping, Sequence

from sla_engine.condition import (
    LAST_COMMENT,
    LAST_PUBLIC_COMMENT,
    OPENED_IN,
    SOURCE,
    AllOf,
    AnyOf,
    AuthorEvent,
    ChangeEvent,
    CommentEvent,
    Condition,
    CreatedEvent,
    Differs,
    Equals,
    IsSet,
    Not,
)
from slabridge.text.said import Said, said, word
from slabridge.wording.listed import NOR, OR, Text, either, folded, joined, shown

_ALL = word("%(some)s, and %(last)s")
_ANY = word("%(some)s, or %(last)s")
_SUBJECTS: Mapping[str, str] = {
    SOURCE: word("the source of the ticket"),
    LAST_COMMENT: word("the writer of the last comment"),
    LAST_PUBLIC_COMMENT: word("the writer of the last comment that the customer can see"),
}
_ROLES: Mapping[str, str] = {"agent": word("an agent"), "customer": word("the customer"), "system": word("the system")}
_COMMENTS: Mapping[bool | None, str] = {
    None: word("a comment"),
    True: word("a comment that the customer can see"),
    False: word("a comment that the customer cannot see"),
}


def condition_said(condition: Condition) -> Said:  # noqa: PLR0911 - one line per kind of condition
    """Return a condition in words."""
    match condition:
        case AllOf(parts):
            return _folded(parts, _ALL)
        case AnyOf(parts):
            return _folded(parts, _ANY)
        case Not(inner):
            return said("it is not the case that %(condition)s", condition=_part(inner))
        case Equals() | Differs() | IsSet() if condition.field == OPENED_IN:
            return _opened_in(condition)
        case Equals() | Differs() | IsSet():
            return _entry(condition)
        case CommentEvent():
            return _comment(condition)
        case AuthorEvent(field):
            return said("a comment is written by whom %(field)s names", field=shown(field))
        case CreatedEvent():
            return said("the ticket is created")
        case ChangeEvent():
            return _change(condition)


def _part(condition: Condition) -> Said:
    """Return a condition as it stands within another: in brackets, where it has several parts."""
    text = condition_said(condition)
    return said("(%(condition)s)", condition=text) if isinstance(condition, AllOf | AnyOf) else text


def _folded(parts: Sequence[Condition], message: str) -> Said:
    text = folded([_part(part) for part in parts], message)
    return text if isinstance(text, Said) else said("%(condition)s", condition=text)


def _entry(entry: Equals | Differs | IsSet) -> Said:
    field: Text = said(_SUBJECTS[entry.field]) if entry.field in _SUBJECTS else shown(entry.field)
    match entry:
        case Equals(name, values):
            return said("%(field)s is %(values)s", field=field, values=_values(name, values))
        case Differs(name, (value,)):
            return said("%(field)s is not %(value)s", field=field, value=_values(name, (value,)))
        case Differs(name, values):
            return said("%(field)s is neither %(values)s", field=field, values=_values(name, values, NOR))
        case IsSet(_, expected):
            return said("%(field)s has a value", field=field) if expected else said("%(field)s is empty", field=field)


def _values(field: str, values: Sequence[str], last: str = OR) -> Text:
    people = field in (LAST_COMMENT, LAST_PUBLIC_COMMENT)
    return _people(values, last) if people else joined([shown(value) for value in values], last)


def _people(roles: Sequence[str], last: str = OR) -> Text:
    return joined([said(_ROLES[role]) if role in _ROLES else shown(role) for role in roles], last)


def _opened_in(entry: Equals | Differs | IsSet) -> Said:
    match entry:
        case Equals(_, values):
            return said("the ticket was created in the working time of %(calendars)s", calendars=either(values))
        case Differs(_, values):
            return said("the ticket was created outside of the working time of %(calendars)s", calendars=either(values))
        case IsSet(_, expected):
            if expected:
                return said("the ticket was created in the working time of any calendar")
            return said("the ticket was created outside of the working time of every calendar")


def _comment(event: CommentEvent) -> Said:
    who: Text = said("somebody") if event.roles is None else _people(event.roles)
    what = said(_COMMENTS[event.public])
    if event.by is None:
        return said("%(who)s writes %(comment)s", who=who, comment=what)
    return said("%(who)s writes %(comment)s as the user %(users)s", who=who, comment=what, users=either(event.by))


def _change(event: ChangeEvent) -> Said:
    field = shown(event.field)
    before, after = (None if values is None else either(values) for values in (event.before, event.after))
    if before is None and after is None:
        return said("%(field)s changes", field=field)
    if after is None:
        return said("%(field)s changes from %(before)s", field=field, before=before or "")
    if before is None:
        return said("%(field)s changes to %(after)s", field=field, after=after)
    return said("%(field)s changes from %(before)s to %(after)s", field=field, before=before, after=after)
