"""Whether what the settings name is there and can be read, and who we are."""

from collections.abc import Sequence
from difflib import get_close_matches

from connectors.errors import ConnectorError, Refused
from connectors.servicenow import query
from connectors.servicenow.page import RecordPage
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selection
from connectors.servicenow.settings import ServiceNowSettings

_TABLES = 1_000
"""Tables that are looked through for the nearest name."""


def check(records: Records, settings: ServiceNowSettings, only: str) -> int:
    """Read one record, and return the server's clock, ms UTC; `only` is the filter.

    Raises:
        Refused: wrong credentials, unknown table, or a field that cannot be read: ServiceNow would ignore a condition
            on it, leave it out of a ticket, or not write it, all without a word.
    """
    needed = {
        "filter": query.fields_of(only),
        "created": (settings.created,),
        # A field of a referred record is left out where the reference is empty.
        "fields": tuple(field for field in settings.fields if "." not in field),
        "writeback": () if settings.result_table else settings.written,
    }
    names = sorted({field for fields in needed.values() for field in fields})
    page = _any_record(records, settings, names)
    for row in page.rows:
        absent = [(field, key) for key, fields in needed.items() for field in fields if field not in row]
        if absent:
            nearest = _nearest(records, settings.table, [field for field, _ in absent])
            named = (f"{field} ({settings.place(field, key)}{nearest[field]})" for field, key in absent)
            raise Refused(
                f"{settings.name}: {settings.table} has no field {', '.join(named)} that the account may read; "
                "is it misspelt, or hidden from the account?"
            )
    if settings.result_table:
        _check_results(records, settings)
    return page.date


def who_am_i(records: Records, name: str) -> str:
    """Return the user name that a token stands for; `name` is the connection's.

    Raises:
        Refused: the account may not read its own record.
    """
    page = records.page("sys_user", "sys_id=javascript:gs.getUserID()", ["user_name"], limit=2)
    if len(page.rows) != 1 or not page.rows[0].get("user_name"):
        raise Refused(f"{name}: sys_user does not say which account the token belongs to; let it read its own record")
    return str(page.rows[0]["user_name"])


def _any_record(records: Records, settings: ServiceNowSettings, fields: Sequence[str]) -> RecordPage:
    try:
        return records.page(settings.table, "", ["sys_id", *fields], limit=1)
    except Refused as error:
        if error.status not in {400, 404}:
            raise
        near = _nearest_table(records, settings.table)
        hint = (
            f"is url a ServiceNow, and is there a table {settings.table} (`connections.{settings.name}.table`{near})?"
        )
        raise Refused(f"{error}; {hint}", status=error.status, body=error.body) from None


def _nearest(records: Records, table: str, fields: Sequence[str]) -> dict[str, str]:
    """Return what to say of the columns that come nearest to these, by those that a record shows, with their labels."""
    shown = [name for row in records.page(table, "", (), limit=1).rows for name in row]
    near = {field: found for field in fields for found in get_close_matches(field, shown, n=1)}
    labels: dict[str, str] = {}
    if near:
        (told,) = records.read([Selection("sys_dictionary", "element", sorted({*near.values()}), ("column_label",))])
        labels = {row["element"]: row.get("column_label") or "" for row in told.rows}
    return {field: _said(near[field], labels.get(near[field], "")) if field in near else "" for field in fields}


def _nearest_table(records: Records, table: str) -> str:
    """Return what to say of the table that comes nearest, of those that extend task; "" where nobody tells."""
    try:
        rows = records.page("sys_db_object", "super_class.name=task^ORname=task", ["name", "label"], limit=_TABLES).rows
    except ConnectorError:
        return ""
    labels = {row["name"]: row.get("label") or "" for row in rows if row.get("name")}
    return "".join(_said(found, labels[found]) for found in get_close_matches(table, labels, n=1))


def _said(name: str, label: str) -> str:
    return f", the nearest is {name}" + (f' "{label}"' if label else "")


def _check_results(records: Records, settings: ServiceNowSettings) -> None:
    """Return if our table is there, with its fields as far as a row shows them."""
    needed = [settings.result_reference, *settings.written]
    for row in records.page(settings.result_table, "", ["sys_id", *needed], limit=1).rows:
        absent = [field for field in needed if field not in row]
        if absent:
            nearest = _nearest(records, settings.result_table, absent)
            named = ", ".join(f"{field} ({settings.place(field, 'writeback')}{nearest[field]})" for field in absent)
            raise Refused(f"{settings.name}: {settings.result_table} has no field {named} that the account may read")
