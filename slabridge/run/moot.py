"""What need not be told any more: by what a ticket has come to since a step was noted. Pure (docs/notifications.md)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sla_engine import Result
from slabridge.config import Config
from slabridge.config.notify.rule import NotifyRule
from slabridge.run.ladder import applies, holds, name_of
from slabridge.run.noting import root_cause_of
from slabridge.ticket.notification import ROOT_CAUSE, Notification


@dataclass(frozen=True, slots=True)
class Moot:
    """Why a step is not told. With `again` it is as if it had never been reached, and told when it is reached again."""

    reason: str
    again: bool = False


_GONE = Moot("the cycle counts no more", again=True)
_SOLVED = Moot("it was solved before it was sent", again=True)
_UNTOLD = Moot("no rule tells of it any more")
_SILENCED = Moot("silenced, as the rule says")
_INHIBITED = Moot("an SLA of the same ticket is breached")
_DELIVERED = Moot("the analysis was delivered, or is not owed any more")
SUPERSEDED = Moot("a later step of the same cycle is told")
NO_ADDRESS = Moot("the file names no such address any more")
NO_TICKET = Moot("the ticket is gone, or hidden from us", again=True)


def moot(config: Config, row: Notification, every: Sequence[Result], delivered: Collection[str]) -> Moot | None:
    """Return why a step is not told, None where it is; `every` is what its ticket came to.

    `delivered` is what the field holds now that says when the root cause analysis of the cycle's service was delivered.
    """
    place = (row.agreement, row.objective, row.cycle)
    result = next((one for one in every if (one.agreement, one.objective, one.cycle) == place), None)
    if result is None or result.stage == "cancelled" or result.excluded:
        return _GONE
    if row.step == ROOT_CAUSE:
        return _DELIVERED if delivered or root_cause_of(config, row.agreement) is None else None
    if result.stopped_at is not None and not (row.urgent and result.breached):
        return _SOLVED
    rules = [rule for rule in config.notify if applies(rule, result) and _tells(rule, row)]
    if not rules:
        return _UNTOLD
    if all(rule.silence is not None and holds(rule.silence, result) for rule in rules):
        return _SILENCED
    return None if row.urgent or not _is_inhibited(result, every) else _INHIBITED


def superseded(rows: Sequence[Notification]) -> Iterator[Notification]:
    """Yield those of these steps that say less than a later one of the same cycle for the same address."""
    last: dict[tuple[str, ...], Notification] = {}
    for row in sorted(rows, key=lambda row: (row.noted_at, row.urgent)):
        if row.ticket and row.step != ROOT_CAUSE:
            place = (row.receiver, row.connection, row.ticket, row.agreement, row.objective, str(row.cycle))
            if place in last:
                yield last[place]
            last[place] = row


def _tells(rule: NotifyRule, row: Notification) -> bool:
    """Return whether a rule's ladder has this step for this receiver."""
    names = [name_of(step, 1) for step in rule.ladder if row.receiver.partition("/")[0] in step.to]
    return any(row.step == name or row.step.startswith(f"{name} again ") for name in names)


def _is_inhibited(result: Result, every: Sequence[Result]) -> bool:
    """Return whether a warning of an OLA or UC says less than what is known: an SLA of the same ticket is breached."""
    return result.kind != "sla" and any(
        one.kind == "sla" and one.breached and one.stopped_at is None and not one.excluded for one in every
    )
