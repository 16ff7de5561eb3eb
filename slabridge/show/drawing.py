"""Drawing pictures as SVG: readable without colour, by a screen reader, and alike in a browser and in librsvg."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from slabridge.show.axis import draw_axis
from slabridge.show.canvas import Canvas
from slabridge.show.legend import Legend
from slabridge.show.picture import Picture
from slabridge.show.row import BAR, Row, draw_row, rows_of
from slabridge.show.scale import WIDE, Form, Scale
from slabridge.show.short import drawable, seen
from slabridge.text.language import Language
from slabridge.text.printed import line

_HEAD: Final = 58
_NEAR: Final = 5
"""Arrows between the same lanes that are no further apart are one."""


def drawn(picture: Picture, language: str = "en") -> str:
    """Return the picture as an SVG document, in a language; all text of tickets stands in it as text."""
    return drawn_as(picture, Language(language), WIDE, titled=True)


def drawn_as(picture: Picture, language: Language, form: Form, name: str = "", *, titled: bool = False) -> str:
    """Return the picture in a form, to stand among others by its name; `titled`: with what it is of, and came to."""
    scale = Scale(picture, form, language)
    lanes = [replace(lane, bars=drawable(lane.bars, scale.dot)) for lane in picture.lanes]
    picture = replace(picture, lanes=tuple(lanes), closed=tuple(seen(picture.closed, scale.dot)))
    top = (_HEAD if titled else 0) + (64 if form.above else 54)
    rows = rows_of(lanes, scale, top)
    bottom = rows[-1].top + rows[-1].height
    legend = Legend(picture, form, language, bottom + 14)
    canvas = Canvas(form.width, legend.bottom, name)
    canvas.svg.set("class", f"on-{form.name} ink")
    title, summary = language.tell(picture.title), language.tell(picture.summary)
    canvas.describe(line(title), " ".join(line(language.tell(sentence)) for sentence in picture.words))
    if titled:
        canvas.text(form.edge, 30, title, size=18, bold=True, room=form.width - 2 * form.edge)
        canvas.text(form.edge, 52, summary, colour="grey", size=14, room=form.width - 2 * form.edge)
    draw_axis(canvas, picture, scale, top, bottom)
    _handovers(canvas, picture, scale, rows)
    for number, row in enumerate(rows):
        crossing = [scale.x(at) for at, *lanes_of in picture.handovers if min(lanes_of) < number <= max(lanes_of)]
        draw_row(canvas, row, scale, crossing)
    legend.draw(canvas)
    return canvas.written()


def _handovers(canvas: Canvas, picture: Picture, scale: Scale, rows: Sequence[Row]) -> None:
    """Draw an arrow from the lane that had the time to the one that has it then."""
    last: dict[tuple[int, int], float] = {}
    for at, before, after in picture.handovers:
        x, down = scale.x(at), after > before
        if x - last.get((before, after), -_NEAR) < _NEAR:
            continue
        last[before, after] = x
        start, end = rows[before].bar + (BAR if down else 0), rows[after].bar + (0 if down else BAR)
        back = end - 6 if down else end + 6
        canvas.line(f"M{x:g} {start}V{end}M{x - 3:g} {back}L{x:g} {end}L{x + 3:g} {back}", "grey", "1.3")
