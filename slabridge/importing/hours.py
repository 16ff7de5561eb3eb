"""Working time as a calendar of the configuration: weekly hours, dates with other hours, closed dates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

DAY = 24 * 60
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Piece = tuple[int, int]
"""From and until, in minutes since midnight of a date; until is over 1440 where it runs into the next date."""


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces in order, those that touch or overlap as one.

    None becomes longer than a day by it, nor as long but from midnight: the same time twice is no stretch of hours.
    """
    found: list[Piece] = []
    for start, end in sorted(pieces):
        first, last = found[-1] if found else (0, 0)
        together = max(end, last) - first
        if found and start <= last and (together < DAY or (together == DAY and first == 0)):
            found[-1] = (first, max(end, last))
        else:
            found.append((start, end))
    return found


def text(piece: Piece) -> str:
    """Return a piece as the configuration writes it."""
    start, end = piece
    end = end - DAY if end > DAY else end
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def by_date(start: int, length: int) -> Iterable[tuple[int, Piece]]:
    """Cut a stretch at midnights: yield (date, counted from the one it begins on, piece)."""
    day, end = 0, start + length
    while end > day * DAY:
        piece = (max(start, day * DAY) - day * DAY, min(end, (day + 1) * DAY) - day * DAY)
        if piece[1] > piece[0]:
            yield day, piece
        day += 1


def pieces_of(start: int, length: int) -> Iterable[tuple[int, Piece]]:
    """Return a stretch in pieces that `hours` takes: whole where it may run into the next day, else by dates."""
    return [(0, (start, start + length))] if length < DAY and start < DAY else by_date(start, length)


def weekly(hours: Sequence[Sequence[Piece]]) -> Any:  # noqa: ANN401 - text or a table
    """Return the hours of a week, Monday first."""
    if all(list(pieces) == [(0, DAY)] for pieces in hours):
        return "24x7"
    table = {}
    for pieces, days in groupby(range(7), key=lambda day: tuple(hours[day])):
        names = [NAMES[day] for day in days]
        if pieces:
            table[names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"] = [text(piece) for piece in pieces]
    return table


def windows(hours: Sequence[Sequence[Piece]]) -> list[dict[str, str]]:
    """Return times of a week, Monday first, as windows of maintenance."""
    every = sorted({piece for pieces in hours for piece in pieces})
    found = []
    for piece in every:
        for held, days in groupby(range(7), key=lambda day: piece in hours[day]):
            names = [NAMES[day] for day in days]
            if held:
                found.append({"weekly": f"{names[0] if len(names) == 1 else f'{names[0]}-{names[-1]}'} {text(piece)}"})
    return found


def dates(held: Mapping[str, Iterable[Piece]]) -> list[str]:
    """Return closed dates, whole or in parts; the keys are dates, or days of every year."""
    found = []
    for day, pieces in sorted(held.items()):
        found += [day if piece == (0, DAY) else f"{day} {text(piece)}" for piece in merged(pieces)]
    return found


def opened(held: Mapping[date, Iterable[Piece]]) -> dict[str, list[str]]:
    """Return the hours of single dates."""
    return {day.isoformat(): [text(piece) for piece in merged(pieces)] for day, pieces in sorted(held.items())}
