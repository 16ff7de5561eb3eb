"""Samples made up for tests: cycles of one objective that began one after the other."""

from random import Random

import numpy as np

from sla_engine.instant import DAY, HOUR
from slabridge.foresight.samples import MOMENTS, Samples


def random_source(seed: int) -> Random:
    """Return numbers that are the same whenever."""
    return Random(seed)  # noqa: S311 - nobody's secret


AS_OF = 1_790_000_000_000
TARGET = 8 * HOUR


def samples_of(
    count: int, rng: Random, *, days: int = 120, hidden: float = 0.0, shift: float = 0.0, as_of: int = AS_OF
) -> Samples:
    """Return samples of cycles that began in the days before an instant, as known then.

    Half are slow: of these three in four break, of the others one in ten; who is slow says the field `category`, but
    for a share `hidden` of them. `shift` is added to both shares in the last third of the time.
    """
    rows = []
    for n in range(count):
        began = as_of - days * DAY + n * days * DAY // count
        slow = rng.random() < 0.5
        late = shift if n > count * 2 // 3 else 0.0
        takes = int(
            TARGET * rng.uniform(1.0, 3.0) if rng.random() < (0.75 if slow else 0.1) + late else TARGET * rng.random()
        )
        told = ("slow" if slow else "fast") if rng.random() >= hidden else rng.choice(["slow", "fast"])
        known = min(takes, max(as_of - began, 0))
        for place, share in enumerate(MOMENTS):
            used = int(share * TARGET)
            if used <= known and used < takes:
                rows.append((n, place, began + used, began, used, known, known == takes, known > TARGET, told))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    ticket, moment, at, began_at, used_by, took, ended, breached, category = columns
    nobody = np.zeros(len(rows), np.int64)
    return Samples(
        ticket=ticket,
        cycle=np.ones(len(rows), np.int64),
        moment=moment,
        at=at,
        began=began_at,
        due=began_at + TARGET,
        used=used_by,
        target=np.full(len(rows), TARGET),
        took=took,
        ended=ended,
        breached=breached,
        fields={
            "category": ((category == "fast").astype(np.int64), ("slow", "fast")),
            "priority": (nobody, ("P2",)),
            "team": (nobody, ("Network",)),
        },
    )
