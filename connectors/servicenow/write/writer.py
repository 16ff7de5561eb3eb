"""Writes in groups, several groups at a time, with one receipt each, in order."""

import itertools
from collections.abc import Iterator, Sequence

from connectors.errors import ConnectorError
from connectors.interface import Outcome, Receipt, Write
from connectors.parallel import Lanes
from connectors.receipts import UNCLEAR_LIMIT, too_unclear
from connectors.servicenow import query
from connectors.servicenow.batch import WRITES
from connectors.servicenow.page import PageRequest
from connectors.servicenow.records import Records
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables
from connectors.servicenow.write.group import Group, GroupDone, GroupWriter
from connectors.servicenow.write.target import Targets
from connectors.servicenow.write.writing import values_of

_LOOK_UP = 10 * WRITES


class Writer:
    """Writes to one table, fields perhaps to one of results; made anew for each list of writes."""

    def __init__(
        self, tables: Tables, records: Records, settings: ServiceNowSettings, lanes: Lanes, account: str
    ) -> None:
        self._tables = tables
        self._settings = settings
        self._lanes = lanes
        self._targets = Targets(tables, records, settings)
        self._groups = GroupWriter(settings.name, account, tables, records, self._targets)
        self._error: ConnectorError | None = None

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes. What has no receipt when an error is raised was not sent.

        Raises:
            Unavailable: the tool went away, also when several writes in a row got no clear answer.
            Refused: the credentials no longer hold, or an id is none.
            Halted: the run is to end.
            ValueError: a comment's marker could not be found again.
        """
        for write in writes:
            query.checked(write.id, query.SYS_ID, "sys_id")
            values_of(write)
        tickets = [ticket for ticket, _ in itertools.groupby(write.id for write in writes)]
        # Writes of a ticket that comes back later must not overtake each other.
        lanes = self._lanes if len(set(tickets)) == len(tickets) else Lanes(1, "")
        unclear = 0
        for done in lanes.map(self._written, self._grouped(writes)):
            for receipt in done.receipts:
                unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
                yield receipt
            self._error = self._error or done.error
            if self._error is None and unclear >= UNCLEAR_LIMIT:
                self._error = too_unclear(self._settings.name, unclear, done.receipts[-1])
        if self._error is not None:
            raise self._error

    def _grouped(self, writes: Sequence[Write]) -> Iterator[Group]:
        """Yield what goes into one batch: whole tickets, in order. What fails here fails after those under way."""
        try:
            size = WRITES if len(writes) > 1 and self._is_batched() else 1
            for start in range(0, len(writes), _LOOK_UP) if self._targets.may_be_made else ():
                self._targets.look_for(writes[start : start + _LOOK_UP])
        except ConnectorError as error:
            self._error = error
            return
        group: list[Write] = []
        for _, of in itertools.groupby(writes, key=lambda write: write.id):
            ticket = list(of)
            if group and len(group) + len(ticket) > size:
                yield group
                group = []
            group += ticket
        if group:
            yield group

    def _is_batched(self) -> bool:
        probe = PageRequest(self._settings.table, "", ["sys_id"], 1)
        return self._tables.batch.probe(self._tables.inner_read(probe))

    def _written(self, group: Group) -> GroupDone:
        return GroupDone([]) if self._error is not None else self._groups.write(group)
