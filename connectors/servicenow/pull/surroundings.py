"""What stands around records and makes tickets of them: history, comments, and our rows of results."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from connectors.servicenow.catalogue import Catalogue
from connectors.servicenow.page import Record, raw
from connectors.servicenow.pull.comment import JOURNAL, JournalEntry, entries_of, journal_selection
from connectors.servicenow.pull.history import AuditTrail, FieldChange
from connectors.servicenow.pull.metric import Metrics
from connectors.servicenow.pull.people import People, Speakers
from connectors.servicenow.pull.shown import OurAccount, entries_shown, shown_selection
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selected, Selection
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.write.result import Results

_WHO = "sys_id=javascript:gs.getUserID()"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By sys_id; `results` is None where results stand in the record itself, `speakers` where comments are not read."""

    changes: Mapping[str, Sequence[FieldChange]] = field(default_factory=dict)
    comments: Mapping[str, Sequence[JournalEntry]] = field(default_factory=dict)
    results: Mapping[str, Record] | None = None
    speakers: Speakers | None = None


class SurroundingsReader:
    """Reads what stands around records, as the settings want it, in as few calls as it takes."""

    def __init__(self, records: Records, settings: ServiceNowSettings, catalogue: Catalogue) -> None:
        self._records = records
        self._settings = settings
        self._catalogue = catalogue
        self._people = People(records, settings)
        self._results = Results(records, settings) if settings.result_table else None
        self._lock = threading.Lock()
        self._loss = ""
        self._us: OurAccount | None = None

    @property
    def loss(self) -> str:
        """Why comments do not come from the journal, "" where they do."""
        return self._loss

    def read(self, rows: Sequence[Record], account: str) -> Surroundings:
        """Read what stands around these records; `account` is the user name of ours.

        Raises:
            Refused: part of their history is hidden from us.
        """
        ids = [row["sys_id"] for row in rows]
        if not ids:
            return Surroundings(results={} if self._results else None)
        source, shown = self._source(), bool(self._loss)
        wanted = {
            "history": source.selections(ids) if source else [],
            "comments": [self._comments(ids, shown=shown)] if self._settings.comments else [],
            "results": [self._results.selection(ids)] if self._results else [],
        }
        got = self._got(wanted)
        history = [row for one in got["history"] for row in self._whole(one, source)]
        comments: dict[str, list[JournalEntry]] = {}
        speakers = None
        if self._settings.comments:
            comments, shown = self._entries(rows, got["comments"][0], account, shown=shown)
            speakers = self._people.speakers((entry for of in comments.values() for entry in of), shown=shown)
        return Surroundings(
            self._changes(source, history, rows),
            comments,
            self._of_ours(got["results"][0], rows) if self._results else None,
            speakers,
        )

    def _got(self, wanted: Mapping[str, list[Selection]]) -> dict[str, list[Selected]]:
        flat = iter(self._records.read([selection for of in wanted.values() for selection in of]))
        return {name: [next(flat) for _ in of] for name, of in wanted.items()}

    def _source(self) -> AuditTrail | Metrics | None:
        match self._settings.history:
            case "sys_audit":
                return AuditTrail(self._settings.fields)
            case "metric_instance":
                return Metrics(self._catalogue.facts.metrics)
            case _:
                return None

    def _whole(self, got: Selected, source: AuditTrail | Metrics | None) -> list[Record]:
        if got.refused:
            raise got.refused
        if source:
            self._records.require_all(source.table, got)
        return got.rows

    def _changes(
        self, source: AuditTrail | Metrics | None, history: Sequence[Record], rows: Sequence[Record]
    ) -> dict[str, list[FieldChange]]:
        if isinstance(source, AuditTrail):
            return source.changes(history)
        if isinstance(source, Metrics):
            return source.changes(history, rows)
        return {}

    def _of_ours(self, got: Selected, rows: Sequence[Record]) -> dict[str, Record]:
        assert self._results is not None  # noqa: S101 - else nothing was asked for
        if got.refused:
            raise got.refused
        self._records.require_all(self._results.table, got)
        return self._results.by_task(got.rows, {row["sys_id"]: str(row.get("number") or "") for row in rows})

    def _comments(self, ids: Sequence[str], *, shown: bool) -> Selection:
        if shown:
            return shown_selection(self._settings.table, ids, caller_of(self._settings))
        return journal_selection(ids)

    def _entries(
        self, rows: Sequence[Record], got: Selected, account: str, *, shown: bool
    ) -> tuple[dict[str, list[JournalEntry]], bool]:
        """Return comments by sys_id, and whether they are as the tickets show them."""
        caller = caller_of(self._settings)
        if not shown and not got.refused and not got.hidden:
            callers = {row["sys_id"]: row.get(f"{caller}.user_name") or "" for row in rows}
            return entries_of(got.rows, account, callers), False
        if not shown:
            self._lose(str(got.refused) if got.refused else f"access rules hide {got.hidden} of its rows")
            ids = [row["sys_id"] for row in rows]
            (got,) = self._records.read([shown_selection(self._settings.table, ids, caller)])
        us = self._who_are_we(account)
        return {row["sys_id"]: entries_shown(row, us, caller) for row in map(_flat, got.rows)}, True

    def _lose(self, reason: str) -> None:
        with self._lock:
            if not self._loss:
                self._loss = (
                    f"{JOURNAL} cannot be read ({reason}): comments come from the tickets' own journal fields, with "
                    "names instead of accounts, and not at all where those or the account's time zone cannot be read"
                )
                log.warning("comments are read with losses", connection=self._settings.name, reason=self._loss)

    def _who_are_we(self, account: str) -> OurAccount:
        with self._lock:
            if self._us is None:
                page = self._records.page("sys_user", _WHO, ["user_name", "name", "time_zone"], limit=2)
                ours = page.rows[0] if len(page.rows) == 1 else {}
                self._us = OurAccount(ours.get("name") or account, ours.get("time_zone") or "")
            return self._us


def _flat(row: Record) -> Record:
    return row | {"sys_id": raw(row["sys_id"])}


def caller_of(settings: ServiceNowSettings) -> str:
    """Return the field that says for whom a record of this table was made: the customer among those who comment."""
    if settings.table == "sc_req_item":
        return "requested_for"
    return "opened_for" if settings.table.startswith("sn_hr_") else "caller_id"
