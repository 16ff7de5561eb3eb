"""What is wrong with one ticket's history, in words (docs/tickets.md, "Warnings")."""

from collections.abc import Collection, Sequence
from operator import attrgetter

from sla_engine.ticket import Comment, Entry, Ticket, Values


def oddities_of(ticket: Ticket) -> Collection[str]:
    """Return what is wrong with a ticket's history, each kind once; it is judged all the same."""
    happened, early = _in_order(ticket)
    problems: dict[str, str] = {}
    held = _first_values(ticket, happened)
    for item in happened:
        if isinstance(item, Entry):
            for name, (before, after) in item.changes.items():
                if held[name] != before:
                    problems["chain"] = problems.get("chain") or (
                        f"{name} is changed from {_shown(before)} where it held {_shown(held[name])}; "
                        "the new value is used"
                    )
                held[name] = after
    if early:
        problems["early"] = f"{early} of its entries and comments lie before its creation, and are taken at it"
    for name, values in ticket.fields.items():
        if held[name] != values:
            ending = f"{name} is {_shown(values)}, but its history ends with {_shown(held[name])}, which is used"
            problems.setdefault("end", ending)
    return problems.values()


def _in_order(ticket: Ticket) -> tuple[Sequence[Entry | Comment], int]:
    """Return what happened in replay order, and how much of it lies before the creation, at which that is taken."""
    happened: list[Entry | Comment] = [*ticket.history, *ticket.comments]  # at one instant in this order
    happened.sort(key=_AT)
    if not happened or happened[0].at >= ticket.created:
        return happened, 0
    happened = [*ticket.history, *ticket.comments]
    happened.sort(key=lambda item: max(item.at, ticket.created))
    return happened, sum(item.at < ticket.created for item in happened)


_AT = attrgetter("at")


def _first_values(ticket: Ticket, happened: Sequence[Entry | Comment]) -> dict[str, Values]:
    """Return what each field held at the creation: the `before` of its first change, else its value now."""
    first = dict(ticket.fields)
    for item in reversed(happened):
        if isinstance(item, Entry):
            for name, (before, _) in item.changes.items():
                first[name] = before
    return first


def _shown(values: Values) -> str:
    return repr(", ".join(values)) if values else "nothing"
