"""What can go wrong with a ticket tool, grouped by what the caller does about it.

ConnectorError
├── Refused            stop, a person must act: credentials, permissions, a name the tool does not know
├── Unavailable        end this connection's part of the run, the next run goes on: outage, maintenance, rate limit
│   ├── Spaced         leave this one write for the next run, the others go on: too many writes on one ticket
│   └── CutShort       ask for less: the tool broke a read off, or cancelled it
├── Unclear            a write may or may not have been applied: look before writing again
└── Halted             the run is to end: send nothing more

One bad record is no exception but a value: `interface.Skipped`. A message names the tool, what was asked and what to
do; it never holds credentials or a ticket's text, and nothing is decided by its words.
"""


class ConnectorError(Exception):
    """The root of the connectors' errors."""


class Refused(ConnectorError):  # noqa: N818 - named by what the tool did
    """The tool refuses, and asking again does not help: wrong credentials, no permission, unknown table or field.

    `status` and `body` (its JSON) are the tool's answer, where it gave one, and `date` its clock then (ms UTC).
    """

    def __init__(
        self, message: str, *, status: int | None = None, body: object = None, date: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = body
        self.date = date

    @property
    def is_of_one_thing(self) -> bool:
        """Whether only what was asked for is not there, or hidden from the account; all else can still be asked."""
        return self.status in {400, 403, 404}


class Unavailable(ConnectorError):  # noqa: N818 - as above
    """The tool does not answer as it should; `retry_after` is the seconds it asked for, where it did."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Spaced(Unavailable):
    """One ticket takes no more writes for now; this one was certainly not applied, and others may be."""


class CutShort(Unavailable):
    """A read was broken off or cancelled by the tool: the same again would be, too, and less may not."""


class Unclear(ConnectorError):  # noqa: N818 - as above
    """The answer to a write was lost; the write may have been applied."""


class Halted(ConnectorError):  # noqa: N818 - what the run is
    """The run is to end (its time is over, or it was asked to stop): nothing more is sent. No tool is to blame."""
