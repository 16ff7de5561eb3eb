"""Tickets from lines of JSON: whatever stands there, they are read as `read_ticket` reads them one by one."""

import json
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import InvalidTicket, Ticket, read_lines, read_ticket
from sla_engine.instant import NULL, format_instant, parse_instant, require_plausible
from sla_engine.instant_texts import MILLISECONDS, SECONDS, read_instants
from sla_engine.tabulate import tabulate
from sla_engine.ticket import Name

FIELDS = ("status", "team", "labels", "nobody-has-it")
INSTANTS = st.sampled_from(
    [
        *(f"2026-03-02T08:00:0{n}Z" for n in range(4)),
        "2026-03-02T08:00:01.500Z",
        "2026-03-02T09:00:02+01:00",
        "2026-03-02T08:00:02.000Z",
    ]
)
PLAIN = st.sampled_from([f"2026-03-02T08:00:0{n}Z" for n in range(4)])
TEXTS = st.sampled_from(["new", "done", "", "Zoë", "1", "true"])
SCALARS = st.one_of(TEXTS, TEXTS, st.none(), st.sampled_from([0, 1, 1.0, True, False, -(1 << 63), 1 << 64, 1e300, 0.5]))
VALUES = st.one_of(TEXTS, SCALARS, st.lists(SCALARS, max_size=3))
NAMES = st.sampled_from(["status", "team", "labels", "priority"])
ODD: Any = st.sampled_from(
    [None, 7, "", [], {}, [["x"]], {"at": 1}, "yesterday", "2026-02-30T08:00:00Z", "2026-03-02T08:00:00"]
)


def tickets(instants: st.SearchStrategy[str], values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, Any]]:
    entries = st.fixed_dictionaries(
        {"at": instants, "changes": st.dictionaries(NAMES, st.tuples(values, values), max_size=3)},
        optional={"by": st.sampled_from(["bob", None])},
    )
    comments = st.fixed_dictionaries(
        {"at": instants, "role": st.sampled_from(["agent", "customer", "system"]), "public": st.booleans()},
        optional={"by": st.sampled_from(["bob", None])},
    )
    links = st.fixed_dictionaries(
        {"type": st.just("problem"), "source": st.just("jira"), "id": st.just("7")},
        optional={"from": instants, "to": instants},
    )
    return st.fixed_dictionaries(
        {
            "source": st.sampled_from(["snow", "jira"]),
            "key": st.sampled_from(["INC1", "INC2"]),
            "created": instants,
            "fields": st.dictionaries(NAMES, values, max_size=4),
        },
        optional={
            "id": st.just("46f6"),
            "history": st.one_of(st.none(), st.lists(entries, max_size=4)),
            "comments": st.one_of(st.none(), st.lists(comments, max_size=3)),
            "links": st.one_of(st.none(), st.lists(links, max_size=2)),
        },
    )


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Draw a ticket, and often something that is wrong with it, anywhere in it."""
    plain = draw(st.booleans())
    document = draw(tickets(PLAIN, TEXTS) if plain else tickets(INSTANTS, VALUES))
    document = json.loads(json.dumps(document))
    if draw(st.integers(0, 3)) == 0:
        holder: Any = document
        while True:
            place = draw(st.sampled_from([*(holder if isinstance(holder, dict) else range(len(holder))), "new"]))
            if place == "new" or not isinstance(holder[place], dict | list) or draw(st.booleans()):
                break
            holder = holder[place]
        if isinstance(holder, list):
            holder.append(draw(ODD))
        elif draw(st.booleans()):
            holder[place] = draw(ODD)
        else:
            holder.pop(place, None)
    line = json.dumps(document, ensure_ascii=draw(st.booleans())).encode()
    return line[: draw(st.integers(0, len(line)))] if draw(st.integers(0, 9)) == 0 else line


@given(st.lists(lines(), max_size=6))
def test_lines_are_read_as_tickets_are_one_by_one(given_lines: list[bytes]) -> None:
    expected, places, invalid = [], [], []
    for place, line in enumerate(given_lines):
        try:
            expected.append(one(line))
            places.append(place)
        except InvalidTicket as error:
            invalid.append((place, str(error)))
    read = read_lines(given_lines, FIELDS)
    assert [*read.invalid] == invalid
    assert [*read.places] == places
    assert [*read.names] == [Name(ticket.source, ticket.id, ticket.key) for ticket in expected]
    table, warned = tabulate(expected, FIELDS)
    assert read.warned == warned
    for name in ("first", "at", "kind"):
        assert getattr(read.table, name).tolist() == getattr(table, name).tolist()
    for name in table.columns:
        columns = (read.table.columns[name], table.columns[name])
        mine, theirs = ([column.values[code] for code in column.codes] for column in columns)
        assert mine == theirs
    authors = [[one.authors[code] if code >= 0 else None for code in one.comments] for one in (read.table, table)]
    assert authors[0] == authors[1]
    assert set(read.missing) == {name for name in FIELDS if not any(has(ticket, name) for ticket in expected)}


def test_instants_that_are_right_only_together_are_refused() -> None:
    history: list[Any] = [{"at": at, "changes": {}} for at in ("2026-03-02T08:00:00", "Z2026-03-02T08:00:01Z")]
    document = {"source": "s", "key": "k", "created": "2026-03-02T07:00:00Z", "fields": {}, "history": history}
    read = read_lines([json.dumps(document).encode()], FIELDS)
    assert [*read.places] == []
    assert "has no offset from UTC" in read.invalid[0][1]


def one(line: bytes) -> Ticket:
    try:
        return read_ticket(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise InvalidTicket(f"no JSON: {error}") from error


def has(ticket: Ticket, name: str) -> bool:
    return name in ticket.fields or any(name in entry.changes for entry in ticket.history)


@pytest.mark.parametrize("width", [SECONDS, MILLISECONDS])
@given(data=st.data())
def test_instants_are_read_together_as_they_are_one_by_one(data: st.DataObject, width: int) -> None:
    digits = st.sampled_from("0123456789")
    texts = []
    for _ in range(data.draw(st.integers(0, 5))):
        moment = data.draw(st.datetimes(datetime(1960, 1, 1), datetime(2210, 1, 1)))  # noqa: DTZ001 - Z is written behind it
        text = moment.isoformat(timespec="seconds" if width == SECONDS else "milliseconds") + "Z"
        if data.draw(st.booleans()):
            place = data.draw(st.integers(0, width - 1))
            text = text[:place] + data.draw(st.one_of(digits, st.sampled_from("-:TZ .+é"))) + text[place + 1 :]
        texts.append(text)
    found = read_instants(texts, width).tolist()
    for text, instant in zip(texts, found, strict=True):
        if instant == NULL:
            continue
        assert instant == require_plausible(parse_instant(text), text)
        assert len(format_instant(instant)) in {SECONDS, MILLISECONDS}
    plain = [text for text in texts if fits(text)]
    assert np.all(read_instants(plain, width) != NULL)


def fits(text: str) -> bool:
    """Return whether a text names an instant of a ticket's life, as people write it: with digits of ours and a Z."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ" if len(text) == SECONDS else "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 - Z is written behind it
    except ValueError:
        return False
    return text.isascii() and 1970 <= moment.year < 2200 and " " not in text and "+" not in text
