"""What a translation says of a native definition: what is lost, what counts otherwise, what must be checked."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a finding says (docs/import.md, "Findings")."""

    UNTRANSLATED = "untranslated"
    DIFFERS = "differs"
    CHECK = "check"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about a definition or schedule by its name; `column` and `text` are what stands in the tool."""

    kind: Kind
    subject: str
    column: str
    text: str
    why: str

    def __str__(self) -> str:
        held = f" = {self.text}" if self.text else ""
        return f"{self.kind}: {self.subject}: {self.column}{held}: {self.why}"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "kind": self.kind.value,
            "subject": self.subject,
            "column": self.column,
            "text": self.text,
            "why": self.why,
        }


class Untranslatable(Exception):  # noqa: N818 - it says what a text is, and the translation goes on
    """What stands in a column cannot be translated; the definition that it is of becomes a comment."""

    def __init__(self, column: str, text: str, why: str) -> None:
        super().__init__(why)
        self.column = column
        self.text = text
        self.why = why

    def finding(self, subject: str) -> Finding:
        """Return it as a finding about a definition or schedule."""
        return Finding(Kind.UNTRANSLATED, subject, self.column, self.text, self.why)
