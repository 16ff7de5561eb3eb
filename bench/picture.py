"""Draw the README's picture from what the demo really prints.

    python -m bench.picture            writes docs/demo.svg (from the checkout)

The table of runs and one ticket are shown. Of the ticket, its last two comments and the cycles that explain them are
kept, so that the picture fits a screen; what is left out is marked.
"""

import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import sync
from sla_engine.instant import HOUR
from slabridge.app.demo import Demo, demo
from slabridge.show import logs
from slabridge.show.demo import panel_of, table_of
from slabridge_sandbox.options import SandboxOptions

PICTURE = Path(__file__).parents[1] / "docs" / "demo.svg"
WIDTH = 106
SEED = 3
COMMAND = "slabridge demo --seed 3 --days 1 --step 6h"
COMMENTS = 2
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
_INK, _PAPER, _GREY = (214, 221, 229), (13, 17, 23), (139, 148, 158)
_COLOURS = ((255, 123, 114), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255), (86, 212, 221))
THEME = TerminalTheme(_PAPER, _INK, [_PAPER, *_COLOURS, _INK], [_GREY, *_COLOURS, (255, 255, 255)])


def shortened(ticket: Text) -> Text:
    """Return a ticket with its last comments, and of its cycles the last breached one of each kind."""
    head, _, why = ticket.plain.partition("\nwhy (slabridge explain)\n")
    comments = [match.start() for match in re.finditer(r"^comment of ", head, re.MULTILINE)]
    cycles = [
        len(ticket.plain) - len(why) + match.start() for match in re.finditer(r"^(SLA|OLA|UC) ", why, re.MULTILINE)
    ]
    spans = list(zip(cycles, [*cycles[1:], len(ticket.plain)], strict=True))
    breached = {
        ticket.plain[start : start + 3]: (start, end) for start, end in spans if _is_breached(ticket.plain[start:end])
    }
    kept = [(0, comments[0]), (comments[max(0, len(comments) - COMMENTS)], len(head) + 1)]
    kept += [(len(head) + 1, cycles[0]), *sorted(breached.values())]
    dots = Text("…\n\n", style="dim")
    result = Text()
    for n, (start, end) in enumerate(kept):
        result.append_text(ticket[start:end])
        if n == 0 and len(comments) > COMMENTS:
            result.append_text(dots)
    result.rstrip()
    return result


def _is_breached(cycle: str) -> bool:
    return ": breached, " in cycle.partition("\n")[0]


def drawn(done: Demo) -> str:
    """Return the picture as SVG that asks no other host for a font."""
    paper = Console(record=True, width=WIDTH, highlight=False, file=StringIO(), force_terminal=True)
    ticket = panel_of(done.tickets[-1], done.config.definitions)
    if not isinstance(ticket.renderable, Text):
        raise TypeError("the demo's ticket is no text")
    ticket.renderable = shortened(ticket.renderable)
    paper.print(table_of(done))
    paper.print()
    paper.print(ticket)
    svg = paper.export_svg(title=COMMAND, theme=THEME, unique_id="demo")
    svg = re.sub(r"\s*@font-face\s*{.*?}|\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family:[^;]*;", f"font-family: {FONTS};", svg)
    svg = svg.replace(
        "font-size: 20px", "font-size: 21px"
    )  # so that lines meet; for the same reason nothing is clipped
    svg = re.sub(
        r' clip-path="url\(#demo-line-\d+\)"|<clipPath id="demo-line-\d+">.*?</clipPath>', "", svg, flags=re.DOTALL
    )
    return re.sub(r"[ \t]+$|\n(?=\s*\n)", "", svg, flags=re.MULTILINE)


def main() -> None:
    logs.configure("error", "console")
    options = SandboxOptions(seed=SEED)
    done = demo(options, 1, 6 * HOUR, sync, on_start=lambda _: None, on_run=lambda *_: None)
    PICTURE.write_text(drawn(done), encoding="utf-8")


if __name__ == "__main__":
    main()
