"""A model that looks at more than the table does: gradient boosting (docs/foresight.md, "The model").

It needs the extra `predict`.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from sla_engine.instant import DAY, HOUR
from sla_engine.table import Rows
from sla_engine.zone import Zone
from slabridge.foresight.curve import Floats
from slabridge.foresight.samples import Held, Samples, Seen

MOST: Final = 200_000
"""Samples that a model learns from at most."""
LEAST: Final = 200
"""Cycles that broke, and as many that did not, of which it takes at least so many to learn anything."""
_VALUES: Final = 250
"""Values of a field that are told apart: the most frequent; all others are one."""
_LATEST: Final = 0.2
"""The share of cycles, the last to begin, by which what it says is brought into line with what came."""
Features = npt.NDArray[np.float64]


class Model(msgspec.Struct, frozen=True):
    """What was learned of an objective: `trees`, the values of the fields by their codes, and how to bring in line.

    What the trees say, as log odds, is multiplied by `slope` and moved by `offset` (Platt, 1999). It is asked of cycles
    that have used any of their time, and of others where it is good `at_start`.
    """

    values: dict[str, list[str | None]]
    trees: bytes
    slope: float
    offset: float
    at_start: bool = True

    @classmethod
    def of(cls, samples: Samples, zone: Zone) -> Self | None:
        """Learn from samples of which it is known whether they broke; None: they are too few."""
        samples = samples.only(_some(np.flatnonzero(samples.decided)))
        latest = samples.began >= np.quantile(samples.began, 1 - _LATEST) if len(samples.at) else samples.ended
        counts = [int((samples.breached[part] == broke).sum()) for part in (latest, ~latest) for broke in (True, False)]
        if min(counts) < LEAST:
            return None
        values = {name: _frequent(held) for name, held in samples.fields.items()}
        features = _features(samples, values, zone)
        from slabridge.foresight.trees import Trees, in_line  # noqa: PLC0415 - an extra

        trees = Trees.of(features[~latest], samples.breached[~latest], len(values))
        slope, offset = in_line(trees.log_odds(features[latest]), samples.breached[latest])
        return cls(values, trees.packed(), slope, offset)

    def risks(self, seen: Seen, zone: Zone) -> Floats:
        """Return how likely cycles are to break, 0 to 1."""
        if not len(seen.at):
            return np.empty(0)  # scikit-learn refuses to say nothing of nothing
        from slabridge.foresight.trees import Trees  # noqa: PLC0415 - an extra

        odds = Trees.unpacked(self.trees).log_odds(_features(seen, self.values, zone))
        found: Floats = 1 / (1 + np.exp(-(self.slope * odds + self.offset)))
        return found


def is_there() -> bool:
    """Return whether the extra `predict` is installed."""
    return all(find_spec(name) is not None for name in ("sklearn", "skops"))


def _some(rows: Rows) -> Rows:
    """Return no more than MOST, evenly."""
    return rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)] if len(rows) > MOST else rows


def _frequent(held: Held) -> list[str | None]:
    codes, values = held
    counts = np.bincount(codes, minlength=len(values))
    return [values[code] for code in np.argsort(-counts, kind="stable")[:_VALUES].tolist()]


def _features(seen: Seen, values: Mapping[str, Sequence[str | None]], zone: Zone) -> Features:
    """Return a row for each cycle: fields as codes (NaN: another value), used, age, hour and weekday of its start."""
    columns: list[Features] = []
    for name, known in values.items():
        codes, held = seen.fields[name]
        places = {value: float(place) for place, value in enumerate(known)}
        columns.append(np.array([places.get(value, np.nan) for value in held], np.float64)[codes])
    target = np.maximum(seen.target, 1)
    began = zone.local(seen.began)
    columns += [seen.used / target, (seen.at - seen.began) / target]
    columns += [(began % DAY // HOUR).astype(np.float64), (began // DAY % 7).astype(np.float64)]
    return np.column_stack(columns)
