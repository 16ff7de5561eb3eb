"""Tickets that are linked, directly or through others, are judged together."""

from collections.abc import Sequence

from sla_engine.ticket import Ticket


def together(tickets: Sequence[Ticket], most: int) -> list[list[int]]:
    """Return the places of all tickets in parts of about `most`; what is linked stands in one, whatever its size.

    Without links that is the order of the tickets.
    """
    groups = _groups(tickets)
    parts: list[list[int]] = [[]]
    grouped = {place for group in groups for place in group}
    for group in (*groups, *([place] for place in range(len(tickets)) if place not in grouped)):
        if parts[-1] and len(parts[-1]) + len(group) > most:
            parts.append([])
        parts[-1] += group
    return [sorted(part) for part in parts if part]


def _groups(tickets: Sequence[Ticket]) -> list[list[int]]:
    """Return the groups of linked tickets, the places of each in order."""
    places: dict[tuple[str, str], int] = {}
    for place, ticket in enumerate(tickets):
        places.setdefault((ticket.source, ticket.id), place)
    head: dict[int, int] = {}

    def head_of(place: int) -> int:
        while (above := head.setdefault(place, place)) != place:
            head[place] = head[above]
            place = above
        return place

    for place, ticket in enumerate(tickets):
        for link in ticket.links:
            other = places.get((link.source, link.id))
            if other is not None and other != place:
                head[head_of(other)] = head_of(place)
    groups: dict[int, list[int]] = {}
    for place in sorted(head):
        groups.setdefault(head_of(place), []).append(place)
    return list(groups.values())
