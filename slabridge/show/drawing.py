"""Drawing pictures as SVG: readable without colour, by a screen reader, and alike in a browser and in librsvg."""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.show.picture import Bar, Lane, Mark, Picture
from slabridge.text.printed import line
from slabridge.text.spoken import zoned

WIDTH: Final = 1000
_LEFT, _RIGHT, _TOP, _LANE, _BAR = 190, 24, 112, 62, 30
_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
_INK, _GREY, _RULE, _NIGHT, _RED = "#1f2328", "#59636e", "#d1d9e0", "#eff2f5", "#b42318"
_TINTS = ("#cfe3fb", "#fde2c4", "#d6f0d8", "#ead9f7", "#fbd5d5", "#d3eeee", "#f3efc2", "#e3e3e3")
_STEPS = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY)
_MOST_TICKS = 9
_LETTER = 6.4
"""How wide a letter of 12 is, on the safe side."""
_KINDS = {
    "covered": "in the hours of a promise beneath",
    "closed": "a promise beneath runs, out of its hours",
    "waiting": "the promise beneath is paused",
    "uncovered": "nobody beneath has promised it",
    "counted": "the clock counts",
    "over": "over what was agreed",
    "paused": "paused",
    "stopped": "stopped",
    "restarted": "before a restart",
}
"""What a bar counts for, as the legend says it, in its order."""
_PLAIN = {"uncovered": "#ffffff", "counted": "#e6eaef", "over": "#f9c6c0"}
"""Bars that have a colour of their own, and no holder's."""
_OUTSIDE = "outside"
"""Stands among the kinds for what lies outside of the clock's hours."""
_ROW = 22
_HATCHED = {"closed": "hatch", "waiting": "dots", "paused": "dots", "stopped": "dots", "restarted": "hatch"}


def drawn(picture: Picture) -> str:
    """Return the picture as an SVG document; all text of tickets stands in it as text."""
    legend = _legend(picture)
    further = _ROW * max((row for _, _, row in legend), default=0)
    height = _TOP + _LANE * len(picture.lanes) + 64 + further
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "width": str(WIDTH),
            "height": str(height),
            "role": "img",
            "aria-labelledby": "title words",
            "font-family": _FONT,
            "font-size": "12",
            "fill": _INK,
        },
    )
    ET.SubElement(svg, "title", {"id": "title"}).text = line(picture.title)
    ET.SubElement(svg, "desc", {"id": "words"}).text = " ".join(map(line, picture.words))
    _patterns(svg)
    _rect(svg, 0, 0, WIDTH, height, fill="#ffffff")
    _text(svg, 24, 30, picture.title, size=17, weight="600", most=WIDTH - 48)
    _text(svg, 24, 51, picture.summary, fill=_GREY, size=13, most=WIDTH - 48)
    scale = _Scale(picture)
    _background(svg, picture, scale, height - further)
    for number, lane in enumerate(picture.lanes):
        _lane(svg, lane, scale, _TOP + _LANE * number)
    for at, before, after in picture.handovers:
        _handover(svg, scale.x(at), before, after)
    for kind, x, row in legend:
        y = height - 22 - further + _ROW * row
        _bar_sample(svg, kind, x, y - 11)
        _text(svg, x + 28, y, _meaning(kind), fill=_GREY)
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


class _Scale:
    """From instants to places on the page."""

    def __init__(self, picture: Picture) -> None:
        self._start = picture.start
        self._zone = picture.zone
        self._long = picture.end - picture.start > DAY
        self._per_ms = (WIDTH - _LEFT - _RIGHT) / max(1, picture.end - picture.start)

    def x(self, at: int) -> float:
        """Return how far to the right an instant stands."""
        return round(_LEFT + (at - self._start) * self._per_ms, 1)

    def clock(self, at: int) -> str:
        """Return the local time of an instant, with its date where the picture spans days."""
        return f"{zoned(at, self._zone):{'%a %d %b %H:%M' if self._long else '%H:%M'}}"


def _patterns(svg: ET.Element) -> None:
    defs = ET.SubElement(svg, "defs")
    common = {"patternUnits": "userSpaceOnUse", "width": "7", "height": "7"}
    hatch = ET.SubElement(defs, "pattern", {"id": "hatch", **common, "patternTransform": "rotate(45)"})
    ET.SubElement(hatch, "rect", {"width": "2", "height": "7", "fill": _GREY, "fill-opacity": "0.55"})
    dots = ET.SubElement(defs, "pattern", {"id": "dots", **common})
    ET.SubElement(dots, "circle", {"cx": "2", "cy": "2", "r": "1.2", "fill": _GREY, "fill-opacity": "0.8"})


