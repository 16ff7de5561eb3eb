"""Tickets from a file of JSON Lines, `.gz` too, in batches (docs/tickets.md)."""

import gzip
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from pathlib import Path
from typing import BinaryIO

import orjson

from sla_engine import InvalidTicket, Ticket, TicketsRead, read_lines, read_ticket

AT_ONCE = 8_000
"""Tickets of a batch: few enough that what is made of them stays in the cache of the processor."""

_BUFFER = 1 << 18
"""Bytes read from a file at a time: Python's own 8 kB take twice as long."""


class UnreadableFile(Exception):  # noqa: N818 - named by what the file is
    """The file cannot be read on; the message says why."""


@dataclass(frozen=True, slots=True)
class TicketLines:
    """Some tickets with their line numbers (from 1), and (line, reason) of lines that are no ticket."""

    tickets: list[Ticket]
    lines: list[int]
    invalid: list[tuple[int, str]]


def read_batches(path: Path) -> Iterator[TicketLines]:
    """Yield the file's tickets in order; empty lines are passed over.

    Raises:
        UnreadableFile: it is not there, or not what its name says.
    """
    batch = TicketLines([], [], [])
    for number, line in _each(path):
        try:
            batch.tickets.append(read_ticket(orjson.loads(line)))
            batch.lines.append(number)
        except orjson.JSONDecodeError as error:
            batch.invalid.append((number, f"no JSON: {error}"))
        except InvalidTicket as error:
            batch.invalid.append((number, str(error)))
        if len(batch.tickets) + len(batch.invalid) >= AT_ONCE:
            yield batch
            batch = TicketLines([], [], [])
    yield batch


def read_tables(path: Path, fields: Collection[str]) -> Iterator[tuple[Sequence[int], TicketsRead]]:
    """Yield the file's tickets as tables with these fields, with the numbers of the lines read.

    Raises:
        UnreadableFile: it is not there, or not what its name says.
    """
    for numbers, lines in _lines(path):
        yield numbers, read_lines(lines, fields)


def read_links(path: Path) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield (source, id) of both ends of each link in the file, the ticket that states it first.

    Only what a link needs is looked at: whether it stands in a ticket that is one, `read_batches` says.

    Raises:
        UnreadableFile: it is not there, or not what its name says.
    """
    for _, line in _each(path):
        if b'"links"' in line:
            try:
                document = orjson.loads(line)
                here = document["source"], document.get("id", document["key"])
                found = [(here, (link["source"], link["id"])) for link in document.get("links") or ()]
            except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
                continue  # no ticket, which whoever reads it as one is told
            yield from ((one, other) for one, other in found if all(isinstance(part, str) for part in (*one, *other)))


def _each(path: Path) -> Iterator[tuple[int, bytes]]:
    for numbers, lines in _lines(path):
        yield from zip(numbers, lines, strict=True)


def _lines(path: Path) -> Iterator[tuple[Sequence[int], Sequence[bytes]]]:
    """Yield the lines that are not empty, a batch at a time, with their numbers."""
    numbers = range(1, 1)
    try:
        with _opened(path) as file:
            while lines := list(islice(file, AT_ONCE)):
                numbers = range(numbers.stop, numbers.stop + len(lines))
                if any(map(bytes.isspace, lines)):
                    full = [not line.isspace() for line in lines]
                    yield [*compress(numbers, full)], [*compress(lines, full)]
                else:
                    yield numbers, lines
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableFile(f"{path}: {reason}") from error


def _opened(path: Path) -> gzip.GzipFile | BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb", _BUFFER)
