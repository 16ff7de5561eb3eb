"""Agreements in words: as plain values, the same for command line, page and `/api/v1`, and as lines."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sla_engine import Definitions
from sla_engine.instant import format_instant, seconds
from slabridge.text.language import Language
from slabridge.text.said import word
from slabridge.wording.agreement import AgreementSaid, ObjectiveSaid
from slabridge.wording.example import Example
from slabridge.wording.sentence import Sentence
from slabridge.wording.steps import steps_of, title_of
from slabridge.wording.target import TargetSaid

_TIMES, _HOURS, _EXAMPLES = word("How long it may take"), word("When time counts"), word("How that counts")
_BY_CALENDAR = word("No ticket could be made up that has this promise: so much the calendar says.")


def as_json(found: Sequence[AgreementSaid], definitions: Definitions, language: Language) -> list[dict[str, Any]]:
    """Return agreements as plain values: texts in a language, instants as text, times in seconds."""
    return [_agreement(one, definitions, language) for one in found]


def _agreement(found: AgreementSaid, definitions: Definitions, language: Language) -> dict[str, Any]:
    return {
        "id": found.id,
        "table": found.table,
        "name": found.name,
        "kind": found.kind,
        "valid_from": None if found.valid_from is None else found.valid_from.isoformat(),
        "valid_to": None if found.valid_to is None else found.valid_to.isoformat(),
        "sentences": _sentences(found.sentences, language),
        "objectives": [_objective(one, definitions, language) for one in found.objectives],
    }


def _objective(found: ObjectiveSaid, definitions: Definitions, language: Language) -> dict[str, Any]:
    return {
        "name": found.name,
        "sentences": _sentences(found.sentences, language),
        "targets": targets_as_json(found.targets, language),
        "calendars": [
            {"name": one.name, "timezone": one.timezone, "sentences": [language.tell(text) for text in one.sentences]}
            for one in found.hours
        ],
        "examples": [_example(one, definitions, language) for one in found.examples],
    }


def targets_as_json(found: Sequence[TargetSaid], language: Language) -> list[dict[str, str | None]]:
    """Return an objective's targets as plain values."""
    return [
        {
            "text": language.tell(one.text),
            "when": None if one.when is None else language.tell(one.when),
            "limit": language.tell(one.limit),
            "calendar": language.tell(one.calendar),
        }
        for one in found
    ]


def _sentences(found: Sequence[Sentence], language: Language) -> list[dict[str, str]]:
    return [{"about": one.about, "text": language.tell(one.text)} for one in found]


def _example(found: Example, definitions: Definitions, language: Language) -> dict[str, Any]:
    calendar = definitions.calendars[found.calendar]
    return {
        "target": found.target,
        "scene": found.scene,
        "title": language.tell(title_of(found)),
        "fields": None if found.fields is None else dict(found.fields),
        "calendar": found.calendar,
        "timezone": calendar.timezone,
        "begins_at": format_instant(found.begins),
        "due_at": format_instant(found.due),
        "counted_seconds": seconds(found.counted),
        "steps": [language.tell(step) for step in steps_of(found, calendar)],
        "parts": [
            {
                "from": format_instant(part.start),
                "to": format_instant(part.end),
                "mode": part.mode,
                "seconds": seconds(part.worked),
            }
            for part in found.parts
        ],
    }


def print_agreements(console: Console, found: Sequence[dict[str, Any]], language: Language) -> None:
    """Print agreements, as `as_json` has them in this language."""
    for place, agreement in enumerate(found):
        if place:
            console.print()
        console.print(Text(f"{agreement['name']} ({agreement['table']})", style="bold"))
        _print(console, _texts(agreement["sentences"]), 2)
        for objective in agreement["objectives"]:
            console.print()
            _print(console, [objective["name"]], 2, style="bold")
            _print(console, _texts(objective["sentences"]), 4)
            _heading(console, _TIMES, language)
            _print(console, [target["text"] for target in objective["targets"]], 6)
            _heading(console, _HOURS, language)
            _print(console, [f"{one['name']}: {' '.join(one['sentences'])}" for one in objective["calendars"]], 6)
            _heading(console, _EXAMPLES if objective["examples"] else "", language)
            for example in objective["examples"]:
                _print(console, [example["title"]], 6)
                _print(console, _told(example, language), 8, style="dim")


def _texts(sentences: Sequence[dict[str, str]]) -> list[str]:
    return [sentence["text"] for sentence in sentences]


def _told(example: dict[str, Any], language: Language) -> Iterator[str]:
    if example["fields"] is None:
        yield language.word(_BY_CALENDAR)
    yield from example["steps"]


def _heading(console: Console, text: str, language: Language) -> None:
    if text:
        _print(console, [language.word(text)], 4, style="underline")


def _print(console: Console, texts: Iterator[str] | Sequence[str], indent: int, style: str = "") -> None:
    for text in texts:
        for one in Text(text, style=style).wrap(console, max(20, console.width - indent)):
            one.rstrip()
            console.print(Text(" " * indent).append_text(one), soft_wrap=True)
