"""Rows that hold given values: what is asked for, and how far it has been read."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as filled

from connectors.errors import Refused
from connectors.servicenow import query
from connectors.servicenow.page import PageRequest, Record, RecordPage, after, raw
from connectors.servicenow.query import among, joined

IN_LIST = 40
"""Values in an IN list of a call of its own: 40 sys_ids keep the URL under 2,048 characters."""
LONG_LIST = 100
"""Values in an IN list within a batch, where no URL is too long."""
ROWS = 2000
"""Rows asked for at once: under a megabyte of history."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a table whose field holds one of the values, and which hold what `where` says."""

    table: str
    field: str
    values: Sequence[str]
    fields: Sequence[str]
    where: Mapping[str, Collection[str]] = filled(default_factory=dict)
    links: bool = False
    display: bool = False

    def parts(self, size: int) -> Iterator["SelectionPart"]:
        """Return it in parts of at most so many values."""
        for start in range(0, len(self.values), size):
            yield SelectionPart(self, self.values[start : start + size])


@dataclass(frozen=True, slots=True)
class Selected:
    """What a selection gave: its rows, how many more are hidden by access rules, or that the table is refused."""

    rows: list[Record]
    hidden: int = 0
    refused: Refused | None = None


class SelectionPart:
    """A part of a selection, read by key-set in the order of sys_id, and every row checked."""

    def __init__(self, selection: Selection, values: Sequence[str]) -> None:
        self.selection = selection
        self.values = values
        self.rows: list[Record] = []
        self.refused: Refused | None = None
        self.done = False
        self._asked = {selection.field: set(values), **{key: set(of) for key, of in selection.where.items()}}
        self._conditions = [among(key, sorted(of)) for key, of in self._asked.items()]
        self._last = ""  # the last row seen, and the last behind which a query can begin
        self._place = ""
        self._offset = 0
        self._count: int | None = None

    @property
    def hidden(self) -> int:
        """How many rows access rules hide."""
        return max(0, (self._count or 0) - len(self.rows))

    def ask(self) -> PageRequest:
        """Return what to ask for next."""
        behind = f"sys_id>{query.word(self._place)}" if self._place else ""
        fields = list(dict.fromkeys(["sys_id", *self._asked, *self.selection.fields]))
        wanted = joined(*self._conditions, behind, "ORDERBYsys_id")
        of = self.selection
        return PageRequest(of.table, wanted, fields, ROWS, self._offset, of.links, of.display)

    def take(self, page: RecordPage, who: str) -> None:
        """Add a page. Short and empty ones end nothing, as the limit counts rows that access rules then hide.

        Raises:
            Refused: a row came that was not asked for.
        """
        self._count = page.count if self._count is None else self._count
        for row in page.rows:
            self._require(row, who)
        self.rows += page.rows
        self.done, reached, self._offset = after(page, self._offset, lambda row: query.is_word(_id_of(row)))
        if reached is not None:
            self._place = _id_of(reached)

    def split(self, size: int) -> list["SelectionPart"]:
        """Return it as smaller ones, of which nothing has been read."""
        return [SelectionPart(self.selection, self.values[at : at + size]) for at in range(0, len(self.values), size)]

    def join(self, pieces: Sequence["SelectionPart"]) -> None:
        """Take what its pieces, read to their ends, gave."""
        self.rows = [row for piece in pieces for row in piece.rows]
        self.refused = next((piece.refused for piece in pieces if piece.refused), None)
        self._count = len(self.rows) + sum(piece.hidden for piece in pieces)
        self.done = True

    def refuse(self, refused: Refused) -> None:
        """Note that the table may not be read."""
        self.refused, self.done = refused, True

    def _require(self, row: Record, who: str) -> None:
        held = {name: raw(row.get(name)) for name in ("sys_id", *self._asked)}
        ignored = [name for name, values in self._asked.items() if held[name] not in values]
        if (held["sys_id"] or "").casefold() <= self._last.casefold():
            ignored.append("sys_id")
        if ignored:
            raise Refused(
                f"{who}: {self.selection.table} ignores the condition on {ignored[0]}; "
                "does it exist, may the account read it?"
            )
        self._last = held["sys_id"] or ""


def _id_of(row: Record) -> str:
    return raw(row.get("sys_id")) or ""
