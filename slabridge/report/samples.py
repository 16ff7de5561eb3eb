"""From samples of a 0/1 series to outages, and to the time in which nobody looked (docs/reports.md, "Availability")."""

from collections.abc import Iterable, Mapping

from slabridge.report.spans import Interval, subtract, union


def spans_down(
    samples: Mapping[int, float], within: Interval, step: int, lasting: int
) -> tuple[list[Interval], list[Interval]]:
    """Return when it was down for at least `lasting` ms, and what of `within` no sample covers.

    A sample (instant in ms UTC -> value) stands for the `step` ms from it on; below 1 it is down.
    """
    end = within[1]
    down = union((at, min(at + step, end)) for at, value in samples.items() if value < 1)
    seen = union((at, min(at + step, end)) for at in samples)
    return [span for span in down if span[1] - span[0] >= lasting], list(subtract([within], seen))


def lowest(series: Iterable[Iterable[tuple[float, str]]]) -> dict[int, float]:
    """Return of several series the lowest value at each instant (ms UTC); what is no number is no sample."""
    found: dict[int, float] = {}
    for samples in series:
        for at, text in samples:
            value = float(text)
            if value == value:  # noqa: PLR0124 - not a number differs from itself
                instant = round(at * 1000)
                found[instant] = min(value, found.get(instant, value))
    return found
