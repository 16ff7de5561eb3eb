"""Tickets from a file of JSON Lines, `.gz` too, in batches (docs/tickets.md)."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import orjson

from sla_engine import InvalidTicket, Ticket, read_ticket

AT_ONCE = 16_000
"""Tickets of a batch."""


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
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, 1):
                if line.isspace():
                    continue
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
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableFile(f"{path}: {reason}") from error
    yield batch


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")
