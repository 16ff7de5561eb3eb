"""Issued reports: their documents, and their figures as rows for others to read (docs/tables.md)."""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson
import sqlalchemy as sa

from slabridge.state.packed import unpacked
from slabridge.state.schema import credit, figure, outage, report, share
from slabridge.state.trouble import Damaged

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued report: as which number of its kind, when (ms UTC), by which definitions, and what it says.

    Since `redacted_at` (ms UTC) somebody is forgotten in it; the digest is that of the document as it was issued.
    """

    period: str
    about: str
    number: int
    issued_at: int
    as_of: int
    digest: str
    definitions: dict[str, Any]
    document: dict[str, Any]
    redacted_at: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Of an issued report all but what it says. Instants are ms UTC."""

    period: str
    about: str
    number: int
    issued_at: int
    as_of: int
    digest: str
    redacted_at: int | None = None

    @property
    def state(self) -> str:
        """Whether it was the first of its kind."""
        return "issued" if self.number == 1 else "restated"


def digest_of(document: Document) -> str:
    """Return what tells one document from another."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def heads(sql: sa.Connection) -> list[Head]:
    """Return all that were issued, what was issued last first."""
    columns = [report.c[one.name] for one in fields(Head)]
    order = (report.c.issued_at.desc(), report.c.period.desc(), report.c.about, report.c.number.desc())
    return [Head(*row) for row in sql.execute(sa.select(*columns).order_by(*order))]


def latest(sql: sa.Connection, period: str, about: str) -> Issued | None:
    """Return the report of a period as it was issued last, None where it never was.

    Raises:
        Damaged: it is not as it was.
    """
    return _read(sql, report.c.period == period, report.c.about == about)


def numbered(sql: sa.Connection, period: str, about: str, number: int) -> Issued | None:
    """Return the report of a period that was issued under a number, None where none was.

    Raises:
        Damaged: it is not as it was.
    """
    return _read(sql, report.c.period == period, report.c.about == about, report.c.number == number)


def _read(sql: sa.Connection, *which: sa.ColumnElement[bool]) -> Issued | None:
    row = sql.execute(sa.select(report).where(*which).order_by(report.c.number.desc()).limit(1)).first()
    if row is None:
        return None
    try:
        definitions, document = (orjson.loads(unpacked(packed)) for packed in (row.definitions, row.document))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise Damaged(f"the issued report of {row.period} is damaged ({error}); put a backup in its place") from error
    said = (definitions, document, row.redacted_at)
    return Issued(row.period, row.about, row.number, row.issued_at, row.as_of, row.digest, *said)


def figures(sql: sa.Connection, about: str, periods: Collection[str]) -> Iterator[sa.Row[Any]]:
    """Yield the figures over all cases with which reports of these periods were issued last."""
    mine = (figure.c.about == about, figure.c.period.in_(periods), figure.c.dimension == "")
    rows = sql.execute(sa.select(figure).where(*mine).order_by(figure.c.number)).all()
    last = {row.period: row.number for row in rows}
    yield from (row for row in rows if row.number == last[row.period])


def file(sql: sa.Connection, issued: Issued) -> None:
    """File an issued report, with its figures."""
    name = {"period": issued.period, "about": issued.about, "number": issued.number}
    sql.execute(
        sa.insert(report),
        {
            **name,
            "issued_at": issued.issued_at,
            "as_of": issued.as_of,
            "digest": issued.digest,
            "definitions": _packed(issued.definitions),
            "document": _packed(issued.document),
        },
    )
    of_table = {
        figure: _figures(issued.document),
        credit: _credits(issued.document),
        share: _shares(issued.document),
        outage: _outages(issued.document),
    }
    for table, rows in of_table.items():
        found = [{**name, **row} for row in rows]
        if found:
            sql.execute(sa.insert(table), found)


def _packed(document: Document) -> bytes:
    # Keys in their order: that of entries in a condition is a part of what a definition is known by.
    return zlib.compress(orjson.dumps(document), 6)


def _figures(document: Document) -> Iterator[dict[str, Any]]:
    for one in document["objectives"]:
        every = [("", "", one["compliance"])]
        every += [(field, row["value"], row) for field, rows in one["by"].items() for row in rows]
        for dimension, value, found in every:
            yield {
                "subject": one["agreement"],
                "objective": one["objective"],
                "measure": "compliance",
                "dimension": dimension,
                "value": value,
                "numerator": found["met"],
                "denominator": found["cases"],
                **{key: found[key] for key in ("percent", "target", "kept")},
            }
    for one in document["availability"]:
        whole = round(one["service_time_seconds"] * 1000)
        yield {
            "subject": one["service"],
            "objective": "",
            "measure": "availability",
            "dimension": "",
            "value": "",
            "numerator": whole - round(one["down_seconds"] * 1000),
            "denominator": whole,
            **{key: one[key] for key in ("percent", "target", "kept")},
        }


def _credits(document: Document) -> Iterator[dict[str, Any]]:
    for part in document["consequences"]:
        for bill in part["bills"]:
            for place, item in enumerate(bill["items"]):
                held = {key: item[key] for key in ("text", "ticket", "amount", "points")}
                of_bill = {"bill": bill["period"], "currency": bill["currency"]}
                yield {"service": part["service"], "place": place, **of_bill, **held}


def _shares(document: Document) -> Iterator[dict[str, Any]]:
    for row in document["time_used"]:
        parts = {f"{key}_ms": round(row[key] * 1000) for key in ("covered", "closed", "paused", "uncovered")}
        whose = {"agreement": row["agreement"], "holder": row["holder"] or "", "cover": row["cover"] or ""}
        yield {**whose, "counted_ms": round(row["seconds"] * 1000), **parts}


def _outages(document: Document) -> Iterator[dict[str, Any]]:
    for one in document["availability"]:
        for span in one["outages"]:
            yield {"service": one["service"], "started_at": span["from_ms"], "ended_at": span["to_ms"]}
