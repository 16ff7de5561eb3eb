"""What a write sets, and what became of it."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.errors import Refused, Unclear
from connectors.interface import CommentWrite, Fact, FieldsWrite, Instant, LinkWrite, Outcome, Receipt, Write
from connectors.servicenow.page import Record, raw
from connectors.servicenow.stamp import stamp_of
from connectors.servicenow.table import Tables
from connectors.servicenow.write.comment import journal_of


def encode(fact: Fact) -> str | None:
    """Return a fact as the Table API gives it raw: UTC stamps, lower-case booleans, plain numbers, None for empty."""
    match fact:
        case None | "":
            return None
        case Instant(at):
            return stamp_of(at)
        case bool():
            return "true" if fact else "false"
        case float():
            return format(Decimal(repr(fact)).normalize(), "f")
        case _:
            return str(fact)


def values_of(write: Write) -> dict[str, str]:
    """Return the fields to set.

    Raises:
        ValueError: a comment's marker could not be found again, or it is a link, which records have not.
    """
    if isinstance(write, CommentWrite):
        return journal_of(write)
    if isinstance(write, LinkWrite):
        raise ValueError(f"{write.key}: a record of ServiceNow has fields, and no links")  # noqa: TRY004 - as above
    return {field: value or "" for field, value in write.fields.items()}


def apply(tables: Tables, table: str, write: Write, *, sys_id: str) -> Receipt:
    """Set the fields of one record, which for a comment is the ticket's, and return what became of it.

    Fields are facts and may be sent twice. A comment may not, and ServiceNow is known to answer 403 or 500 to one that
    it stored (KB2697679): these are unclear.

    Raises:
        Halted: the run is to end, and it was not applied.
        Unavailable: it was certainly not applied, nor will the next one be.
        Refused: the credentials are refused, not this write.
    """
    values = values_of(write)
    try:
        stored = tables.patch(table, sys_id, values, idempotent=isinstance(write, FieldsWrite))
    except Unclear as unclear:
        return Receipt(write, Outcome.UNCLEAR, str(unclear))
    except Refused as refused:
        if refused.status is None or refused.status < 400 or refused.status == 401:
            raise
        return receipt_refused(write, refused.status, str(refused), on_ticket=sys_id == write.id)
    return receipt_of(write, table, stored)


def receipt_refused(write: Write, status: int, reason: str, *, on_ticket: bool) -> Receipt:
    """Return what a 4xx means: of a comment a 403 says nothing; a 404 that the ticket is gone, if it was written to."""
    if status == 404 and on_ticket:
        return Receipt(write, Outcome.GONE, reason)
    perhaps = isinstance(write, CommentWrite) and status == 403
    return Receipt(write, Outcome.UNCLEAR if perhaps else Outcome.REFUSED, reason)


def receipt_of(write: Write, table: str, stored: Record) -> Receipt:
    """Return what became of a write by the record as it is then; what cannot be written is left out silently."""
    if isinstance(write, CommentWrite):
        return Receipt(write, Outcome.APPLIED)
    values = values_of(write)
    held = {field: raw(stored.get(field)) for field in values}
    wrong = {field: held[field] for field in values if held[field] != values[field]}
    if not wrong:
        return Receipt(write, Outcome.APPLIED)
    return Receipt(write, Outcome.REFUSED, _not_stored(write, table, wrong), frozenset(held.keys() - wrong.keys()))


def _not_stored(write: Write, table: str, held: Mapping[str, object]) -> str:
    missing = [field for field, value in held.items() if value is None]
    others = [field for field in held if field not in missing]
    parts = []
    if missing:
        parts.append(f"{table} has no field {', '.join(missing)} that the account may read")
    if others:
        parts.append(
            f"{', '.join(others)} did not take the value: may the account write it, is it long enough, a known choice?"
        )
    return f"{write.key}: {'; '.join(parts)}"
