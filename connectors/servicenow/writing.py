"""Writes: one PATCH each, of the given fields and no others."""

from decimal import Decimal

from connectors.errors import Refused, Unclear
from connectors.interface import CommentWrite, Fact, FieldsWrite, Instant, Outcome, Receipt, Write
from connectors.servicenow.comments import journal_of
from connectors.servicenow.stamp import stamp_of
from connectors.servicenow.table import Tables


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


def apply(tables: Tables, table: str, write: Write) -> Receipt:
    """Send a write and return what became of it.

    Fields are facts and may be sent twice. A note may not, and ServiceNow is known to answer 403 or 500 to one that it
    stored (KB2697679): these are unclear.

    Raises:
        Unavailable: it was certainly not applied, nor will the next one be.
        Refused: the credentials are refused, not this write.
    """
    note = isinstance(write, CommentWrite)
    values = journal_of(write) if isinstance(write, CommentWrite) else _values(write)
    try:
        stored = tables.patch(table, write.id, values, idempotent=not note)
    except Unclear as unclear:
        return Receipt(write, Outcome.UNCLEAR, str(unclear))
    except Refused as refused:
        if refused.status is None or refused.status < 400 or refused.status == 401:
            raise
        perhaps = note and refused.status == 403
        return Receipt(write, Outcome.UNCLEAR if perhaps else Outcome.REFUSED, str(refused))
    wrong = [] if note else [field for field, value in values.items() if stored.get(field) != value]
    if wrong:
        return Receipt(write, Outcome.REFUSED, _not_stored(write, table, {field: stored.get(field) for field in wrong}))
    return Receipt(write, Outcome.APPLIED)


def _values(write: FieldsWrite) -> dict[str, str]:
    return {field: value or "" for field, value in write.fields.items()}


def _not_stored(write: Write, table: str, held: dict[str, object]) -> str:
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
