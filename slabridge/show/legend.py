"""What the colours and patterns of a picture mean."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from slabridge.show.canvas import SIZE, Canvas
from slabridge.show.lettering import length
from slabridge.show.palette import TINTS
from slabridge.show.picture import Picture
from slabridge.show.row import PATTERNS, PLAIN
from slabridge.show.scale import Form
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.said import said, word

KINDS: Final = {
    "covered": word("in the hours of its OLA or UC"),
    "closed": word("outside the hours of its OLA or UC"),
    "waiting": word("its OLA or UC is paused"),
    "uncovered": word("under no OLA or UC"),
    "counted": word("the clock counts"),
    "over": word("over what was agreed"),
    "paused": word("the clock is paused"),
    "stopped": word("the clock stands still"),
    "restarted": word("before a restart"),
    "several": word("several in turn, too short to be drawn"),
}
"""What a bar counts for, as the legend says it, in its order."""
_WIDTH: Final = 22
_ROW: Final = 22


@dataclass(frozen=True, slots=True)
class _Entry:
    """A sample, and what it means."""

    text: str
    sample: Callable[[Canvas, float, float], None]


@dataclass(frozen=True, slots=True)
class _Placed:
    entry: _Entry
    x: float
    y: float


class Legend:
    """The legend of a picture, from `top` on: who had the time, and what the kinds of its bars mean."""

    def __init__(self, picture: Picture, form: Form, language: Language, top: int) -> None:
        self._placed: list[_Placed] = []
        self._right = form.width - form.edge
        y = top
        for entries in (list(_holders(picture, language)), list(_kinds(picture, language))):
            x: float = form.edge
            for entry in entries:
                width = _WIDTH + 6 + length(entry.text, SIZE)
                if x > form.edge and x + width > self._right:
                    x, y = form.edge, y + _ROW
                self._placed.append(_Placed(entry, x, y))
                x += width + 16
            y += _ROW if entries else 0
        self.bottom = y + 6

    def draw(self, canvas: Canvas) -> None:
        """Draw it."""
        for one in self._placed:
            one.entry.sample(canvas, one.x, one.y)
            begin = one.x + _WIDTH + 6
            canvas.text(begin, one.y + 12, one.entry.text, colour="grey", room=self._right - begin)


def _holders(picture: Picture, language: Language) -> Iterator[_Entry]:
    """Yield who had the time, where it was more than one."""
    if len(picture.holders) < 2:
        return
    for tint, holder in enumerate(picture.holders[:TINTS]):
        yield _Entry(line(language.tell(holder), 60), partial(_sample, fill=f"tint-{tint}"))
    if len(picture.holders) > TINTS:
        more = language.tell(said("and %(number)s more", number=len(picture.holders) - TINTS))
        yield _Entry(more, partial(_sample, fill="paper"))


def _kinds(picture: Picture, language: Language) -> Iterator[_Entry]:
    there = {bar.kind for lane in picture.lanes for bar in lane.bars}
    for kind in [kind for kind in KINDS if kind in there]:
        yield _Entry(language.word(KINDS[kind]), partial(_sample_of, kind=kind, many=len(picture.holders) > 1))
    if picture.closed:
        outside = language.word(word("outside of the clock's hours"))
        yield _Entry(outside, partial(_sample, fill="night", stroke="rule"))


def _sample(canvas: Canvas, x: float, y: float, *, fill: str, stroke: str = "grey") -> None:
    canvas.rect(x, y, _WIDTH, 14, fill, stroke)


def _sample_of(canvas: Canvas, x: float, y: float, *, kind: str, many: bool) -> None:
    """Draw a bar of a kind, in two of the colours where these tell holders apart."""
    fill = PLAIN.get(kind, "tint-0")
    canvas.rect(x, y, _WIDTH, 14, fill, "grey", dashed=kind == "uncovered")
    if many and kind not in PLAIN:
        canvas.rect(x + _WIDTH / 2, y, _WIDTH / 2, 14, "tint-1", "grey")
    if kind in PATTERNS:
        canvas.pattern(x, y, _WIDTH, 14, PATTERNS[kind])
