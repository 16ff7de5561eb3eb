"""Tickets of a first load are judged before they are kept, and let go with that where nothing is left to be done.

All others are kept as pending, and go the road of every ticket: judged once more, planned, written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.interface import NativeTicket
from slabridge.run.actions import is_left_alone
from slabridge.run.context import Context
from slabridge.run.found import Fit, evaluated, found, note, warn
from slabridge.run.terms import Terms
from slabridge.state import Transaction, quarantine
from slabridge.ticket.known import Evaluated, Known


@dataclass(frozen=True, slots=True)
class LetGo:
    """Tickets that are let go with being kept."""

    fit: Fit = ()
    evaluated: Sequence[Evaluated] = ()

    def note(self, transaction: Transaction, context: Context) -> None:
        """Note what comes of them besides, when they are kept."""
        note(transaction, context, self.fit)
        quarantine.release(transaction, {one.id for one in self.evaluated} - context.quarantined)
        context.tally.evaluated += len(self.fit)


def let_go(context: Context, terms: Terms, new: Sequence[NativeTicket]) -> LetGo:
    """Return those of tickets that are new to the state on which nothing is to be written, and what they come to.

    Where anything of a ticket waits or has to be said, or it lies after `as_of` in part, it is not among them.
    """
    run, as_of = context.run.number, context.as_of
    batch = [Known(native, {}, run, read_at=as_of, changed_in=run) for native in new]
    come_to = found(context, context.mapper, batch)
    left = {*come_to.invalid, *come_to.unmapped, *come_to.earlier}

    places = [
        n
        for n, known in enumerate(batch)
        if n not in left and known.is_seen_at(as_of) and is_left_alone(known, come_to.results[n], terms)
    ]
    context.mapper.count(come_to.mapped[n] for n in places)
    if come_to.warnings:
        gone = set(places)
        warn(context, ((batch[n], text) for n, text in come_to.warnings if n in gone))
    fit = [(batch[n], come_to.results[n]) for n in places]
    return LetGo(fit, evaluated(context, fit))
