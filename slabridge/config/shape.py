"""The shape of tables: one pydantic model per table, whose errors become problems with place and remedy."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BeforeValidator, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from connectors.tool import TomlTable
from sla_engine.condition import OWN_FIELDS, SOURCE
from sla_engine.duration import Duration, parse_duration
from sla_engine.instant import DAY
from slabridge.config.problem import KeyPath, instead, nearest
from slabridge.config.reading import Reading

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MOST_DAYS = 1_000_000
_UNITS = {"KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_NO_FIELDS = ("not", "event", "else")

_MESSAGES = {
    "string_type": "must be text in quotes",
    "list_type": "must be a list in [ ]",
    "dict_type": "must be a table",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
_BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le"}


T = TypeVar("T", bound=TomlTable)


def shape(model: type[T], raw: object, path: KeyPath, reading: Reading, *, secret: bool = False) -> T | None:
    """Return the table as its model, or None and problems. With `secret` no value of it is ever shown."""
    if not isinstance(raw, Mapping):
        reading.problem(path, "must be a table", raw, secret=secret)
        return None
    known = {field.alias or name: field for name, field in model.model_fields.items()}
    unknown = [key for key in raw if key not in known]
    for key in unknown:
        reading.problem((*path, key), f"unknown key; {instead(key, known)}")
    try:
        return model.model_validate({key: value for key, value in raw.items() if key in known})
    except ValidationError as error:
        details = error.errors(include_url=False)
    meant = {nearest(key, known) for key in unknown}
    for detail in details:
        if not detail["loc"]:  # of the table as a whole, which is not known while keys of it are not
            if not unknown:
                reading.problem(path, own_words(detail["ctx"]["error"], detail["input"]))
            continue
        key = str(detail["loc"][0])
        if detail["type"] == "missing" and key in meant:
            continue
        examples = known[key].examples
        place = (*path, *(part for part in detail["loc"] if part != "[key]"))
        value = None if detail["type"] == "missing" else detail["input"]
        reading.problem(place, _message(detail, f"{key} = {examples[0]}" if examples else None), value, secret=secret)
    return None


def _message(detail: ErrorDetails, example: str | None) -> str:
    if detail["type"] == "missing":
        return f"is missing; write {example}" if example else "is missing"
    if detail["type"] == "value_error":
        return own_words(detail["ctx"]["error"], detail["input"])
    if detail["type"] == "literal_error":
        options = re.findall("'([^']*)'", detail["ctx"]["expected"])
        return f"is none of the possible words; {instead(detail['input'], options)}"
    if detail["type"] in _BOUNDS:
        bound = _BOUNDS[detail["type"]]
        return f"must be at {'least' if bound == 'ge' else 'most'} {detail['ctx'][bound]}"
    message = _MESSAGES.get(detail["type"], detail["msg"])
    return f"{message}; write {example}" if example else message


def tables(document: Mapping[str, Any], key: str, reading: Reading) -> dict[str, Mapping[str, Any]]:
    """Return the named tables below a top-level key, those whose name or form is wrong left out."""
    raw = document.get(key, {})
    if not isinstance(raw, Mapping):
        reading.problem((key,), f"must be tables, as in [{key}.name]", raw)
        return {}
    found = {}
    for name, table in raw.items():
        if not isinstance(table, Mapping):
            reading.problem((key, name), f"must be a table, as in [{key}.{name}]", table)
        elif check_name(name, (key, name), reading):
            found[name] = table
    return found


def kind_of(
    raw: Mapping[str, Any],
    path: KeyPath,
    kinds: Mapping[str, Collection[str]],
    reading: Reading,
    *,
    needed: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> str | None:
    """Return the one key that says what kind of table it is; note what does not go with it, and what is missing.

    `kinds` has for each such key those that go with it, `needed` those that must.
    """
    found = [key for key in kinds if key in raw]
    if len(found) != 1:
        reading.problem(path, f"needs one of {', '.join(kinds)}, and has {' and '.join(found) or 'none'}")
        return None
    (kind,) = found
    for key in raw:
        if key not in {kind, *kinds[kind]}:
            reading.problem((*path, key), f"has no meaning beside {kind}; drop it")
    for key in needed.get(kind, ()):
        if key not in raw:
            reading.problem((*path, key), "is missing")
    return kind


def check_name(name: str, path: KeyPath, reading: Reading) -> bool:
    """Note a problem unless the name is one that can stand in a comment's marker."""
    if _NAME.fullmatch(name):
        return True
    reading.problem(path, "a name has only letters (A to Z, a to z), digits, _ and -")
    return False


