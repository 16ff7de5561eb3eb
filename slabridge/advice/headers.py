"""Which tables of a TOML file have a header of their own, as `[agreements.network]`: only its text says so."""

import tomllib
from collections.abc import Collection, Iterator

KeyPath = tuple[str, ...]


def headers_of(text: str) -> frozenset[KeyPath]:
    """Return the paths of all tables, and lists of tables, that have a header in a TOML text."""
    return frozenset(_headers(text))


def _headers(text: str) -> Iterator[KeyPath]:
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            try:
                yield _path(tomllib.loads(line))
            except tomllib.TOMLDecodeError:  # a line of a value
                continue


def _path(table: object) -> KeyPath:
    """Return the one path that a parsed header has."""
    if isinstance(table, list):
        return _path(table[0])
    assert isinstance(table, dict)  # noqa: S101 - a header has nothing else
    return next(((name, *_path(inner)) for name, inner in table.items()), ())


def holder_of(path: KeyPath, headers: Collection[KeyPath]) -> KeyPath | None:
    """Return the nearest table above that has a header; None where the table itself has one, or any beneath it."""
    if any(header[: len(path)] == path for header in headers):
        return None
    return next(path[:length] for length in range(len(path) - 1, -1, -1) if length == 0 or path[:length] in headers)
