"""The comment on a transition: what was agreed, the time used, the due time, and who holds the ticket."""

from collections.abc import Mapping

from sla_engine import Definitions, Result
from slabridge.text.printed import line
from slabridge.text.spoken import local, share_used

_HEADS: Mapping[str, str] = {
    "at_risk": "at risk",
    "breached": "breached",
    "on_track": "on track",
    "paused": "paused",
}

_MOST = 255
"""The longest name in a comment: a tool refuses a comment that is too long."""


def message_of(
    result: Result, definitions: Definitions, *, of: str | None = None, carrier: tuple[str | None, str] | None = None
) -> str:
    """Return the comment's text: a few plain lines, nothing in them from the ticket but names and keys.

    `of` is the key of the ticket above that the cycle is of, where it is not this one's; `carrier` the holder and the
    key of the ticket that has the cycle's time, where that is another than the cycle's own.
    """
    agreement = next(a for a in definitions.agreements if a.table == result.table)
    zone = definitions.calendars[result.calendar].timezone
    used = share_used(result.target - result.remaining, result.target, result.percent)
    above = "" if of is None else f" on {line(of, _MOST)}"
    lines = [
        f"{result.kind.upper()} {_HEADS[result.status]}{above}: {agreement.name or agreement.id}, {result.objective}"
        + (f" (cycle {result.cycle})" if result.cycle > 1 else ""),
        f"Working time: {used}.",
    ]
    if result.breached_at is not None:
        lines.append(f"It was due {local(result.breached_at, zone)}.")
    elif result.due_at is not None:
        lines.append(f"It is due {local(result.due_at, zone)}.")
    elif result.due_if_resumed is not None:
        lines.append(f"It is paused; resumed now, it would be due {local(result.due_if_resumed, zone)}.")
    if result.stopped_at is not None:
        lines.append(f"It has ended since, {local(result.stopped_at, zone)}.")
    lines.append(f"Held by {line(result.holder, _MOST)}." if result.holder else "Nobody holds it.")
    if carrier is not None:
        holder = f"{line(carrier[0], _MOST)}, on" if carrier[0] else "nobody, on"
        lines.append(f"It waits for {holder} {line(carrier[1], _MOST)}.")
    return "\n".join(lines)
