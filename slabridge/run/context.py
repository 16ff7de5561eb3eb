"""A run, and one connection within it: what all steps need."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from time import monotonic

from connectors.interface import CommentWrite, Connector, FieldsWrite, LinkWrite, Write
from sla_engine import Engine
from slabridge.config import Config, Connection
from slabridge.foresight.forecast import Forecaster
from slabridge.run.halt import Halt
from slabridge.run.redefined import Redefined
from slabridge.run.tally import Tally
from slabridge.state import ConnectionState
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.people import People

_LONG = 60.0
"""Seconds."""

OnProgress = Callable[[Tally], None]
"""Called after every page and batch, to show how far the run is."""


class Late(Exception):  # noqa: N818 - what the pull is
    """A connection's pull has taken as long as it may hold up the others; what was read is kept."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run; `number` is 0 in a rehearsal. `reverts` is the run whose values it puts back, None of any other."""

    config: Config
    number: int
    engine: Engine
    on_progress: OnProgress
    halt: Halt
    accept: bool = False
    """whether somebody has accepted what the guard held back"""
    said: set[tuple[str, str]] = field(default_factory=set)
    """places and values of the configuration that were warned of, each once however many connections it concerns"""
    bereft: set[tuple[str, str]] = field(default_factory=set)
    """tickets, by connection and id, that were linked with one that is gone: the next run looks at them again"""
    reverts: int | None = None
    people: People = field(default_factory=People)
    """who is called by a pseudonym"""
    forecaster: Forecaster | None = None
    """what says how likely cycles are to break, where that is asked for and anything was learned"""


@dataclass(frozen=True, slots=True)
class Context:
    """A connection within a run.

    `as_of` is the tool's clock, ms UTC, when this part of the run began; by `until` (this machine's `time.monotonic`)
    its pull is late. `quarantined` are ids of tickets that it quarantined, `unmapped` of those that it did not judge,
    because nothing maps a value that decides; `unjudged` are all that it did not judge, `due` those that time alone has
    moved. `crowded` are those in groups of more than `chain_limit` tickets, `crowd` counts the links that they have, by
    the tickets at both ends. `unwritable` counts tickets by field and by the reason for which the tool would not take
    its value; they are `kept` for the next run. `people` puts pseudonyms in the place of names in its tickets.
    """

    run: Run
    connection: Connection
    connector: Connector
    state: ConnectionState
    tally: Tally
    as_of: int
    mapper: Mapper
    until: float = inf
    quarantined: set[str] = field(default_factory=set)
    unmapped: set[str] = field(default_factory=set)
    unwritable: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: set[str] = field(default_factory=set)
    redefined: Redefined = field(default_factory=Redefined)
    unjudged: set[str] = field(default_factory=set)
    due: set[str] = field(default_factory=set)
    crowded: set[str] = field(default_factory=set)
    crowd: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: People = field(default_factory=People)
    began: float = field(default_factory=lambda: monotonic())  # noqa: PLW0108 - looked up when it is called

    @property
    def name(self) -> str:
        """The connection's name in the configuration."""
        return self.connection.name

    @property
    def began_long_ago(self) -> bool:
        """Whether what was read since then may have changed by now, so that it is read again before it is told."""
        return monotonic() - self.began > _LONG

    @property
    def now(self) -> int:
        """The tool's clock now: what has passed since `as_of` is measured by ours."""
        return self.as_of + round((monotonic() - self.began) * 1000)

    def note_due(self, batch: Iterable[Known]) -> None:
        """Note those of these tickets, as they were judged before, that time alone has moved."""
        for known in batch:
            if known.wake_at is not None and known.wake_at <= self.as_of:
                self.due.add(known.id)

    def is_unmoved(self, known: Known) -> bool:
        """Return whether neither its history nor time has moved a ticket since it was judged before."""
        changed = known.changed_in
        judged_in = known.judged_in
        # by a run that ended before it was judged; of a ticket that an earlier version judged it is not known
        unseen = known.judged_at is None if judged_in is None else changed > judged_in
        return changed != self.run.number and not unseen and known.id not in self.due

    def take_writes(self, writes: Sequence[Write]) -> list[Write]:
        """Return those of these writes that this run may still make, and note how many wait for the next run.

        Comments are counted by themselves: fields of tickets that came before leave them their room (docs/promises.md,
        "What is written"). Links have what is left of the first half, take no room from others, and wait for no run.
        """
        cap, tally = self.connection.writes_per_run, self.tally
        count = Counter[type[Write]](type(one) for one in writes)
        comments, fields, links = (count[kind] for kind in (CommentWrite, FieldsWrite, LinkWrite))
        waiting = comments + fields
        if cap is not None:
            comments = min(comments, max(0, cap - tally.comments_sent))
            fields = min(fields, max(0, cap - (tally.sent - tally.links_sent) - comments))
            links = min(links, max(0, (cap + 1) // 2 - tally.sent - comments - fields))
        tally.sent += comments + fields + links
        tally.comments_sent += comments
        tally.links_sent += links
        tally.waiting += waiting - comments - fields
        left: dict[type[Write], int] = {CommentWrite: comments, FieldsWrite: fields, LinkWrite: links}
        taken: list[Write] = []
        for one in writes:
            if left[type(one)]:
                left[type(one)] -= 1
                taken.append(one)
        return taken

    def proceed(self) -> None:
        """Show how far the run is, and go on if it may.

        Raises:
            Halted: its time is over, or it was asked to stop.
            Late: this connection's pull takes so long that the others go first.
        """
        self.run.on_progress(self.tally)
        self.run.halt.check()
        if monotonic() > self.until:
            raise Late
