"""The step that plans: what is to be written on judged tickets. It changes nothing."""

from collections.abc import Mapping, Sequence

from sla_engine import Result
from slabridge.run.actions import Action, Planned, actions_of
from slabridge.run.context import Context
from slabridge.run.terms import Terms
from slabridge.state import outbox
from slabridge.ticket.around import ALONE, Around
from slabridge.ticket.known import Known
from slabridge.ticket.posted import NOTHING, Posted


def plan(
    context: Context,
    judged: Sequence[tuple[Known, Sequence[Result]]],
    terms: Terms,
    beside: Mapping[str, Around],
) -> list[Planned]:
    """Return what is to be written on these tickets; those on which nothing is, or was held, are left out."""
    with context.state.begin() as transaction:
        every = outbox.posted(transaction, [known.id for known, _ in judged])

    def planned(known: Known, results: Sequence[Result], posted: Posted) -> list[Action]:
        return actions_of(known, results, posted, terms, beside.get(known.id, ALONE))

    found = [
        (known, planned(known, results, posted), posted)
        for known, results in judged
        for posted in (every.get(known.id, NOTHING),)
    ]
    return [(known, actions) for known, actions, posted in found if actions or posted.held]
