"""How the pages' templates show values: the filters that stand in them, in the language of who reads them."""

import re
import shlex
from functools import cache

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from sla_engine.instant import format_instant, parse_instant
from slabridge.app.age import Age
from slabridge.exit import Exit
from slabridge.show import markup
from slabridge.show.risk import ended, forecast_of, hint, why
from slabridge.show.sentences import MODES, STATUSES
from slabridge.show.services import signed
from slabridge.show.words import CAUSES, COLUMNS, SHEETS
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.spoken import roughly, spoken
from slabridge.web.words import EXITS, FIELDS, KINDS, SIGNS, TOLD

_OLD = 30 * 60 * 1000
"""From how old on data is shown as old, ms."""
_HEADS = {**FIELDS, **COLUMNS}
"""What stands over a column of a list; a field that the file alone names has its name there."""


@cache
def environment(code: str) -> Environment:
    """Return what renders the pages in a language."""
    language = Language(code)
    found = markup.environment(language, PackageLoader("slabridge.web"))
    found.filters |= {
        "tell": lambda text: line(language.tell(text)),
        "mode": lambda name: language.word(MODES[name]),
        "grouped": language.grouped,
        "code": _code,
        "told": lambda value, column: language.word(CAUSES.get(value, value)) if column in TOLD and value else value,
        "spoken": lambda ms: language.tell(spoken(ms)),
        "status": lambda name: language.word(STATUSES[name]),
        "kind": lambda name: language.word(KINDS[name]),
        "field": lambda name: language.word(FIELDS[name]) if name in FIELDS else name,
        "roughly": lambda ms: language.tell(roughly(ms)),
        "iso": format_instant,
        "instant": parse_instant,
        "shell": lambda text: shlex.quote(line(text)),
        "signed": lambda seconds: language.tell(signed(seconds)),
        "column": lambda name: language.word(_HEADS[name]) if name in _HEADS else name,
        "sheet": lambda name: language.word(SHEETS[name]),
        "exit": lambda code: language.word(EXITS[Exit(code)]),
    }
    found.globals |= {"is_old": _is_old, "signs": SIGNS, "forecast_of": forecast_of}
    found.globals |= {"ended": ended, "hint": hint, "why": why}
    return found


def _is_old(age: Age) -> bool:
    return age.ms is None or age.ms > _OLD


def _code(text: str) -> Markup:
    """Return a text with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before
