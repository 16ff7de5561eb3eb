"""Working time of one calendar that lies in that of others too."""

from collections.abc import Mapping

import numpy as np

from sla_engine.worktime import Calendar, Instants


class Hours:
    """Working time of calendars, as far as other calendars work then; what was found is kept."""

    def __init__(self, calendars: Mapping[str, Calendar]) -> None:
        self._calendars = calendars
        self._found: dict[tuple[str, frozenset[str]], tuple[int, int, Instants, Instants, Instants]] = {}

    def shared(self, name: str, others: frozenset[str], start: Instants, end: Instants) -> Instants:
        """Return the working time of a calendar in [start, end), in ms, that lies in that of any of the others."""
        if not len(start) or not others:
            return np.zeros(len(start), np.int64)
        if name in others:
            return self._calendars[name].elapsed(start, end)
        starts, ends, worked = self._spans(name, others, int(start.min()), int(end.max()))
        if not len(starts):
            return np.zeros(len(start), np.int64)

        def until(at: Instants) -> Instants:
            place = np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
            result: Instants = worked[place] + np.clip(at, starts[place], ends[place]) - starts[place]
            return result

        return until(end) - until(start)

    def _spans(self, name: str, others: frozenset[str], first: int, last: int) -> tuple[Instants, Instants, Instants]:
        key = (name, others)
        if key in self._found:
            known_first, known_last, *spans = self._found[key]
            if known_first <= first and last <= known_last:
                return spans[0], spans[1], spans[2]
            first, last = min(first, known_first), max(last, known_last)
        every = [self._calendars[one].intervals(first, last) for one in (name, *sorted(others))]
        edges = np.unique(np.concatenate([edge for spans in every for edge in spans]))
        mine, *theirs = (_inside(edges, *spans) for spans in every)
        both = mine & np.logical_or.reduce(theirs)
        both[-1:] = False
        opens = np.flatnonzero(both & ~np.concatenate([[False], both[:-1]]))
        closes = np.flatnonzero(~both & np.concatenate([[False], both[:-1]]))
        starts, ends = edges[opens], edges[closes]
        worked = np.concatenate([[0], np.cumsum(ends - starts)])
        self._found[key] = (first, last, starts, ends, worked)
        return starts, ends, worked


def _inside(at: Instants, starts: Instants, ends: Instants) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which instants lie in one of the spans, which are sorted and apart."""
    place = np.searchsorted(starts, at, side="right") - 1
    return (place >= 0) & (at < ends[np.maximum(place, 0)]) if len(starts) else np.zeros(len(at), np.bool_)