def check_field(name: object, path: KeyPath, reading: Reading, *, own: bool = False) -> bool:
    """Note a problem unless this can be a canonical field; `own`: one of a ticket, so none that the engine knows."""
    if not isinstance(name, str) or not name:
        reading.problem(path, "must be the name of a field", name)
    elif own and name in OWN_FIELDS:
        words = "is the connection's name and needs no mapping" if name == SOURCE else "the engine itself knows"
        reading.problem(path, f'no field can be called "{name}", which {words}; give the field another name')
    elif name in _NO_FIELDS:
        reading.problem(path, f'no field can be called "{name}", which has a meaning of its own; give it another name')
    else:
        return True
    return False


def one_of(*options: str) -> BeforeValidator:
    """Return a validator for text that is one of a few words."""

    def check(value: object) -> object:
        if value not in options:
            raise ValueError(f"is none of the possible words; {instead(value, options)}")
        return value

    return BeforeValidator(check, json_schema_input_type=Literal[options])


def text_as(parse: Callable[[str], Any]) -> PlainValidator:
    """Return a validator for text with a form of its own; `parse` raises ValueError."""
    return PlainValidator(lambda value: parse(as_text(value)), json_schema_input_type=str)


def as_text(value: object) -> str:
    """Return text as it is.

    Raises:
        ValueError: it is something else; with the remedy.
    """
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")  # noqa: TRY004 - pydantic collects ValueError
    return value


def own_words(error: ValueError, value: object) -> str:
    """Return a parser's message without the value that it often begins with: it stands in front anyway."""
    return str(error).removeprefix(repr(value)).lstrip(": ")


def read_date(value: Any) -> date:  # noqa: ANN401 - any TOML value
    """Return a local date from TOML's own or from text.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a local date has no zone
    except (TypeError, ValueError):
        raise ValueError("is no local date; write 2026-06-05") from None


def read_duration(text: str) -> Duration:
    """Return a duration.

    Raises:
        ValueError: it is none, or longer than instants can be computed with.
    """
    duration = parse_duration(text)
    if duration.ms > _MOST_DAYS * DAY or duration.working_days > _MOST_DAYS:
        raise ValueError(f"is longer than any agreement: at most {_MOST_DAYS} days")
    return duration


def read_real_time(text: str) -> int:
    """Return a duration without working days, in ms.

    Raises:
        ValueError: it is none.
    """
    duration = read_duration(text)
    if duration.working_days:
        raise ValueError("working days (wd) mean nothing here; write hours, as in 8h")
    return duration.ms


def read_real_time_or_none(text: str) -> int:
    """Return the same, where nothing (0s) has a meaning too.

    Raises:
        ValueError: it is none.
    """
    return 0 if re.fullmatch("0+[smh]", text) else read_real_time(text)


def read_size(text: str) -> int:
    """Return a number of bytes, at least 1 KB.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,5}) ?(KB|MB|GB)", text)
    if found is None:
        raise ValueError("is no size; write a whole number of KB, MB or GB, as in 64MB")
    return int(found[1]) * _UNITS[found[2]]


RealTime = text_as(read_real_time)
RealTimeOrNone = text_as(read_real_time_or_none)
Size = text_as(read_size)
DurationText = text_as(read_duration)
DateValue = PlainValidator(read_date, json_schema_input_type=date | str)
