"""From known tickets to results: mapped, evaluated, and their ended cycles kept. One way for all who judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from msgspec.structs import replace

from sla_engine import Engine, Result, Ticket
from slabridge.ticket.kept import keep
from slabridge.ticket.known import Known
from slabridge.ticket.links import Reference
from slabridge.ticket.mapping import Mapped, Mapper

_NONE: Mapping[str, Mapping[Reference, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What tickets came to, in their order. `invalid` is place -> why one cannot be judged, `warnings` are of data.

    `unmapped` is place -> (canonical field, native name) of values that decide and that nothing maps: such a ticket is
    not judged, and its results are those that it had.
    """

    mapped: Sequence[Mapped]
    results: Sequence[list[Result]]
    invalid: Mapping[int, str]
    warnings: Sequence[tuple[int, str]]
    unmapped: Mapping[int, Sequence[tuple[str, str]]]

    @property
    def tickets(self) -> Sequence[Ticket]:
        """The tickets as today's configuration maps them."""
        return [one.ticket for one in self.mapped]


def judge(  # noqa: PLR0913 - what tickets are judged by
    engine: Engine,
    mapper: Mapper,
    batch: Sequence[Known],
    as_of: int,
    *,
    opened: bool = False,
    named: Mapping[str, Mapping[Reference, str]] = _NONE,
    others: Sequence[Ticket] = (),
) -> Judgement:
    """Judge tickets as at `as_of` (ms UTC), without changing anything; `opened` results have segments and chain.

    The chain goes over `others`, too; `named` are, by ticket's id, the ids of those that it names.
    """
    mapped = [mapper.mapped(known.native, named.get(known.id, {})) for known in batch]
    tickets = [one.ticket for one in mapped]
    refused = engine.fields if mapper.connection.unmapped == "refuse" else ()
    missing = {n: sorted(one.unmapped) for n, one in enumerate(mapped) if one.unmapped}
    deciding = {n: [pair for pair in pairs if pair[0] in refused] for n, pairs in missing.items()}
    unmapped = {n: pairs for n, pairs in deciding.items() if pairs}
    evaluation = engine.evaluate(tickets, as_of, segments=opened, chain=opened, others=others)
    results: list[list[Result]] = [[] for _ in batch]
    for result in evaluation.results:
        results[result.position].append(result)
    kept = [
        [replace(one, position=n) for one in known.results]
        if n in unmapped
        else keep(n, results[n], known.results, engine.clauses)
        if known.results
        else results[n]
        for n, known in enumerate(batch)
    ]
    invalid = {n: reason for n, reason in evaluation.invalid if n not in unmapped}
    warnings = [(n, text) for n, text in evaluation.warnings if n not in unmapped]
    return Judgement(mapped, kept, invalid, warnings, unmapped)
