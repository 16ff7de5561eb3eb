"""Outages in a file, JSON Lines or CSV (docs/reports.md, "Outages in a file")."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, get_args

import orjson

from sla_engine.instant import parse_instant
from slabridge.config.percent import read_percent
from slabridge.config.problem import instead
from slabridge.report.outage import Kind, Outage

KEYS = ("service", "from", "to", "kind", "weight", "cause", "ref", "version", "announced", "approved_by")


_MOST_DIGITS = 9


class UnreadableOutages(Exception):  # noqa: N818 - named by what they are
    """A line is no outage; the message says which, and why."""


def read_outages(text: str, name: str) -> list[Outage]:
    """Return the outages of a file's text: CSV where its name ends so, else JSON Lines.

    Raises:
        UnreadableOutages: with every line that is none.
    """
    rows = _csv(text) if name.lower().endswith(".csv") else _lines(text)
    found: list[Outage] = []
    wrong: list[str] = []
    seen: dict[tuple[str, str, int], Outage] = {}
    for number, row in rows:
        try:
            found.append(_outage(row, name))
        except ValueError as error:
            wrong.append(f"{name}:{number}: {error}")
        else:
            first = seen.setdefault((found[-1].service, found[-1].ref, found[-1].version), found[-1])
            if first.ref and first != found[-1]:
                wrong.append(f"{name}:{number}: ref {first.ref!r} has this version already; write the next")
    if wrong:
        raise UnreadableOutages("\n".join(wrong))
    return found


def _csv(text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    for row in reader:
        if None in row or None in row.values():
            yield reader.line_num, "has more or fewer cells than the head of the file"
        else:
            yield reader.line_num, {key: value for key, value in row.items() if value}


def _lines(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield number, f"no JSON: {error}"


def _outage(row: Any, name: str) -> Outage:  # noqa: ANN401 - whatever stands there
    """Return an outage.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(row, Mapping):
        raise ValueError(row if isinstance(row, str) else "is no object")  # noqa: TRY004 - collected as one kind
    for key in row:
        if key not in KEYS:
            raise ValueError(f"unknown key {key!r}; {instead(key, KEYS)}")
    texts = {key: _text(row, key) for key in KEYS}
    kind = texts["kind"] or "down"
    if kind not in get_args(Kind):
        raise ValueError(f"kind {kind!r} is none; {instead(kind, get_args(Kind))}")
    if not texts["service"]:
        raise ValueError("names no service")
    start = _instant(texts, "from")
    if start is None:
        raise ValueError('has no "from"')
    end = _instant(texts, "to")
    if end is not None and end <= start:
        raise ValueError(f'"to" {texts["to"]} is not after "from" {texts["from"]}')
    version = texts["version"] or "1"
    if not version.isdecimal() or len(version) > _MOST_DIGITS:
        raise ValueError(f"version {version!r} is no whole number of at most {_MOST_DIGITS} digits")
    try:
        weight = read_percent(texts["weight"]).share if texts["weight"] else None
    except ValueError as error:
        raise ValueError(f"weight {texts['weight']!r} {error}") from None
    return Outage(
        service=texts["service"],
        start=start,
        end=end,
        kind=kind,  # type: ignore[arg-type]
        weight=weight,
        cause=texts["cause"],
        ref=texts["ref"],
        source=name,
        version=int(version),
        announced=_instant(texts, "announced"),
        approved_by=texts["approved_by"],
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{key} is no text")  # noqa: TRY004 - as above
    return str(value)


def _instant(texts: Mapping[str, str], key: str) -> int | None:
    return parse_instant(texts[key]) if texts[key] else None
