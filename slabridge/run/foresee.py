"""The step that foresees: what is said of cycles that nobody had to judge (docs/foresight.md, "In runs").

How likely a cycle is to break is said whenever its ticket is judged. Time alone moves that, too: it is said again when
it comes to another step. For that no ticket is read.
"""

from slabridge.run.context import Context
from slabridge.run.foreseen import keep_foreseen
from slabridge.state import forecasts, lease, results

_AT_ONCE = 500
"""Tickets of a transaction."""


def foresee(context: Context) -> None:
    """Look again at the cycles of which time alone has brought the risk to another step."""
    done = context.run.forecaster is None
    while not done:
        with context.state.begin() as transaction:
            ids = forecasts.passed(transaction, context.as_of, _AT_ONCE)
            came_to = results.of(transaction, {id_: id_ for id_ in ids})
            keep_foreseen(transaction, context, {id_: came_to.get(id_, ()) for id_ in ids})
            lease.renew(transaction.sql)
        done = len(ids) < _AT_ONCE
        context.proceed()
