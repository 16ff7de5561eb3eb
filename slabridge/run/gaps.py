"""Which objectives use what has no history at its source (docs/promises.md, "Reading"). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sla_engine.agreement import conditions_of, fields_read
from sla_engine.clause import Clause
from sla_engine.condition import reads_comments

COMMENTS = "comments"
"""What stands for the comment stream among the names of native fields."""


class Gap(NamedTuple):
    """An objective, the canonical field (or "comments") that it uses, and why that has no history."""

    objective: str
    field: str
    reason: str


def gaps_of(clauses: Iterable[Clause], mapped: Mapping[str, str], missing: Mapping[str, str]) -> Iterator[Gap]:
    """Yield what objectives lack; `mapped` is canonical -> native field, `missing` native field -> reason."""
    for clause in clauses:
        name = f"{clause.agreement.table}.{clause.objective.name}"
        alone = replace(clause.agreement, objectives=(clause.objective,))
        for field in sorted(fields_read(alone)):
            if mapped.get(field) in missing:
                yield Gap(name, field, missing[mapped[field]])
        if COMMENTS in missing and any(map(reads_comments, conditions_of(alone))):
            yield Gap(name, COMMENTS, missing[COMMENTS])
