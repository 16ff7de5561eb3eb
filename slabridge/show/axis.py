"""The time of day above a picture's lanes, and what lies outside of the clock's hours behind them."""

from slabridge.show.canvas import SIZE, Canvas
from slabridge.show.lettering import length
from slabridge.show.picture import Picture
from slabridge.show.scale import Scale
from slabridge.text.spoken import said_day, zoned


def draw_axis(canvas: Canvas, picture: Picture, scale: Scale, top: int, bottom: int) -> None:
    """Draw nights and holidays, and lines with times and dates; the year and the zone are said once."""
    form = scale.form
    for start, end in picture.closed:
        canvas.rect(scale.x(start), top - 12, scale.x(end) - scale.x(start), bottom - top + 12, "night")
    years = dict.fromkeys(f"{zoned(at, picture.zone).year}" for at in (picture.start, picture.end))
    room = form.width - 2 * form.edge if form.above else form.left - form.edge - 8
    if form.above:
        canvas.text(form.edge, top - 48, f"{'-'.join(years)}, {picture.zone}", colour="grey", room=room)
    else:
        canvas.text(form.edge, top - 32, "-".join(years), colour="grey", bold=True, room=room)
        canvas.text(form.edge, top - 17, picture.zone, colour="grey", room=room)
    times, dates = _Line(canvas, top - 17), _Line(canvas, top - 32, bold=True)
    day = ""
    for at in scale.ticks():
        moment, x = zoned(at, picture.zone), scale.x(at)
        canvas.line(f"M{x:g} {top - 12}V{bottom}", "rule")
        times.write(x, f"{moment:%H:%M}")
        if day != (day := scale.language.tell(said_day(moment))):
            dates.write(x, day)


class _Line:
    """Texts beside each other: to the right of where they belong, or to the left where the page ends."""

    def __init__(self, canvas: Canvas, y: int, *, bold: bool = False) -> None:
        self._canvas, self._y, self._bold = canvas, y, bold
        self._free = 0.0

    def write(self, x: float, text: str) -> None:
        needed = length(text, SIZE, bold=self._bold)
        to_left = x + 3 + needed > self._canvas.width - 2
        begins = x - 3 - needed if to_left else x + 3
        if begins >= self._free:
            self._free = begins + needed + 6
            place = x - 3 if to_left else x + 3
            self._canvas.text(place, self._y, text, colour="grey", bold=self._bold, to_left=to_left)
