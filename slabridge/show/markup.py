"""Templates of HTML, in the language of who reads it: every value is escaped, and one that is missing is an error."""

from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined

from slabridge.show.report_table import time_of
from slabridge.text.language import Language
from slabridge.text.printed import line


def environment(language: Language, loader: BaseLoader) -> Environment:
    """Return what renders templates."""
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=loader,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_translations(language.catalogue, newstyle=True)  # type: ignore[attr-defined] # of the extension
    found.filters |= {
        "time": lambda seconds: language.tell(time_of(seconds)),
        "plain": _plain,
        "word": language.word,
        "say": language.say,
        "number": language.number,
    }
    return found


def _plain(value: Any) -> str:  # noqa: ANN401 - any value
    """Return a value as a text that steers nothing."""
    return "" if value is None else line(str(value))
