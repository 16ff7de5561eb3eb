"""What is left to services, on a terminal."""

from collections.abc import Iterator
from typing import Any

from slabridge.report.document import Document
from slabridge.show.report_table import time_of
from slabridge.text.language import Language
from slabridge.text.said import Said, read_said, said, word

EXPLAINED = word(
    "More breaches: how many more leave the promise kept if nothing else is decided in the period; each case that is "
    "met besides adds to it. Downtime left is of the allowance for the whole period."
)
_VERDICTS = {True: word("kept"), False: word("MISSED"), None: word("no verdict")}


def lines_of(document: Document, language: str = "en") -> Iterator[str]:
    """Yield it line by line."""
    tell = Language(language).tell
    state = said(document["state"])
    head = said(
        "%(period)s (%(state)s), as of %(time)s", period=document["period"], state=state, time=document["as_of"]
    )
    yield tell(head)
    for note in document["notes"]:
        yield Language(language).say(note)
    for one in document["services"]:
        yield ""
        yield f"{one['title']}"
        if one["availability"] is not None:
            yield f"  {tell(_available(one['availability']))}"
        for found in one["objectives"]:
            yield f"  {tell(_objective(found))}"
    yield ""
    yield tell(said(EXPLAINED))


def _available(found: dict[str, Any]) -> Said:
    if found["percent"] is None and found["service_time_seconds"]:
        why = read_said(found["why_no_verdict"]["said"])
        return said("availability: %(verdict)s: %(why)s", verdict=said(_VERDICTS[None]), why=why)
    if found["left_seconds"] is None:
        return said("availability: %(verdict)s, nothing is promised", verdict=said(_VERDICTS[None]))
    return said(
        "availability: %(verdict)s so far, %(percent)s of %(target)s promised; outages: %(count)s, the longest "
        "%(longest)s; down %(used)s of %(allowance)s allowed, left %(left)s (%(share)s)",
        verdict=said(_VERDICTS[found["kept"]]),
        percent=_percent(found["percent"]),
        target=_percent(found["target"]),
        count=found["outages"],
        longest=time_of(found["longest_seconds"]),
        used=time_of(found["used_seconds"]),
        allowance=time_of(found["allowance_seconds"]),
        left=signed(found["left_seconds"]),
        share=_percent(found["left_percent"]),
    )


def _objective(found: dict[str, Any]) -> Said:
    if found["target"] is None:
        return said(
            "%(objective)s: %(met)s met, %(breached)s breached, no share is promised",
            objective=said(found["objective"]),
            met=found["met"],
            breached=found["breached"],
        )
    more = found["more_breaches"]
    return said(
        "%(objective)s: %(verdict)s so far, %(met)s met, %(breached)s breached: %(percent)s of %(target)s promised; "
        "more breaches: %(more)s",
        objective=said(found["objective"]),
        verdict=said(_VERDICTS[found["kept"]]),
        met=found["met"],
        breached=found["breached"],
        percent=_percent(found["percent"]),
        target=_percent(found["target"]),
        more=said(word("any number")) if more is None else more,
    )


def _percent(percent: str | None) -> str:
    return "-" if percent is None else f"{percent} %"


def signed(seconds: float) -> str:
    """Return a duration in seconds as people say it, also one below zero."""
    return f"-{time_of(-seconds)}" if seconds < 0 else time_of(seconds)
