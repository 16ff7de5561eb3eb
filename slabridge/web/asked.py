"""What somebody asks of a list by its address."""

from starlette.datastructures import QueryParams

from slabridge.app.board import FILTERS, SORTS, STATUSES, Wanted
from slabridge.web.words import KINDS

_MOST = 1_000
_FURTHEST = 10_000_000


class Unclear(Exception):  # noqa: N818 - a state of affairs, not a defect
    """The address asks for what there is not; the message says what, and what could stand there."""


def wanted_of(query: QueryParams, also: tuple[str, ...] = ()) -> Wanted:
    """Return the list that an address asks for; beside these keys it may have those in `also`.

    Raises:
        Unclear: it asks for something else.
    """
    known = (*FILTERS, "soon", "sort", *also)
    for name in query:
        if name not in known:
            raise Unclear(f"{name} is nothing that can be asked for; there is {', '.join(known)}")
    sort = query.get("sort", "due")
    if sort.removeprefix("-") not in SORTS:
        raise Unclear(f"sort: {sort} is none of {', '.join(SORTS)}, or one of them with - before it")
    if query.get("soon", "1") != "1":
        raise Unclear("soon: there is 1 alone: what is due within an hour")
    for name, possible in (("status", STATUSES), ("kind", KINDS)):
        for value in query.getlist(name):
            if value not in possible:
                raise Unclear(f"{name}: {value} is none of {', '.join(possible)}")
    where = {name: tuple(query.getlist(name)) for name in FILTERS if name in query}
    return Wanted(where, sort.removeprefix("-"), sort.startswith("-"), "soon" in query)


def number_of(query: QueryParams, name: str, default: int, least: int = 0, most: int = _FURTHEST) -> int:
    """Return a whole number of an address.

    Raises:
        Unclear: it is none, or out of bounds.
    """
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise Unclear(f"{name}: {text} is no whole number from {least} to {most}")
    return int(text)


def part_of(query: QueryParams, default: int) -> tuple[int, int]:
    """Return from where on, and how many of a list are asked for.

    Raises:
        Unclear: that is none.
    """
    return number_of(query, "offset", 0), number_of(query, "limit", default, 1, _MOST)
