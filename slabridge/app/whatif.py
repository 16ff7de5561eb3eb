"""The same histories judged by two files, of the state or of a file, without writing anything (docs/whatif.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sla_engine.agreement import Definitions
from slabridge.app.stored import stored
from slabridge.config import Config, TicketMapping, read_definitions
from slabridge.spread import HERE, Spread, uncollected
from slabridge.state import State
from slabridge.state.ranges import Range
from slabridge.ticket.file import read_batches
from slabridge.ticket.mapping import Mapper
from slabridge.whatif.columns import Period
from slabridge.whatif.sums import Sums
from slabridge.whatif.trial import Trial


@dataclass(frozen=True, slots=True)
class Trying:
    """The job: judge a range of stored tickets by two files; `mappings` are those of both, by connection."""

    before: Definitions
    after: Definitions
    period: Period
    mappings: Mapping[str, tuple[TicketMapping, TicketMapping]]

    def of(self, state: State, part: Range) -> Sums:
        """Return what a range comes to."""
        trial, sums = Trial(self.before, self.after, self.period), Sums()
        one, two = self.mappings[part.connection]
        mapper, other = Mapper(one), Mapper(two)
        alike = (one.fields, one.values) == (two.fields, two.values)
        for natives in stored(state, part):
            mapped = [mapper.ticket(native) for native in natives]
            after = mapped if alike else [other.ticket(native) for native in natives]
            sums.merge(trial.of(mapped, after, part.as_of))
        return sums


def of_state(before: Config, after: Config, period: Period, spread: Spread = HERE) -> Sums:
    """Judge the stored tickets of all connections that both files have, each as of its last run.

    Raises:
        StateError: the state of the file before cannot be read.
        NoWorkers: nobody can do it.
    """
    others = {connection.name: connection for connection in after.connections}
    mappings = {one.name: (one.mapping, others[one.name].mapping) for one in before.connections if one.name in others}
    sums = Sums()
    state = State.of(before.state, create=False, migrate=False)
    try:
        for found in spread.each(Trying(before.definitions, after.definitions, period, mappings), state, [*mappings]):
            sums.merge(found)
    finally:
        state.close()
    sums.sort(Trial(before.definitions, after.definitions, period).objectives)
    return sums


def of_file(before: Path, after: Path, path: Path, as_of: int, period: Period) -> tuple[Sums, list[tuple[int, str]]]:
    """Judge the tickets of a file as at `as_of` (ms UTC); return also the lines that are no tickets.

    Raises:
        ConfigError: a configuration has problems.
        UnreadableFile: the file of tickets cannot be read on.
    """
    trial, sums = Trial(read_definitions(before), read_definitions(after), period), Sums()
    invalid: list[tuple[int, str]] = []
    with uncollected():
        for batch in read_batches(path):
            sums.merge(trial.of(batch.tickets, batch.tickets, as_of))
            invalid += batch.invalid
    sums.sort(trial.objectives)
    return sums, invalid
