"""Which report is meant, what of it, and how it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from slabridge.app.asked import Asked
from slabridge.text.language import Shown
from slabridge.web.process import Failed
from slabridge.web.request import Form


@dataclass(frozen=True, slots=True)
class Which:
    """Which report is meant: of which file, what was asked for, and the number of an issued one (None: a draft).

    `digest` is that of what stands in the file. `base` and `query` are of the addresses in it, and `outside` says who
    sees it, as in `Request`.
    """

    config: str
    digest: str
    asked: Asked
    number: int | None = None
    base: str = ""
    query: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a report is meant; PDF and XLSX are of a language."""

    form: Form = "document"
    language: Shown = "en"

    @property
    def file(self) -> str:
        """The file that is there when it is made."""
        return "head.json" if self.form == "document" else f"report.{self.language}.{self.form}"


WHOLE: Final = Piece()


@dataclass(frozen=True, slots=True)
class Found:
    """How it stands. `folder` has it, None where it is not there yet; `current`: it is of this moment of the state.

    Else it is being made `since` an instant (ms UTC; None: it waits for others), or `failed`.
    """

    folder: Path | None
    current: bool
    since: int | None = None
    failed: Failed | None = None


LOST: Final = Found(None, current=False)
"""How it stands where it was there, and was kept no longer when it was read: who looks again has it made."""
