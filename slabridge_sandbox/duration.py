"""Durations as people write them: `36h`, `1h30m`, `90s`."""

import re

from slabridge_sandbox.instant import HOUR, MINUTE, SECOND

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def parse_duration(text: str) -> int:
    """Return a duration in ms.

    Raises:
        ValueError: it is none.
    """
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text!r} is no duration; write 36h, 1h30m or 90s")
    return sum(int(count or 0) * unit for count, unit in zip(match.groups(), (HOUR, MINUTE, SECOND), strict=True))
