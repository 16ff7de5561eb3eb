"""Texts for people that can be said in another language: a message, and the values in it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """A message with places as `%(name)s`, and by name what stands in them: texts, numbers, or what is said itself."""

    message: str
    values: tuple[tuple[str, "str | int | Said"], ...] = ()

    def __str__(self) -> str:
        """Return it in English."""
        return self.message % {name: str(value) for name, value in self.values}

    def as_json(self) -> dict[str, Any]:
        """Return it in English, and as what can be said in another language."""
        return {"text": str(self), "said": _plain(self)}


def word(text: str) -> str:
    """Return a word of ours as it is; it is found by this call, and translated where it is shown."""
    return text


def said(message: str, /, **values: "str | int | Said") -> Said:
    """Return a message with values; messages are found by this name and translated (docs/reports.md, "Languages")."""
    return Said(message, tuple(values.items()))


def _plain(value: "str | int | Said") -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Said):
        return [value.message, {name: _plain(one) for name, one in value.values}]
    return str(value)


def read_said(plain: Any) -> "str | Said":  # noqa: ANN401 - JSON
    """Return what `as_json` has under `said`."""
    if isinstance(plain, str):
        return plain
    message, values = plain
    return Said(message, tuple((name, read_said(value)) for name, value in values.items()))
