"""A ticket, put together from its record, its audit rows and its journal rows."""

from collections.abc import Sequence

from connectors.interface import NativeTicket
from connectors.servicenow.comments import comment_of
from connectors.servicenow.history import Change, entries_of
from connectors.servicenow.names import Names
from connectors.servicenow.stamp import instant_of
from connectors.servicenow.table import Row
from connectors.settings import ServiceNowSettings

_CALLER = "caller_id.user_name"


def columns(settings: ServiceNowSettings) -> list[str]:
    """Return the fields to read of a record."""
    needed = ["sys_id", "number", "sys_created_on", "sys_updated_on", settings.created, _CALLER]
    return list(dict.fromkeys([*needed, *settings.fields, *settings.written]))


def key_of(row: Row) -> str:
    """Return what people call a record."""
    return str(row.get("number") or row["sys_id"])


def ticket_of(  # noqa: PLR0913 - what a ticket consists of
    row: Row,
    changes: Sequence[Change],
    journal: Sequence[Row],
    *,
    settings: ServiceNowSettings,
    names: Names,
    account: str,
) -> NativeTicket:
    """Return the ticket. The history was read after the record: where it is newer, the fields follow it.

    Raises:
        ValueError: a date cannot be read.
    """
    texts = {field: names.text(row, field) for field in settings.fields if field in row}
    fields = {field: names.values(field, text) for field, text in texts.items()}
    booleans = {field for field, text in texts.items() if text in ("true", "false")}
    history = tuple(entries_of(changes, names, booleans))
    updated = instant_of(row["sys_updated_on"], "sys_updated_on")
    for entry in history:
        if entry.at > updated:
            fields |= {field: after for field, (_, after) in entry.changes.items() if field in fields}
    return NativeTicket(
        id=row["sys_id"],
        key=key_of(row),
        created=instant_of(row.get(settings.created) or row.get("sys_created_on") or "", settings.created),
        updated=updated,
        fields=fields,
        history=history,
        comments=tuple(comment_of(comment, account, row.get(_CALLER) or "") for comment in journal),
        written={field: names.text(row, field) or None for field in settings.written if field in row},
    )