def _background(svg: ET.Element, picture: Picture, scale: _Scale, height: int) -> None:
    """Draw nights and holidays, and the time of day."""
    bottom = height - 50
    for start, end in picture.closed:
        _rect(svg, scale.x(start), _TOP - 12, scale.x(end) - scale.x(start), bottom - _TOP + 12, fill=_NIGHT)
    seen = ""
    for at in _ticks(picture):
        moment, x = zoned(at, picture.zone), scale.x(at)
        day = f"{moment:%a %d %b}"
        ET.SubElement(svg, "path", {"d": f"M{x} {_TOP - 12}V{bottom}", "stroke": _RULE, "fill": "none"})
        _beside(svg, x, _TOP - 16, f"{moment:%H:%M}", 3, fill=_GREY)
        if day != seen:
            _beside(svg, x, _TOP - 30, day, 3, fill=_GREY, weight="600")
        seen = day


def _ticks(picture: Picture) -> list[int]:
    """Return instants at whole hours or days of local time, as many as fit."""
    span = picture.end - picture.start
    step = next((step for step in _STEPS if span / step <= _MOST_TICKS), -(-span // (_MOST_TICKS * DAY)) * DAY)
    offset = zoned(picture.start, picture.zone).utcoffset()
    ahead = 0 if offset is None else int(offset.total_seconds()) * 1000
    first = -(-(picture.start + ahead) // step) * step - ahead
    return list(range(first, picture.end + 1, step))


def _lane(svg: ET.Element, lane: Lane, scale: _Scale, top: int) -> None:
    _text(svg, 24, top + 14, lane.title, weight="600", size=13, most=_LEFT - 32)
    _text(svg, 24, top + 30, lane.subtitle, fill=_GREY, most=_LEFT - 32)
    for bar in lane.bars:
        _bar(svg, bar, scale, top)
    for mark in lane.marks:
        _mark(svg, mark, scale, top)


def _bar(svg: ET.Element, bar: Bar, scale: _Scale, top: int) -> None:
    x, width = scale.x(bar.start), max(1.5, scale.x(bar.end) - scale.x(bar.start))
    if bar.kind != "closed":
        fill = _PLAIN.get(bar.kind, _TINTS[bar.tint % len(_TINTS)])
        dash = {"stroke-dasharray": "4 3"} if bar.kind == "uncovered" else {}
        _rect(svg, x, top, width, _BAR, fill=fill, stroke=_GREY, **dash)
    if bar.kind in _HATCHED:
        _rect(svg, x, top, width, _BAR, fill=f"url(#{_HATCHED[bar.kind]})")
    room = int((width - 10) / _LETTER)
    label = next((one for one in bar.labels if len(line(one)) <= room), bar.labels[-1] if bar.labels else "")
    if label and room >= min(len(label), 4):
        _text(svg, x + 6, top + 20, label, most=width - 10, halo=bar.kind in _HATCHED)


def _handover(svg: ET.Element, x: float, before: int, after: int) -> None:
    """Draw an arrow from the lane that had the time to the one that has it then."""
    down = after > before
    start = _TOP + _LANE * before + (_BAR if down else 0)
    end = _TOP + _LANE * after + (0 if down else _BAR)
    head = (
        f"M{x - 3} {end - 6}L{x} {end}L{x + 3} {end - 6}" if down else f"M{x - 3} {end + 6}L{x} {end}L{x + 3} {end + 6}"
    )
    ET.SubElement(
        svg, "path", {"d": f"M{x} {start}V{end}{head}", "stroke": _GREY, "stroke-width": "1.3", "fill": "none"}
    )


def _mark(svg: ET.Element, mark: Mark, scale: _Scale, top: int) -> None:
    label = f"{mark.label} {scale.clock(mark.at)}"
    x, bad = scale.x(mark.at), mark.kind != "due"
    colour = _RED if bad else _INK
    ET.SubElement(
        svg, "path", {"d": f"M{x} {top - 5}V{top + _BAR + 6}", "stroke": colour, "stroke-width": "2", "fill": "none"}
    )
    if bad:
        ET.SubElement(svg, "path", {"d": f"M{x - 5} {top - 9}h10l-5 8z", "fill": colour})
    _beside(svg, x, top + _BAR + 14, label, 5, fill=colour, weight="600")


def _beside(  # noqa: PLR0913 - how a text looks
    svg: ET.Element, x: float, y: float, label: str, gap: int, *, fill: str, weight: str = "400"
) -> None:
    """Write a label to the right of a line, or to its left where the page ends."""
    fits = x + gap + len(label) * _LETTER < WIDTH - 4
    _text(svg, x + gap if fits else x - gap, y, label, fill=fill, weight=weight, to_left=not fits)


def _legend(picture: Picture) -> list[tuple[str, float, int]]:
    """Return what the picture's marks mean: each kind, where it begins, and in which row."""
    found: list[tuple[str, float, int]] = []
    kinds = [kind for kind in _KINDS if any(bar.kind == kind for lane in picture.lanes for bar in lane.bars)]
    x, row = 24.0, 0
    for kind in [*kinds, *([_OUTSIDE] if picture.closed else [])]:
        width = 28 + len(_meaning(kind)) * _LETTER
        if x > 24 and x + width > WIDTH - 24:
            x, row = 24.0, row + 1
        found.append((kind, x, row))
        x += width + 18
    return found


def _meaning(kind: str) -> str:
    return "outside of the clock's hours" if kind == _OUTSIDE else _KINDS[kind]


def _bar_sample(svg: ET.Element, kind: str, x: float, y: float) -> None:
    if kind == _OUTSIDE:
        _rect(svg, x, y, 22, 14, fill=_NIGHT, stroke=_RULE)
        return
    dash = {"stroke-dasharray": "4 3"} if kind == "uncovered" else {}
    _rect(svg, x, y, 22, 14, fill=_PLAIN.get(kind, _TINTS[0]), stroke=_GREY, **dash)
    if kind in _HATCHED:
        _rect(svg, x, y, 22, 14, fill=f"url(#{_HATCHED[kind]})")


def _rect(svg: ET.Element, x: float, y: float, width: float, height: float, **given: str) -> None:
    attributes = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{max(0, width):g}", "height": f"{height:g}"}
    ET.SubElement(svg, "rect", attributes | {name.replace("_", "-"): value for name, value in given.items()})


def _text(  # noqa: PLR0913 - how a text looks
    svg: ET.Element,
    x: float,
    y: float,
    text: str,
    *,
    size: int = 12,
    weight: str = "400",
    fill: str = _INK,
    most: float = WIDTH,
    halo: bool = False,
    to_left: bool = False,
) -> None:
    """Write a text; what is longer than there is room for is cut. It begins at `x`, or ends there (`to_left`)."""
    letters = max(1, int(most / (_LETTER * size / 12)))
    attributes = {"x": f"{x:g}", "y": f"{y:g}", "font-size": str(size), "font-weight": weight, "fill": fill}
    if to_left:
        attributes["text-anchor"] = "end"
    if halo:
        shadow = attributes | {"stroke": "#ffffff", "stroke-width": "4", "stroke-linejoin": "round", "fill": "#ffffff"}
        ET.SubElement(svg, "text", {**shadow, "aria-hidden": "true"}).text = line(text, letters)
    ET.SubElement(svg, "text", attributes).text = line(text, letters)


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }
svg { max-width: 100%; height: auto }
"""


def page_of(pictures: Sequence[Picture]) -> str:
    """Return a page of HTML with the pictures, and what they show in words."""
    html = ET.Element("html", {"lang": "en"})
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    ET.SubElement(head, "title").text = line(pictures[0].title) if pictures else "slabridge"
    ET.SubElement(head, "style").text = _STYLE
    body = ET.SubElement(html, "body")
    for number, picture in enumerate(pictures):
        ET.SubElement(body, "h2").text = line(picture.title)
        svg = drawn(picture).replace('id="title"', f'id="title{number}"').replace('id="words"', f'id="words{number}"')
        svg = svg.replace('aria-labelledby="title words"', f'aria-labelledby="title{number} words{number}"')
        body.append(ET.fromstring(svg))  # noqa: S314 - drawn above
        listed = ET.SubElement(body, "ul")
        for word in picture.words:
            ET.SubElement(listed, "li").text = line(word)
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    return "<!doctype html>\n" + ET.tostring(html, encoding="unicode", method="html") + "\n"
