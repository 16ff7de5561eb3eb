"""What we write into a field: as text that can be stored and compared, and as Jira wants it in a request."""

from math import inf, isfinite
from typing import Any

from connectors.errors import Refused
from connectors.interface import Fact, Instant
from connectors.jira.dialect import Dialect
from connectors.jira.field import CASCADE, Field
from connectors.jira.instant import date_time, instant
from connectors.jira.value import held, number_text, plain_text
from sla_engine.instant import format_instant, moment_of

_WRITABLE = {"datetime", "date", "number", "string", "option", "option-with-child", "user", "team", "component"}
_LISTS = {"option", "string", "user", "component"}
_BETWEEN = ", "
"""What stands between several values in one text."""


def encode(field: Field, fact: Fact) -> str | None:
    """Return the text that stands for a fact in a field; "" and None empty it.

    A date is that of the instant in UTC. A choice is its option's text (`parent / child` where it has two levels), a
    component its name, a team its id, a person the account id (in Data Center the user name). Numbers are plain (`3`,
    `0.5`), date-times UTC.

    Raises:
        Refused: we do not write fields of that type, or the fact does not fit into one.
    """
    kind = _kind(field)
    if fact is None or fact == "":
        return None
    if kind in {"datetime", "date"}:
        return _dated(field, kind, fact)
    if kind == "number":
        return _number(field, fact)
    if isinstance(fact, Instant):
        text = format_instant(fact.at)
    elif isinstance(fact, bool):
        text = "true" if fact else "false"
    else:
        text = fact if isinstance(fact, str) else number_text(fact)
    if field.labels and len(text.split()) > 1:
        raise Refused(f"field {field.name!r} holds labels, which have no spaces: {text!r} does not fit")
    return text.replace("\r\n", "\n") if field.rich else " ".join(text.split())


def wire(field: Field, text: str | None, dialect: Dialect, *, as_read: bool = False) -> object:
    """Return an encoded fact as a request has it; or what `written` gave, which may be several values in one text."""
    kind, many = _kind(field), field.type == "array"
    if text is None:
        return [] if many else None
    if not many:
        return _one(field, kind, text, dialect)
    return [_one(field, kind, value, dialect) for value in (text.split(_BETWEEN) if as_read else [text])]


def is_ambiguous(field: Field, text: str) -> bool:
    """Return whether a text that `written` gave may be several values or one that has a comma."""
    return field.type == "array" and field.items in {"option", "component"} and _BETWEEN in text


def _one(field: Field, kind: str, text: str, dialect: Dialect) -> object:
    one: Any = text
    if kind == "number":
        number = float(text)
        one = int(number) if number.is_integer() else number
    elif kind == "option":
        one = {"value": text}
    elif kind == "option-with-child":
        parent, _, child = text.partition(CASCADE)
        one = {"value": parent} | ({"child": {"value": child}} if child else {})
    elif kind == "user":
        one = dialect.named(text)
    elif kind == "component":
        one = {"name": text}
    elif field.rich:
        one = dialect.rich(text)
    return one


def written(field: Field, raw: object) -> str | None:
    """Return what a payload has in a field that we write, in the form of `encode`; several values in one text."""
    if field.rich and raw:
        return plain_text(field, raw).replace("\r\n", "\n") or None
    if "user" in {field.type, field.items}:
        people = raw if isinstance(raw, list) else [raw]
        names = [str(one.get("accountId") or one.get("name") or "") for one in people if isinstance(one, dict)]
    else:
        names = [value.code if field.type in {"team", "datetime"} else value.name for value in held(field, raw)]
    return " ".join(_BETWEEN.join(sorted(names)).split()) or None


def _kind(field: Field) -> str:
    kind = field.items if field.type == "array" else field.type
    if kind not in _WRITABLE or (field.type == "array" and kind not in _LISTS):
        raise Refused(
            f"field {field.name!r} ({field.id}) has the type {field.type!r}, which is not written; "
            "use a date-time, date, number, text, select, person, team, component or label field"
        )
    return kind


def _dated(field: Field, kind: str, fact: Fact) -> str:
    try:
        at = fact.at if isinstance(fact, Instant) else instant(fact if isinstance(fact, str) else None)
    except ValueError:
        raise Refused(f"field {field.name!r} holds a {kind}: {fact!r} does not fit") from None
    return date_time(at) if kind == "datetime" else moment_of(at).date().isoformat()


def _number(field: Field, fact: Fact) -> str:
    if not isinstance(fact, bool | Instant | None):
        try:
            number = float(fact)
        except ValueError:
            number = inf
        if isfinite(number):
            return number_text(number)
    raise Refused(f"field {field.name!r} holds a number: {fact!r} does not fit")
