"""What the doctor found, as lines and as JSON."""

from collections.abc import Iterator

from connectors.interface import Finding

_MARKS = {"ok": "ok      ", "warning": "warning ", "failure": "FAILURE "}


def heading(customer: str, connection: str) -> str:
    """Return the line above a connection's findings, or above those of a customer."""
    name = " ".join(filter(None, (customer, connection)))
    return f"\n{name}\n" if name else ""


def lines_of(finding: Finding) -> Iterator[str]:
    """Yield a finding, and beneath it what to do."""
    yield f"  {_MARKS[finding.verdict]} {finding.what}  [{finding.check}]"
    if finding.remedy and finding.verdict != "ok":
        yield f"            -> {finding.remedy}"


def as_json(customer: str, connection: str, finding: Finding) -> dict[str, str]:
    """Return a finding as plain values; `check` is its name for good, `customer` that of a folder's."""
    return {
        **({"customer": customer} if customer else {}),
        "connection": connection,
        "check": finding.check,
        "verdict": finding.verdict,
        "what": finding.what,
        "remedy": finding.remedy,
    }
