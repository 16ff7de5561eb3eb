"""Relative durations: of their scripts the one form that ServiceNow ships is understood, and no other."""

import re
from typing import Any

from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.row import Row
from slabridge.importing.vocabulary import Vocabulary

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_TIME = r'["\'](\d\d):(\d\d):(\d\d)["\']'
_STOCK = re.compile(
    r"vardays=(\d{1,3});"
    rf"if\(calculator\.isAfter\(calculator\.startDateTime,{_TIME}\)\)(?:days\+\+;|\{{days\+\+;\}})"
    rf"calculator\.calcRelativeDueDate\(calculator\.startDateTime,days,{_TIME}\);"
)
_DUE_DATE = "Breach on Due Date"


def read_relative(row: Row, subject: str, vocabulary: Vocabulary) -> tuple[dict[str, Any], list[Finding]]:
    """Return a relative duration as `by` of a target, and how it counts otherwise here.

    Raises:
        Untranslatable: its script is none of the known form.
    """
    script = row["script"]
    plain = _SPACE.sub("", _COMMENT.sub("", script))
    name = row["name"]
    if name == _DUE_DATE and "current.due_date" in plain and plain.count("current.") == plain.count("current.due_date"):
        why = (
            "a due date that is empty or past breaches there one second after the start, and one out of hours when "
            "they next begin; here an empty one gives no result, and any other counts as it is"
        )
        return {"field": vocabulary.field("due_date")}, [Finding(Kind.DIFFERS, subject, "duration_type", name, why)]
    found = _STOCK.fullmatch(plain)
    if found is None:
        raise Untranslatable(
            "duration_type", f"{name}: {script}", "is a script other than the one that ServiceNow ships"
        )
    days, *times = found.groups()
    if times[2] != "00" or times[5] != "00":
        raise Untranslatable(
            "duration_type", f"{name}: {script}", "names a time with seconds, and times here have none"
        )
    cutoff, at = f"{times[0]}:{times[1]}", f"{times[3]}:{times[4]}"
    why = (
        f"what arrives on a closed day, or after hours though before {cutoff}, gets one day more there; what arrives "
        f"at {cutoff}:00 itself is in time there, and late here"
    )
    return {"days": int(days), "at": at, "cutoff": cutoff}, [Finding(Kind.DIFFERS, subject, "duration_type", name, why)]
