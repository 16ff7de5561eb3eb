"""What the process that makes a report's files is asked for."""

from dataclasses import asdict, dataclass
from typing import Literal

import orjson

from slabridge.text.language import Shown

Form = Literal["document", "pdf", "xlsx"]
"""A report's document with all that is made of it at once, or what takes longer still and is made of that."""

ONLY = "only."
"""What stands in an address before a column of a list that is to hold a value."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be made, and the folder that it goes into; all of it is what JSON has.

    `digest` is that of what the pages know the configuration file to say (`document_digest`).
    `number` is that of an issued report, None for a draft. `document` is the file of a document that is there already.
    `base` is what addresses of pages begin with, `query` what tells this report from others in them.
    `outside`: the customer itself sees it.
    """

    folder: str
    config: str
    digest: str
    period: str
    services: tuple[str, ...] = ()
    customer: str | None = None
    by: tuple[str, ...] = ()
    number: int | None = None
    form: Form = "document"
    language: Shown = "en"
    document: str | None = None
    base: str = ""
    query: str = ""
    outside: bool = False

    def line(self) -> bytes:
        """Return it as it is sent."""
        return orjson.dumps(asdict(self)) + b"\n"
