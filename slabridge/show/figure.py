"""Pictures on pages of HTML: for wide and for narrow ones, in a light and in a dark scheme."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from slabridge.show.drawing import drawn_as
from slabridge.show.palette import COLOURS, RULES
from slabridge.show.picture import Picture
from slabridge.show.scale import NARROW, WIDE
from slabridge.text.language import Language
from slabridge.text.printed import line

_STYLE = f"""
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem;
  color: {COLOURS["ink"][0]}; background: {COLOURS["paper"][0]} }}
@media (prefers-color-scheme: dark) {{ body {{ color: {COLOURS["ink"][1]}; background: {COLOURS["paper"][1]} }} }}
h1, h2 {{ font-size: 1.4rem; margin-top: 3rem }}
h1, h2, p, li {{ overflow-wrap: anywhere }}
{RULES}"""


def figure_of(picture: Picture, number: int, language: str = "en") -> str:
    """Return a picture to stand in a page of HTML, the so many-th there; the page says what it is of, and has `RULES`.

    It is drawn for wide and for narrow pages, of which style sheets show the one that fits.
    """
    told = Language(language)
    svgs = [drawn_as(picture, told, form, f"-{number}-{form.name}") for form in (WIDE, NARROW)]
    return f'<figure class="timeline">\n{"".join(svgs)}</figure>\n'


def page_of(pictures: Sequence[Picture], language: str = "en") -> str:
    """Return a page of HTML with the pictures, and what they show in words."""
    told = Language(language)
    html = ET.Element("html", {"lang": language})
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    ET.SubElement(head, "title").text = line(told.tell(pictures[0].title)) if pictures else "slabridge"
    ET.SubElement(head, "style").text = _STYLE
    body = ET.SubElement(ET.SubElement(html, "body"), "main")
    for number, picture in enumerate(pictures):
        ET.SubElement(body, "h2" if number else "h1").text = line(told.tell(picture.title))
        ET.SubElement(body, "p").text = line(told.tell(picture.summary))
        body.append(ET.fromstring(figure_of(picture, number, language)))  # noqa: S314 - drawn above
        listed = ET.SubElement(body, "ul")
        for word in picture.words:
            ET.SubElement(listed, "li").text = line(told.tell(word))
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    return "<!doctype html>\n" + ET.tostring(html, encoding="unicode", method="html") + "\n"
