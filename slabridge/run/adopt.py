"""The step that adopts: fields which hold what they are to hold count as written by us, whoever wrote them."""

from collections.abc import Mapping, Sequence

from sla_engine import Result
from slabridge.run.actions import adopted
from slabridge.run.context import Context
from slabridge.run.terms import Terms
from slabridge.state import tickets
from slabridge.ticket.around import ALONE, Around
from slabridge.ticket.known import Known


def adopt(
    context: Context,
    judged: Sequence[tuple[Known, Sequence[Result]]],
    terms: Terms,
    beside: Mapping[str, Around],
) -> None:
    """Record such fields; a run that died after its writes leaves them, and so does a lost state."""
    found = [
        (known, fields)
        for known, results in judged
        if (fields := adopted(known, results, terms, beside.get(known.id, ALONE)))
    ]
    if found:
        with context.state.begin() as transaction:
            for known, fields in found:
                tickets.adopt(transaction, known, fields)
