"""What takes time, told to whoever listens. No ticket's text or key, and no secret, is in a name or attribute.

Nobody listens but where a run is traced (docs/daemon.md, "Traces").
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

Item = TypeVar("Item")
Attribute = str | int | bool
Start = Callable[[str, dict[str, Attribute]], AbstractContextManager[Callable[[str, Attribute], None]]]
"""Begins a span, and gives what sets an attribute while it lasts."""

_END = object()


def _unheard(_name: str, _attributes: dict[str, Attribute]) -> AbstractContextManager[Callable[[str, Attribute], None]]:
    return nullcontext(lambda _name, _value: None)


_start: Start = _unheard


def listen(start: Start | None) -> None:
    """Let spans of this process be begun by `start`; None: nobody listens any more."""
    global _start  # noqa: PLW0603 - one process has one listener, as it has one log
    _start = start or _unheard


def span(name: str, attributes: dict[str, Attribute]) -> AbstractContextManager[Callable[[str, Attribute], None]]:
    """Let a span last as long as the block."""
    return _start(name, attributes)


def spanned(name: str, items: Iterable[Item], attributes: dict[str, Attribute]) -> Iterator[Item]:
    """Yield items, with a span over the time that each took to come; the last is over what found no more."""
    iterator = iter(items)
    while True:
        with span(name, attributes):
            item = next(iterator, _END)
        if item is _END:
            return
        yield item  # type: ignore[misc] # it is none but `_END`
