"""What the doctor found, as lines and as JSON."""

from collections.abc import Iterator

from connectors.interface import Finding

_MARKS = {"ok": "ok      ", "warning": "warning ", "failure": "FAILURE "}


def heading(connection: str) -> str:
    """Return the line above a connection's findings."""
    return f"\n{connection}\n" if connection else ""


def lines_of(finding: Finding) -> Iterator[str]:
    """Yield a finding, and beneath it what to do."""
    yield f"  {_MARKS[finding.verdict]} {finding.what}  [{finding.check}]"
    if finding.remedy and finding.verdict != "ok":
        yield f"            -> {finding.remedy}"


def as_json(connection: str, finding: Finding) -> dict[str, str]:
    """Return a finding as plain values; `check` is its name for good."""
    return {
        "connection": connection,
        "check": finding.check,
        "verdict": finding.verdict,
        "what": finding.what,
        "remedy": finding.remedy,
    }
