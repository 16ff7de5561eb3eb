"""The step that plans: what is to be written on judged tickets. It changes nothing."""

from collections.abc import Mapping, Sequence

from sla_engine import Result
from slabridge.run.actions import Planned, Terms, actions_of
from slabridge.run.context import Context
from slabridge.state import outbox
from slabridge.ticket.around import ALONE, Around
from slabridge.ticket.known import Known


def plan(
    context: Context,
    judged: Sequence[tuple[Known, Sequence[Result]]],
    terms: Terms,
    beside: Mapping[str, Around],
) -> list[Planned]:
    """Return what is to be written on these tickets; those on which nothing is are left out."""
    posted: dict[str, set[str]] = {}
    with context.state.begin() as transaction:
        for ticket, marker in outbox.posted(transaction, [known.id for known, _ in judged]):
            posted.setdefault(ticket, set()).add(marker)
    found = [
        (known, actions_of(known, results, posted.get(known.id, ()), terms, beside.get(known.id, ALONE)))
        for known, results in judged
    ]
    return [(known, actions) for known, actions in found if actions]
