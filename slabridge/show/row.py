"""A lane on the page: its title, its bars with who had the time, and its marks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from slabridge.show.canvas import SIZE, Canvas
from slabridge.show.lettering import length
from slabridge.show.palette import TINTS
from slabridge.show.picture import Bar, Lane, Mark
from slabridge.show.scale import Scale
from slabridge.text.printed import line
from slabridge.text.said import said, word

BAR: Final = 30
PLAIN: Final = {"uncovered": "paper", "counted": "counted", "over": "over", "several": "counted"}
"""Bars that have a colour of their own, and no holder's."""
PATTERNS: Final = {
    "closed": "hatch",
    "waiting": "dots",
    "paused": "dots",
    "stopped": "dots",
    "restarted": "hatch",
    "several": "hatch",
}
_MARKS = {"due": word("due %(time)s"), "breach": word("breached %(time)s"), "late": word("late %(time)s")}
_GAP: Final = 6
_LINE: Final = 17
_LEAST: Final = 60
"""How much room there must be for a name that is cut."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands beneath a mark: in which line, and whether to its left."""

    mark: Mark
    text: str
    line: int
    to_left: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A lane from `top` on, with its bars at `bar`."""

    lane: Lane
    top: int
    bar: int
    height: int
    labels: Sequence[Label]


def rows_of(lanes: Sequence[Lane], scale: Scale, top: int) -> list[Row]:
    """Return the rows of lanes, one beneath the other; marks that are close to each other make one higher."""
    found, above = [], scale.form.above
    for lane in lanes:
        labels = _labels(lane, scale)
        bar = top + (30 if above else 0)
        beneath = _LINE * max([1 + label.line for label in labels], default=0 if above else 1)
        height = bar - top + BAR + beneath + 15
        found.append(Row(lane, top, bar, height, labels))
        top += height
    return found


def draw_row(canvas: Canvas, row: Row, scale: Scale, crossing: Sequence[float] = ()) -> None:
    """Draw a lane; a title above its bars begins behind the arrows that cross it where it would begin."""
    form, language = scale.form, scale.language
    title, subtitle = language.tell(row.lane.title), language.tell(row.lane.subtitle)
    if form.above:
        left = max([form.edge, *(x + _GAP for x in crossing if x < form.edge + _LEAST)])
        room = form.width - form.edge - left
        canvas.text(left, row.top + 14, title, bold=True, room=room * 0.7, halo=True)
        beside = left + min(length(line(title), SIZE, bold=True), room * 0.7) + _GAP
        canvas.text(
            beside, row.top + 14, subtitle, colour="grey", size=12, room=form.width - form.edge - beside, halo=True
        )
    else:
        room = form.left - form.edge - 8
        canvas.text(form.edge, row.top + 13, title, bold=True, room=room)
        canvas.text(form.edge, row.top + 29, subtitle, colour="grey", size=12, room=room)
    for bar in row.lane.bars:
        _bar(canvas, bar, scale, row.bar)
    for mark in row.lane.marks:
        _mark(canvas, mark, scale, row.bar)
    _names(canvas, row.lane.bars, scale, row.bar)
    for label in row.labels:
        x, y = scale.x(label.mark.at), row.bar + BAR + 15 + _LINE * label.line
        place = x - _GAP if label.to_left else x + _GAP
        canvas.text(place, y, label.text, colour=_colour(label.mark), bold=True, halo=True, to_left=label.to_left)


def tint_of(bar: Bar) -> str:
    """Return the colour of a bar."""
    return PLAIN.get(bar.kind, f"tint-{bar.tint % TINTS}")


def _bar(canvas: Canvas, bar: Bar, scale: Scale, y: int) -> None:
    x, width = scale.x(bar.start), max(1.5, scale.x(bar.end) - scale.x(bar.start))
    if bar.kind != "closed":
        canvas.rect(x, y, width, BAR, tint_of(bar), "grey", dashed=bar.kind == "uncovered")
    if bar.kind in PATTERNS:
        canvas.pattern(x, y, width, BAR, PATTERNS[bar.kind])


def _names(canvas: Canvas, bars: Sequence[Bar], scale: Scale, y: int) -> None:
    """Write what bars are: in them where there is room, else beside them, else cut; what is left the legend says."""
    free, right = float(scale.form.left), scale.form.width - scale.form.edge
    hatched = [(scale.x(bar.start), scale.x(bar.end)) for bar in bars if bar.kind in PATTERNS]
    bars = [bar for bar in bars if bar.kind != "closed"]
    for number, bar in enumerate(bars):
        x, end = scale.x(bar.start), scale.x(bar.end)
        following = scale.x(bars[number + 1].start) if number + 1 < len(bars) else right
        texts = [line(scale.language.tell(label)) for label in bar.labels]
        within, beside = end - x - 2 * _GAP, following - end - 2 * _GAP
        filled = min(end, x + _GAP + max((length(text, SIZE) for text in texts), default=0))
        halo = any(first < filled and x < last for first, last in hatched)
        free, before = end, x - free - 2 * _GAP
        if inside := next((text for text in texts if length(text, SIZE) <= within), ""):
            canvas.text(x + _GAP, y + 20, inside, halo=halo)
        elif texts and length(texts[0], SIZE) <= beside:
            canvas.text(end + _GAP, y + 20, texts[0], halo=True)
            free += _GAP + length(texts[0], SIZE)
        elif texts and length(texts[0], SIZE) <= before:
            canvas.text(x - _GAP, y + 20, texts[0], halo=True, to_left=True)
        elif texts and within >= _LEAST:
            canvas.text(x + _GAP, y + 20, texts[-1], room=within, halo=halo)


def _mark(canvas: Canvas, mark: Mark, scale: Scale, y: int) -> None:
    x = scale.x(mark.at)
    canvas.line(f"M{x:g} {y - 5}V{y + BAR + 6}", _colour(mark), "2")
    if mark.kind != "due":
        canvas.area(f"M{x - 5:g} {y - 9}h10l-5 8z", _colour(mark))


def _colour(mark: Mark) -> str:
    return "ink" if mark.kind == "due" else "red"


def _labels(lane: Lane, scale: Scale) -> list[Label]:
    """Return what stands beneath the marks, each in the first line in which it covers no other."""
    found: list[Label] = []
    taken: list[list[tuple[float, float]]] = []
    for mark in sorted(lane.marks, key=lambda one: one.at):
        text = scale.language.tell(said(_MARKS[mark.kind], time=scale.clock(mark.at)))
        x, needed = scale.x(mark.at), length(text, SIZE, bold=True) + _GAP
        to_left = x + needed > scale.form.width - 2
        start, end = (x - needed, x) if to_left else (x, x + needed)
        place = next(_free(taken, start, end))
        if place == len(taken):
            taken.append([])
        taken[place].append((start, end))
        found.append(Label(mark, text, place, to_left))
    return found


def _free(taken: Sequence[Sequence[tuple[float, float]]], start: float, end: float) -> Iterator[int]:
    for place, spans in enumerate(taken):
        if all(end + _GAP <= first or last + _GAP <= start for first, last in spans):
            yield place
    yield len(taken)
