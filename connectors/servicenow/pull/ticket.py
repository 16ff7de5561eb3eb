"""A ticket, put together from its record and what stands around it."""

from collections.abc import Collection, Iterable, Mapping

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Values
from connectors.servicenow.page import Record, raw
from connectors.servicenow.pull.comment import comment_of
from connectors.servicenow.pull.history import entries_of
from connectors.servicenow.pull.names import Names
from connectors.servicenow.pull.surroundings import Surroundings, caller_of
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.stamp import instant_of


def columns(settings: ServiceNowSettings) -> list[str]:
    """Return the fields to read of a record."""
    needed = ["sys_id", "number", "sys_created_on", "sys_updated_on", settings.created]
    callers = [f"{caller_of(settings)}.user_name"] if settings.comments else []
    written = () if settings.result_table else settings.written
    return list(dict.fromkeys([*needed, *callers, *settings.fields, *written]))


def key_of(row: Record) -> str:
    """Return what people call a record."""
    return str(row.get("number") or row["sys_id"])


def ticket_of(row: Record, around: Surroundings, *, settings: ServiceNowSettings, names: Names) -> NativeTicket:
    """Return the ticket. The history was read after the record: where it is newer, the fields follow it.

    Raises:
        ValueError: a date cannot be read.
    """
    sys_id = row["sys_id"]
    texts = {field: names.learn(row, field) for field in settings.fields if field in row}
    fields = {field: names.values(field, text) for field, text in texts.items()}
    booleans = {field for field, text in texts.items() if text in ("true", "false")}
    history = tuple(entries_of(around.changes.get(sys_id, ()), names, booleans))
    updated = instant_of(row["sys_updated_on"], "sys_updated_on")
    for entry in history:
        if entry.at > updated:
            fields |= {field: after for field, (_, after) in entry.changes.items() if field in fields}
    results = row if around.results is None else around.results.get(sys_id)
    written = dict.fromkeys(settings.written) if results is None else _written(results, settings)
    return NativeTicket(
        id=sys_id,
        key=key_of(row),
        created=instant_of(row.get(settings.created) or row.get("sys_created_on") or "", settings.created),
        updated=updated,
        fields=fields,
        history=history,
        comments=_comments(row, around, names, _codes(fields, history)),
        written=written,
        ours=frozenset(written) if around.results is not None and results is not None else frozenset(),
    )


def _codes(fields: Mapping[str, Values], history: Iterable[NativeEntry]) -> set[str]:
    """Return all codes that a ticket holds or held."""
    changed = (values for entry in history for change in entry.changes.values() for values in change)
    return {value.code for values in (*fields.values(), *changed) for value in values}


def _comments(row: Record, around: Surroundings, names: Names, codes: Collection[str]) -> tuple[NativeComment, ...]:
    if around.speakers is None:
        return ()
    entries, key = around.comments.get(row["sys_id"], ()), key_of(row)
    found = []
    for entry in entries:
        # Of people whom this ticket never held nothing is said, or it would depend on which tickets were read before.
        person = names.person(entry.by)
        found.append(comment_of(entry, around.speakers.role(entry, key), person if person in codes else ""))
    return tuple(found)


def _written(row: Record, settings: ServiceNowSettings) -> dict[str, str | None]:
    return {field: raw(row[field]) or None for field in settings.written if field in row}
