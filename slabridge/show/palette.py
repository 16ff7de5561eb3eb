"""The colours of pictures, in a light and a dark scheme.

Elements carry the light ones as attributes, for programs that know no style sheet, and are of classes by these names:
`RULES` gives a page both schemes.
"""

from collections.abc import Iterator, Mapping
from typing import Final

COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "paper": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "grey": ("#59636e", "#9da7b3"),
    "rule": ("#d1d9e0", "#30363d"),
    "night": ("#eff2f5", "#1c2128"),
    "red": ("#b42318", "#ff8a80"),
    "counted": ("#e6eaef", "#343b44"),
    "over": ("#f9c6c0", "#7a2e28"),
    "tint-0": ("#cfe3fb", "#1b4170"),
    "tint-1": ("#fde2c4", "#63400f"),
    "tint-2": ("#d6f0d8", "#20502a"),
    "tint-3": ("#ead9f7", "#4a2d6b"),
    "tint-4": ("#fbd5d5", "#65283a"),
    "tint-5": ("#d3eeee", "#12504f"),
    "tint-6": ("#f3efc2", "#4f4a12"),
    "tint-7": ("#e3e3e3", "#4a4f57"),
}
"""Name -> the colour on light, and on dark. Tints tell holders apart."""
TINTS: Final = sum(name.startswith("tint-") for name in COLOURS)


def paint(fill: str = "", stroke: str = "") -> dict[str, str]:
    """Return the attributes of an element that is filled with a colour, and lined with one ("": with none)."""
    classes = [*([fill] if fill else []), *([f"{stroke}-line"] if stroke else [])]
    found = {"class": " ".join(classes), "fill": COLOURS[fill][0] if fill else "none"}
    return found | ({"stroke": COLOURS[stroke][0]} if stroke else {})


def _colours(scheme: int) -> Iterator[str]:
    for name, colours in COLOURS.items():
        yield f".timeline .{name} {{ fill: {colours[scheme]} }}"
        if name in {"ink", "grey", "rule", "red", "paper"}:
            yield f".timeline .{name}-line {{ stroke: {colours[scheme]} }}"


RULES: Final = "\n".join(
    [
        ".timeline { margin: .5rem 0; container-type: inline-size }",
        ".timeline svg { display: block; width: 100%; height: auto }",
        ".timeline .on-narrow { display: none; max-width: 34rem }",
        "@container (max-width: 720px) {",
        ".timeline .on-wide { display: none }",
        ".timeline .on-narrow { display: block }",
        "}",
        "@media (prefers-color-scheme: dark) {",
        *_colours(1),
        "}",
        "@media print {",
        *_colours(0),
        "}",
        "",
    ]
)
"""What a page's style sheet says of the figures on it (`slabridge.show.figure`)."""
