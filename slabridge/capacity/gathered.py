"""What is to be known of all tickets, gathered from a table at a time: no more than a few numbers of each visit."""

from array import array
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from sla_engine import Engine, Ticket
from sla_engine.agreement import calendars_of
from sla_engine.derived import derived
from sla_engine.judged import ClauseResults
from sla_engine.table import Rows, Table
from sla_engine.tabulate import tabulate
from sla_engine.timeline import Timeline
from slabridge.capacity.decided import Kept, add_decided
from slabridge.capacity.numbers import Numbers
from slabridge.capacity.visits import in_hand, visits_of

PRIORITY = "priority"
_TICKETS = ("identity", "born", "visits", "rows")
_VISITS = ("team", "priority", "came", "left", "begin", "end")
_COLUMNS = (*_TICKETS, *_VISITS, "created", "to")


def identity_of(ticket: Ticket) -> int:
    """Return a number of 63 bits that is a ticket's own."""
    name = f"{ticket.source}\0{ticket.id}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest()) >> 1


class Gathered:
    """Tickets of a state as at `until`; visits that had left before `first` are over, and left out. Both are ms UTC.

    Columns of tickets that have a visit: `identity`, `born` (when created, ms UTC), `visits` (how many) and `rows` (of
    the ticket, up to `until`).
    Columns of visits: `team`, `priority` (numbers), `came`, `left`, `begin` and `end`, as `Visits` has them. Columns of
    all tickets: `created` (ms UTC) and `to`, the team that had it first. `waiting` counts tickets that are open and
    wait, by team; `calendars` cycles, by (team, whether it is an OLA's or UC's, calendar).
    """

    def __init__(self, engine: Engine, first: int, until: int) -> None:
        self.engine, self.first, self.until = engine, first, until
        self.teams, self.priorities = Numbers(), Numbers()
        self._columns = {name: array("q") for name in _COLUMNS}
        self.waiting: Counter[int] = Counter()
        self.calendars: Counter[tuple[int, bool, str]] = Counter()
        self.kept: dict[str, Kept] = {}

    def column(self, name: str) -> Rows:
        """Return a column."""
        return np.frombuffer(self._columns[name], np.int64) if self._columns[name] else np.zeros(0, np.int64)

    def table(self, tickets: Sequence[Ticket]) -> Table:
        """Lay tickets out as they were at `until`."""
        table, _ = tabulate(tickets, self.engine.fields | {PRIORITY})
        return table.until(self.until)

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Add tickets."""
        engine, table = self.engine, self.table(tickets)
        timeline = Timeline(table, self.until, engine.calendars)
        holder = self.teams.of(table.columns[engine.definitions.holder])
        parts = [*engine.judge(derived(table, engine.fields, engine.calendars), self.until)]
        add_decided(self.kept, parts, self.first)
        working, waiting = in_hand(parts, len(table.at))
        found = visits_of(timeline, holder, working).since(self.first)
        begun = table.first[found.ticket] + found.begin
        places, count = np.unique(found.ticket, return_counts=True)
        self._put(
            identity=np.array([identity_of(tickets[place]) for place in places.tolist()], np.int64),
            born=table.at[table.first[places]],
            visits=count,
            rows=np.diff(table.first)[places],
            team=holder[begun],
            priority=self.priorities.of(table.columns[PRIORITY])[begun],
            came=found.came,
            left=found.left,
            begin=found.begin,
            end=found.end,
        )
        last = timeline.last[np.diff(table.first) > 0]
        self.waiting.update(holder[last[waiting[last]]].tolist())
        self._count_calendars(parts, holder)
        self._add_created(table, holder)

    def _count_calendars(self, parts: Sequence[ClauseResults], holder: Rows) -> None:
        for part in parts:
            decided, beneath = part.verdicts.decided, part.clause.agreement.kind != "sla"
            names = calendars_of(part.clause.objective.targets)
            pairs = zip(holder[decided.deciding].tolist(), decided.calendar.tolist(), strict=True)
            for (team, calendar), count in Counter(pairs).items():
                self.calendars[team, beneath, names[calendar]] += count

    def _add_created(self, table: Table, holder: Rows) -> None:
        """Add when tickets were created, and the first team that each had."""
        there = np.diff(table.first) > 0
        first, until = table.first[:-1][there], table.first[1:][there]
        if not len(first):
            return
        named = np.array([bool(text) for text in self.teams.texts], np.bool_)[holder]
        rows = np.where(named, np.arange(len(holder)), len(holder))
        had = np.minimum.reduceat(rows, first)
        self._put(created=table.at[first], to=holder[np.where(had < until, had, first)])

    def _put(self, **columns: Rows) -> None:
        for name, values in columns.items():
            self._columns[name].frombytes(np.ascontiguousarray(values, np.int64).tobytes())
