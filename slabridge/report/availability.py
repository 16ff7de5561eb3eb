"""Availability of a service in a period (docs/reports.md, "Availability"); all amounts exact, in ms."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from operator import itemgetter

from sla_engine import Calendar
from slabridge.config.services.availability import Terms
from slabridge.report.effect import Agreed, Effect, effect_of, span_of, weight_of
from slabridge.report.outage import Outage, latest
from slabridge.report.spans import Interval, clipped, common, length, subtract, union, working

TOO_LITTLE = "too little was measured"
NO_SOURCE = "nothing tells of outages"
"""Why there is no verdict where also the figure says nothing."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An outage that counts, [start, end) ms UTC, with the records that it was made of.

    `down` is its part of the time down, weighted.
    """

    start: int
    end: int
    down: Fraction
    records: tuple[Outage, ...] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """What a period came to: agreed service time, time down (weighted), and the outages that were counted.

    `excused` is down time that planned or excluded outages excuse, `planned` the maintenance in service time;
    `records` are the outages as they are recorded, with what became of them; earlier versions come last. `verdict` is
    None where none is given, and `why_none` says why.
    """

    service_time: int
    down: Fraction
    outages: tuple[Counted, ...]
    longest: int
    planned: int
    excused: Fraction
    unmeasured: int
    target: Fraction | None
    verdict: bool | None
    why_none: str
    records: tuple[tuple[Outage, Effect], ...] = ()

    @property
    def unproven(self) -> tuple[Outage, ...]:
        """Excluded outages that nobody approved."""
        return tuple(one for one, effect in self.records if effect == "excluded" and not one.approved_by)

    @property
    def number(self) -> int:
        """How many outages there were."""
        return len(self.outages)

    @property
    def share(self) -> Fraction | None:
        """The availability; None where there was no service time."""
        return (self.service_time - self.down) / self.service_time if self.service_time else None

    @property
    def between(self) -> Fraction | None:
        """The mean time between failures; None where there was none."""
        return (self.service_time - self.down) / self.number if self.number else None

    @property
    def to_restore(self) -> Fraction | None:
        """The mean time to restore; None where there was no failure."""
        return self.down / self.number if self.number else None

    @property
    def budget(self) -> Fraction | None:
        """The time that the service may be down."""
        return None if self.target is None else self.service_time * (1 - self.target)

    @property
    def coverage(self) -> Fraction | None:
        """The share of the service time that was measured."""
        return Fraction(self.service_time - self.unmeasured, self.service_time) if self.service_time else None


def availability_of(  # noqa: PLR0913 - all that availability depends on
    outages: Iterable[Outage],
    terms: Terms,
    calendar: Calendar,
    start: int,
    end: int,
    *,
    window: Calendar | None = None,
    unmeasured: Sequence[Interval] = (),
) -> Availability:
    """Return what [start, end) came to; `end` is no later than the instant of the report.

    `window` is the time in which planned outages excuse (None: any), `unmeasured` when nobody looked.
    """
    every = [outage for outage in outages if outage.start < end]
    known = latest(every)
    agreed = working(calendar, start, end)
    planned, down = _planned(known, terms, agreed, end, window)
    excused = union([*planned, *_spans((one for one in known if one.kind == "excluded"), end)])
    if terms.maintenance == "exclude":
        agreed = list(subtract(agreed, planned))
    unseen = common(agreed, union(unmeasured))
    weighted = [(span, Fraction(1)) for span in down]
    weighted += [(one, weight) for outage in known for one, weight in _counted(outage, terms, end)]
    if terms.unmeasured == "down":
        weighted += [(span, Fraction(1)) for span in unseen]
    weighted = _joined(weighted, terms.merge)
    pieces = list(_pieces(weighted))
    service_time = length(agreed)
    out = [(list(subtract([span], excused)), weight) for span, weight in pieces]
    parts = [(part, weight) for left, weight in out for part in common(left, agreed)]
    lost = sum((length([part]) * weight for part, weight in parts), Fraction(0))
    hidden = sum((length(common([span], agreed)) * weight for span, weight in pieces), Fraction(0)) - lost
    found = [span for span in union(one for left, _ in out for one in left) if common([span], agreed)]
    found = list(clipped(found, start, end))
    spans = Agreed(agreed, planned, excused)
    here = [one for one in known if one.end is None or one.end > start]
    records = [(one, effect_of(one, end, terms, spans)) for one in here]
    verdict, why = _verdict(service_time, lost, length(unseen), terms)
    return Availability(
        service_time=service_time,
        down=lost,
        outages=_counted_as(found, parts, [one for one, effect in records if effect == "counted"], end),
        longest=max((length(common([span], agreed)) for span in found), default=0),
        planned=length(common(planned, working(calendar, start, end))),
        excused=hidden,
        unmeasured=length(unseen),
        target=None if terms.target is None else terms.target.share,
        verdict=verdict,
        why_none=why,
        records=(*records, *((one, "superseded") for one in _superseded(every, known, start))),
    )


def _superseded(every: Iterable[Outage], known: Iterable[Outage], start: int) -> Iterable[Outage]:
    last = set(known)
    return (one for one in every if one not in last and (one.end is None or one.end > start))


def _counted_as(
    found: Sequence[Interval], parts: Iterable[tuple[Interval, Fraction]], counted: Iterable[Outage], until: int
) -> tuple[Counted, ...]:
    """Return the outages, each with the parts of the time down that lie in it, and with the records that do."""
    begins, down = [start for start, _ in found], [Fraction(0) for _ in found]
    records: list[list[Outage]] = [[] for _ in found]
    for (start, end), weight in parts:
        down[bisect_right(begins, start) - 1] += (end - start) * weight
    for one in counted:
        begin, end = span_of(one, until)
        first = max(0, bisect_right(begins, begin) - 1)
        for place in range(first, bisect_left(begins, end)):
            if found[place][1] > begin:
                records[place].append(one)
    return tuple(Counted(*span, part, tuple(ones)) for span, part, ones in zip(found, down, records, strict=True))


def _verdict(service_time: int, lost: Fraction, unseen: int, terms: Terms) -> tuple[bool | None, str]:
    if terms.target is None:
        return None, "nothing is promised"
    if not service_time:
        return None, "no service time"
    least = terms.coverage_at_least
    if least is not None and Fraction(service_time - unseen, service_time) < least.share:
        return None, TOO_LITTLE
    return lost <= service_time * (1 - terms.target.share), ""


def _spans(outages: Iterable[Outage], end: int) -> list[Interval]:
    return [span_of(one, end) for one in outages]


def _planned(
    known: Sequence[Outage], terms: Terms, agreed: list[Interval], end: int, window: Calendar | None
) -> tuple[list[Interval], list[Interval]]:
    """Return the maintenance that excuses, and that which is an outage instead."""
    of_kind = [one for one in known if one.kind == "planned"]
    late = [one for one in of_kind if terms.notice is not None and not _in_time(one, terms.notice)]
    every = union(_spans(of_kind, end))
    if terms.maintenance == "count":
        return [], every
    in_time = union(_spans((one for one in of_kind if one not in late), end))
    if window is not None and in_time:
        in_time = common(in_time, working(window, in_time[0][0], in_time[-1][1]))
    if terms.maintenance_at_most is not None:
        in_time = list(_at_most(in_time, agreed, terms.maintenance_at_most))
    return in_time, list(subtract(every, in_time))


def _in_time(outage: Outage, notice: int) -> bool:
    return outage.announced is not None and outage.start - outage.announced >= notice


def _at_most(planned: list[Interval], agreed: list[Interval], most: int) -> Iterable[Interval]:
    """Yield planned time until so much of it lies in service time; the rest is an outage."""
    left = most
    for start, end in planned:
        inside = common([(start, end)], agreed)
        if length(inside) <= left:
            left -= length(inside)
            yield start, end
            continue
        for begin, until in inside:
            if until - begin > left:
                if start < begin + left:
                    yield start, begin + left
                return
            left -= until - begin


def _counted(outage: Outage, terms: Terms, end: int) -> Iterable[tuple[Interval, Fraction]]:
    """Yield an outage with its weight, where it counts at all."""
    if outage.kind not in {"down", "degraded"}:
        return
    weight, span = weight_of(outage, terms), span_of(outage, end)
    if weight and span[1] > span[0] and span[1] - span[0] >= terms.minimum:
        yield span, weight


def _joined(weighted: list[tuple[Interval, Fraction]], merge: int) -> list[tuple[Interval, Fraction]]:
    """Return the spans, and between those less than `merge` apart one that joins them, with the lesser weight."""
    if not merge:
        return weighted
    joins = []
    for (_, end), (start, _) in pairwise(union(span for span, _ in weighted)):
        if start - end < merge:
            before = max(weight for (_, until), weight in weighted if until == end)
            after = max(weight for (begin, _), weight in weighted if begin == start)
            joins.append(((end, start), min(before, after)))
    return weighted + joins


def _pieces(weighted: Sequence[tuple[Interval, Fraction]]) -> Iterable[tuple[Interval, Fraction]]:
    """Yield disjoint spans with the greatest weight of all that lie there."""
    turns = [(at, weight, step) for (start, end), weight in weighted for at, step in ((start, 1), (end, -1))]
    here: Counter[Fraction] = Counter()
    for (at, group), following in pairwise(_by_instant(turns)):
        for weight, step in group:
            here[weight] += step
        if greatest := max((weight for weight, number in here.items() if number), default=None):
            yield (at, following[0]), greatest


def _by_instant(turns: Iterable[tuple[int, Fraction, int]]) -> Iterable[tuple[int, list[tuple[Fraction, int]]]]:
    for at, group in groupby(sorted(turns), key=itemgetter(0)):
        yield at, [(weight, step) for _, weight, step in group]
