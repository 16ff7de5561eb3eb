"""Answers questions of working time in a process of its own: questions as JSON on stdin, answers as JSON on stdout.

What a peer needs of its own (its calendar, its kind of datetimes) is made before the clock starts, and what it answers
becomes milliseconds after it stopped. Seconds are those of the processor. A question that takes longer than
LIMIT has no answer.
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

LIMIT = 5.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A calendar, and questions to it.

    `days` are weekdays (0 is Monday), `hours` local times of each, `holidays` dates. `given` are pairs of instants in
    ms UTC (`between`), or instants and hours of working time (`after`).
    """

    zone: str
    days: Sequence[int]
    hours: Sequence[Sequence[str]]
    holidays: Sequence[str]
    given: Sequence[Sequence[int]]

    @property
    def dates(self) -> list[date]:
        """The holidays as dates."""
        return [date.fromisoformat(text) for text in self.holidays]

    def only_hours(self) -> tuple[str, str]:
        """Return the opening and the closing of a day.

        Raises:
            CannotAnswer: there are several.
        """
        if len(self.hours) > 1:
            raise CannotAnswer("one opening and one closing a day")
        (start, end) = self.hours[0]
        return start, end

    def local(self, at: int) -> datetime:
        """Return an instant as the clock on the wall shows it, without a zone."""
        return (EPOCH + at * MILLISECOND).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


class CannotAnswer(Exception):  # noqa: N818 - said of a peer
    """A peer has no answer to questions of this kind; the message is what it has instead."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is measured, and what makes milliseconds (None: no answer) of what it gives."""

    ask: Callable[[], Sequence[Any]]
    told: Callable[[Any], int]


Peer = Mapping[str, Callable[[Asked], Work] | str]
"""Kind of question -> what a peer does about it, or why it cannot."""


def each(ask: Callable[..., Any], given: Sequence[Sequence[Any]]) -> Callable[[], list[Any]]:
    """Return what asks one question after the other."""

    def asked() -> list[Any]:
        signal.signal(signal.SIGALRM, _late)
        found = []
        for one in given:
            signal.setitimer(signal.ITIMER_REAL, LIMIT)
            try:
                found.append(ask(*one))
            except Exception:  # noqa: BLE001 - whatever a peer raises, it has no answer
                found.append(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return found

    return asked


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def answer(peer: Peer) -> None:
    """Read questions, answer them and print the answers."""
    document = json.load(sys.stdin)
    does = peer[document.pop("kind")]
    try:
        work = does if isinstance(does, str) else does(Asked(**document))
    except CannotAnswer as reason:
        work = str(reason)
    if isinstance(work, str):
        print(json.dumps({"cannot": work}))
        return
    began = time.process_time()
    found = work.ask()
    seconds = time.process_time() - began
    print(json.dumps({"seconds": seconds, "answers": [None if one is None else work.told(one) for one in found]}))


def milliseconds(found: timedelta) -> int:
    """Return a length of time in ms."""
    return found // MILLISECOND


def instant(found: datetime) -> int:
    """Return an aware datetime in ms UTC."""
    return (found - EPOCH) // MILLISECOND
