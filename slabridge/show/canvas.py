"""What pictures are made of: rectangles, lines and texts, as SVG."""

from typing import Final
from xml.etree import ElementTree as ET

from slabridge.show.lettering import fitted
from slabridge.show.palette import paint

SIZE: Final = 13
"""Of letters, where nothing else is said."""
_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"


class Canvas:
    """An SVG document on paper of a size; `name` keeps its ids apart from those of other pictures on a page."""

    def __init__(self, width: int, height: int, name: str) -> None:
        self.width, self._name = width, name
        self.svg = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": f"title{name}",
                "aria-describedby": f"words{name}",
                "font-family": _FONT,
                "font-size": str(SIZE),
                **paint("ink"),
            },
        )
        self._title = ET.SubElement(self.svg, "title", {"id": f"title{name}"})
        self._words = ET.SubElement(self.svg, "desc", {"id": f"words{name}"})
        self._patterns()
        self.rect(0, 0, width, height, "paper")

    def describe(self, title: str, words: str) -> None:
        """Say what it shows to who cannot see it."""
        self._title.text, self._words.text = title, words

    def rect(  # noqa: PLR0913, PLR0917 - a place, and how it looks
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "", *, dashed: bool = False
    ) -> None:
        """Draw a rectangle."""
        dash = {"stroke-dasharray": "4 3"} if dashed else {}
        ET.SubElement(self.svg, "rect", {**_box(x, y, width, height), **paint(fill, stroke), **dash})

    def pattern(self, x: float, y: float, width: float, height: float, pattern: str) -> None:
        """Draw `hatch` or `dots` over a rectangle."""
        fill = {"fill": f"url(#{pattern}{self._name})"}
        ET.SubElement(self.svg, "rect", {**_box(x, y, width, height), **fill})

    def line(self, path: str, colour: str, width: str = "1") -> None:
        """Draw a line."""
        ET.SubElement(self.svg, "path", {"d": path, **paint("", colour), "stroke-width": width})

    def area(self, path: str, colour: str) -> None:
        """Draw what a line surrounds."""
        ET.SubElement(self.svg, "path", {"d": path, **paint(colour)})

    def text(  # noqa: PLR0913 - how a text looks
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = "ink",
        size: int = SIZE,
        bold: bool = False,
        room: float | None = None,
        halo: bool = False,
        to_left: bool = False,
    ) -> None:
        """Write a text; what is longer than there is room for is cut. It begins at `x`, or ends there (`to_left`)."""
        left = x if to_left else self.width - x
        shown = fitted(text, left if room is None else room, size, bold=bold)
        attributes = {"x": f"{x:g}", "y": f"{y:g}"}
        attributes |= {"font-size": str(size)} if size != SIZE else {}
        attributes |= {"font-weight": "600"} if bold else {}
        attributes |= {"text-anchor": "end"} if to_left else {}
        if halo:
            shadow = {**paint("paper", "paper"), "stroke-width": "4", "stroke-linejoin": "round"}
            ET.SubElement(self.svg, "text", {**attributes, **shadow, "aria-hidden": "true"}).text = shown
        ET.SubElement(self.svg, "text", attributes | ({} if colour == "ink" else paint(colour))).text = shown

    def written(self) -> str:
        """Return the document."""
        ET.indent(self.svg)
        return ET.tostring(self.svg, encoding="unicode") + "\n"

    def _patterns(self) -> None:
        defs = ET.SubElement(self.svg, "defs")
        common = {"patternUnits": "userSpaceOnUse", "width": "7", "height": "7"}
        turned = {"id": f"hatch{self._name}", **common, "patternTransform": "rotate(45)"}
        hatch = ET.SubElement(defs, "pattern", turned)
        ET.SubElement(hatch, "rect", {"width": "2", "height": "7", **paint("grey"), "fill-opacity": "0.55"})
        dots = ET.SubElement(defs, "pattern", {"id": f"dots{self._name}", **common})
        ET.SubElement(dots, "circle", {"cx": "2", "cy": "2", "r": "1.2", **paint("grey"), "fill-opacity": "0.8"})


def _box(x: float, y: float, width: float, height: float) -> dict[str, str]:
    return {"x": f"{x:g}", "y": f"{y:g}", "width": f"{max(0, width):.5g}", "height": f"{height:g}"}
