"""What somebody asks of a list by its address."""

from collections.abc import Iterable

from starlette.datastructures import QueryParams

from slabridge.app.board import FILTERS, SORTS, STATUSES, Wanted
from slabridge.text.said import Said, said
from slabridge.web.words import KINDS

_MOST = 1_000
_FURTHEST = 10_000_000


class Unclear(Exception):  # noqa: N818 - a state of affairs, not a defect
    """The address asks for what cannot be; the message says what, and what could stand there."""

    status = 400

    def __init__(self, message: Said) -> None:
        super().__init__(str(message))
        self.message = message


class Absent(Unclear):
    """The address asks for what there is not, or not for who asks."""

    status = 404


def unknown(name: str, known: Iterable[str]) -> Unclear:
    """Return that nothing of a name can be asked for."""
    return Unclear(
        said("%(name)s is nothing that can be asked for; there is %(known)s", name=name, known=", ".join(known))
    )


def none_of(name: str, value: str, known: Iterable[str]) -> Unclear:
    """Return that what is asked for by a name does not have this value."""
    return Unclear(said("%(name)s: %(value)s is none of %(known)s", name=name, value=value, known=", ".join(known)))


def wanted_of(query: QueryParams, also: tuple[str, ...] = ()) -> Wanted:
    """Return the list that an address asks for; beside these keys it may have those in `also`.

    Raises:
        Unclear: it asks for something else.
    """
    known = (*FILTERS, "soon", "sort", *also)
    for name in query:
        if name not in known:
            raise unknown(name, known)
    sort = query.get("sort", "due")
    if sort.removeprefix("-") not in SORTS:
        raise none_of("sort", sort, [*SORTS, *(f"-{one}" for one in SORTS)])
    if query.get("soon", "1") != "1":
        raise none_of("soon", query["soon"], ["1"])
    for name, possible in (("status", STATUSES), ("kind", KINDS)):
        for value in query.getlist(name):
            if value not in possible:
                raise none_of(name, value, possible)
    where = {name: tuple(query.getlist(name)) for name in FILTERS if name in query}
    return Wanted(where, sort.removeprefix("-"), sort.startswith("-"), "soon" in query)


def number_of(query: QueryParams, name: str, default: int, least: int = 0, most: int = _FURTHEST) -> int:
    """Return a whole number of an address.

    Raises:
        Unclear: it is none, or out of bounds.
    """
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise Unclear(
            said(
                "%(name)s: %(text)s is no whole number from %(least)s to %(most)s",
                name=name,
                text=text,
                least=least,
                most=most,
            )
        )
    return int(text)


def part_of(query: QueryParams, default: int) -> tuple[int, int]:
    """Return from where on, and how many of a list are asked for.

    Raises:
        Unclear: that is none.
    """
    return number_of(query, "offset", 0), number_of(query, "limit", default, 1, _MOST)
