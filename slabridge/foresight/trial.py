"""How good forecasts would have been, and whether the model is any better than the table (docs/foresight.md)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sla_engine.instant import DAY
from sla_engine.zone import Zone
from slabridge.foresight.model import Model
from slabridge.foresight.quality import Quality
from slabridge.foresight.samples import MOMENTS, Samples
from slabridge.foresight.survival import Survival, likes_of

GAIN: Final = 0.02
"""By how much the model's AUC is above the table's, at least, where it is used."""
SKILL: Final = 0.10
"""What skill it has at least."""
ERROR: Final = 0.03
"""What calibration error it has at most."""
LATER: Final = len(MOMENTS)
"""Stands for all moments but the first together."""
_OF_LATE: Final = 28 * DAY
_OFF: Final = 0.05
"""By how much a model may be wrong on average, of cycles that began within four weeks, before it is used no longer."""
_MOST_TAKE: Final = 0.9
"""The share of cycles that are due within the gap between what was learned from and what it is tried on."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How good the table and the model were (None: there was no model) on the same forecasts."""

    table: Quality
    model: Quality | None

    @property
    def ships(self) -> bool:
        """Whether the model was so much better that it is worth its while."""
        return self.model is not None and (
            self.model.auc - self.table.auc >= GAIN and self.model.skill >= SKILL and self.model.error <= ERROR
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """How good forecasts were of cycles that began in [first, last), ms UTC, by what was known at `until`.

    `learned` is the number of cycles behind it; `moments` are by their place in MOMENTS, and LATER.
    """

    objective: str
    until: int
    first: int
    last: int
    learned: int
    moments: dict[int, Pair]

    @property
    def ships(self) -> bool:
        """Whether the model is used of cycles that have used any of their time."""
        return LATER in self.moments and self.moments[LATER].ships

    @property
    def ships_at_start(self) -> bool:
        """Whether it is used of others, too."""
        return self.ships and 0 in self.moments and self.moments[0].ships


@dataclass(frozen=True, slots=True)
class Teacher:
    """By what is learned: the file's zone, the field that says who has a ticket (None: not told), and if by a model."""

    zone: Zone
    holder: str | None
    with_model: bool

    def model(self, samples: Samples) -> Model | None:
        """Learn a model, where there is enough to learn from."""
        return Model.of(samples, self.zone) if self.with_model else None

    def tried(self, objective: str, known: Samples, came: Samples, until: int, as_of: int) -> Trial:
        """Learn from what was known at `until`, and try it on cycles that began after it and are decided at `as_of`.

        Between them, and before `as_of`, lies a gap within which most are due: else only the quick would be looked at.
        """
        gap = gap_of(came)
        first, last = until + gap, as_of - gap
        tested = came.only((came.began >= first) & (came.began < last) & came.decided & (came.moment >= 0))
        survival = Survival.of(objective, known, self.holder)
        said = survival.risks(likes_of(objective, tested, self.holder), tested.used, tested.target).risk
        model = self.model(known)
        other = None if model is None else model.risks(tested, self.zone)
        moments = {}
        for moment in (*range(len(MOMENTS)), LATER):
            at_moment = tested.moment > 0 if moment == LATER else tested.moment == moment
            here = at_moment & ~np.isnan(said)
            if here.any():
                broke = tested.breached[here]
                of_model = None if other is None else Quality.of(other[here], broke)
                moments[moment] = Pair(Quality.of(said[here], broke), of_model)
        learned = int((known.moment == 0).sum())
        return Trial(objective, until, first, last, learned, moments)

    def has_drifted(self, model: Model, came: Samples, as_of: int) -> bool:
        """Return whether a model says nothing of cycles of late that their rate does not, or is wrong on average."""
        last = as_of - gap_of(came)
        tested = came.only((came.began >= last - _OF_LATE) & (came.began < last) & came.decided & (came.moment >= 0))
        quality = Quality.of(model.risks(tested, self.zone), tested.breached)
        return quality.count > 0 and (quality.skill <= 0 or abs(quality.said - quality.rate) > _OFF)


def gap_of(samples: Samples) -> int:
    """Return the time, ms, within which most cycles are due."""
    lasting = (samples.due - samples.began)[samples.moment == 0]
    return int(np.quantile(lasting, _MOST_TAKE)) if len(lasting) else 0
