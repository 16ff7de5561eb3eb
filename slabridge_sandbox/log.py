"""Event logs of incidents as files: one row per update, with the record as it stood.

The form is that of the public log of a ServiceNow instance: Amaral, C., Fantinato, M., Peres, S. (2018). Incident
management process enriched event log. UCI Machine Learning Repository. doi 10.24432/C57S4H. As it is published (days
first, `?` for empty) it is read as well as with ISO times and empty cells. Times without an offset are taken as UTC.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from slabridge_sandbox.instant import instant_of
from slabridge_sandbox.story import STATES, Event

_REQUIRED = (
    *("number", "incident_state", "priority", "assignment_group"),
    *("opened_at", "sys_updated_at", "sys_updated_by"),
)
_FIELDS = {
    "incident_state": "state",
    "caller_id": "caller",
    "closed_code": "close_code",
} | {
    name: name
    for name in (
        *("priority", "impact", "urgency", "assignment_group", "assigned_to", "category", "subcategory", "location"),
        *("contact_type", "cmdb_ci", "problem_id", "rfc", "caused_by", "vendor", "knowledge", "notify", "made_sla"),
        *("u_symptom", "u_priority_confirmation"),
    )
}
"""Column -> field of an event. What a tool counts and stamps itself (reopen_count, closed_at ...) is not read."""
_ENDED = {"Resolved", "Closed"}
_CODED = {"state", "priority", "impact", "urgency"}


class LogError(ValueError):
    """The log cannot be read; the message says where and what would be right."""


def read_log(path: Path) -> Iterator[Event]:
    """Read the events of a log, story by story in the file's order: one of issues, or a .csv or .csv.gz of incidents.

    Rows of one incident stand together, and their order counts, never their times: an update that the log has earlier
    than the one before it (or than the opening) is taken at the time of that one. The first row is the record as it
    was opened.

    Raises:
        LogError: a required column is missing, or a row cannot be read.
        OSError: the file cannot be opened.
    """
    if is_jira_log(path):
        # The Jira needs the extra `sandbox`; who only names LogError does not.
        from slabridge_sandbox.jira.log import read_jira_log  # noqa: PLC0415 - an extra

        try:
            yield from read_jira_log(path)
        except ValueError as error:
            raise LogError(str(error)) from None
        return
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        try:
            yield from _events(next(rows, []), rows)
        except (ValueError, EOFError, csv.Error, zlib.error) as error:
            raise LogError(f"{path}, line {rows.line_num}: {error}") from None


def is_jira_log(path: Path) -> bool:
    """Tell by its name whether a log is one of issues, in JSON Lines."""
    return ".jsonl" in path.suffixes


def _events(heading: Sequence[str], rows: Iterable[list[str]]) -> Iterator[Event]:
    missing = [name for name in _REQUIRED if name not in heading]
    if missing:
        raise ValueError(f"no column {', '.join(missing)}; the log needs {', '.join(_REQUIRED)}")
    places = {name: index for index, name in enumerate(heading)}
    fields = [(index, _FIELDS[name]) for name, index in places.items() if name in _FIELDS]
    number_at, state_at, opened_at, updated_at, by_at = (
        places[name] for name in ("number", "incident_state", "opened_at", "sys_updated_at", "sys_updated_by")
    )
    opener_at, code_at = places.get("opened_by", by_at), places.get("closed_code")
    seen: set[str] = set()
    before: list[str] = []
    at = seq = 0
    for cells in rows:
        row = ["" if cell == "?" else cell for cell in cells] if "?" in cells else cells
        if len(row) != len(heading):
            raise ValueError(f"{len(row)} cells, but the heading has {len(heading)} columns")
        if code_at is not None and row[state_at] not in _ENDED:
            row[code_at] = ""
        opens = not before or row[number_at] != before[number_at]
        if opens:
            if not row[number_at] or row[number_at] in seen:
                raise ValueError("the rows of one incident must stand together, each with its number")
            seen.add(row[number_at])
            seq, at, before = 0, _instant(row[opened_at], "opened_at"), [""] * len(row)
        else:
            at = max(at, _instant(row[updated_at], "sys_updated_at"))
        seq += 1
        changes = {field: row[index] or None for index, field in fields if row[index] != before[index]}
        if not row[state_at] or not changes.keys().isdisjoint(_CODED):
            _check(changes)
        yield Event(at, row[number_at], seq, row[opener_at if opens else by_at], changes, opens)
        before = row


def _check(changes: Mapping[str, str | None]) -> None:
    """Refuse values that no tool could hold."""
    state = changes.get("state", STATES[0])
    if state not in STATES and not re.fullmatch(r"-?\d+", state or ""):
        raise ValueError(f"incident_state {state or ''!r} is unknown; write one of {', '.join(STATES)}")
    for name in ("priority", "impact", "urgency"):
        value = changes.get(name)
        if value and not value[0].isdecimal():
            raise ValueError(f"{name} {value!r} does not begin with its number; write 3 - Moderate")


def _instant(text: str, column: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
        except ValueError:
            raise ValueError(f"{column} {text!r} is no time; write 2016-02-29 01:16:00") from None
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
