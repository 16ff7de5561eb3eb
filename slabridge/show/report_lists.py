"""The lists behind a report's figures, as CSV and workbook have them: names of columns, and rows."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sla_engine.instant import parse_instant
from slabridge.report.document import Document
from slabridge.report.parts.values import rows_of
from slabridge.show.words import CAUSES, DUTIES
from slabridge.text.language import Language
from slabridge.text.said import said

Rows = Sequence[Mapping[str, Any]]

_CYCLE = (
    *("agreement", "objective", "source", "ticket", "id", "cycle", "started_at", "stopped_at", "breached_at"),
    *("target_seconds", "elapsed_seconds", "paused_seconds", "over_seconds", "holder"),
)
_OUTCOMES = {"met": "met", "breaches": "breached", "excluded": "excluded", "decided_earlier": "decided earlier"}
_BY_END = ("met", "breached", "excluded")


def lists_of(document: Document, language: Language | None = None) -> dict[str, tuple[Sequence[str], Rows]]:
    """Return each list by its name; every figure of the report can be counted from one of them.

    Words are English, as their columns are, where no language is given.
    """
    shown = language or Language("en")
    changed = (
        *("first_target_seconds", "first_breached", "breached", "strictest_target_seconds", "strictest_breached"),
        "steps",
    )
    return {
        "cases": (
            (
                *_CYCLE,
                "outcome",
                "by_end",
                "breach_holder",
                "cause",
                "overruns",
                "root_cause",
                "because",
                "approved_by",
                *_fields(document),
            ),
            [*_cases(document, shown, codes=language is None)],
        ),
        "open": ((*_CYCLE, "age_seconds"), document["open_and_breached"]["cycles"]),
        "undecided": ((*_CYCLE, "due_at", "due_if_resumed", "stage"), [*rows_of(document["undecided"])]),
        "changed": (
            (*_CYCLE, *changed),
            [{**one, "steps": "; ".join(one["steps"])} for one in document["changed_under_way"]["cycles"]],
        ),
        "tickets": (
            (
                *("source", "ticket", "id", "created_at", "resolved_at", "restored", "first_team", "incident"),
                *("backlog", "wall_seconds", "working_seconds", "teams", "handovers", "reopenings"),
            ),
            [*rows_of(document["tickets"])],
        ),
        "answers": (
            ("asked", "source", "ticket", "id", "at", "grade"),
            [{**row, "asked": one["source"]} for one in document["satisfaction"] for row in one["ratings"]],
        ),
        "backlog": (
            ("source", "ticket", "id", "at", "step"),
            [{**one, "step": shown.word(one["step"])} for one in rows_of(document["backlog_steps"])],
        ),
        "faults": (
            ("values", "source", "ticket", "id", "created_at"),
            [
                {**row, "values": ", ".join(one["values"])}
                for one in document["kpis"]["recurring_faults"]["found"]
                for row in one["of"]
            ],
        ),
        "time": (
            (
                *("agreement", "holder", "cover", "source", "ticket", "id"),
                *("seconds", "covered", "closed", "paused", "uncovered"),
            ),
            [*rows_of(document["time_by_ticket"])],
        ),
        "outages": (
            (
                *("service", "from", "to", "kind", "weight", "down_seconds", "cause", "ref", "source", "version"),
                *("announced", "approved_by", "effect", "records"),
            ),
            [*_outages(document, shown)],
        ),
        "duties": (
            ("service", "what", "because", "ticket", "since", "by", "done", "periods_left"),
            [
                {
                    **one,
                    "service": part["service"],
                    "what": one["what"] if language is None else shown.word(DUTIES[one["what"]]),
                    "because": shown.say(one["because"]),
                }
                for part in document["consequences"]
                for one in part["duties"]
            ],
        ),
        "credits": (
            ("service", "period", "text", "ticket", "amount", "points", "currency"),
            [*_credits(document, shown)],
        ),
    }


def _fields(document: Document) -> list[str]:
    """Return the fields by which the report tells cases apart, but those that stand in each row."""
    return list(dict.fromkeys(field for one in document["objectives"] for field in one["by"] if field not in _CYCLE))


def _listed(found: Document | Sequence[Document]) -> Iterable[Document]:
    """Yield what stands in a list, be it a long one."""
    return rows_of(found) if isinstance(found, Mapping) else found


def _cases(document: Document, language: Language, *, codes: bool) -> Iterable[Mapping[str, Any]]:
    start, end = (parse_instant(document["cover"][key]) for key in ("from", "to"))
    for one in document["objectives"]:
        for key, outcome in _OUTCOMES.items():
            for case in _listed(one[key]):
                cause, stopped = case.get("cause"), case["stopped_at"]
                ended = stopped is not None and start <= parse_instant(stopped) < end
                came_to = outcome if outcome in _BY_END else "breached" if case["breached_at"] else "met"
                yield {
                    **case.get("dimensions", {}),
                    **case,
                    "outcome": language.word(outcome),
                    "by_end": language.word(came_to) if ended else None,
                    "cause": cause if codes or cause is None else language.word(CAUSES.get(cause, cause)),
                    "overruns": ", ".join(case.get("overruns", ())),
                }


def _outages(document: Document, language: Language) -> Iterable[Mapping[str, Any]]:
    """Yield the outages that counted, then the records that they were made of."""
    for one in document["availability"]:
        for row in one["outages"]:
            yield {
                **row,
                "service": one["service"],
                "kind": language.word("counted"),
                "records": ", ".join(row["records"]),
            }
        for row in one["records"]:
            words = {key: language.word(row[key]) for key in ("kind", "effect")}
            yield {**row, **words, "service": one["service"]}


def _credits(document: Document, language: Language) -> Iterable[Mapping[str, Any]]:
    """Yield the items of each bill, and what a cap takes off: they add up to its credit."""
    for part in document["consequences"]:
        for bill in part["bills"]:
            common = {"service": part["service"], "period": bill["period"], "currency": bill["currency"]}
            for item in bill["items"]:
                yield {**item, **common, "text": language.say(item)}
            if bill["capped_by"]:
                cap = said("cap of the %(period)s", period=said(bill["capped_by"]))
                yield {**common, "text": language.say(cap.as_json()), "amount": _less(bill)}


def _less(bill: Document) -> str:
    return str(Decimal(bill["total"]) - Decimal(bill["before_caps"]))
