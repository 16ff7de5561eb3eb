"""What was learned from the tickets of a state, and how it is kept there (docs/foresight.md)."""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

import msgspec
import numpy as np

from sla_engine.table import Rows
from slabridge.foresight.curve import Curve, Floats
from slabridge.foresight.model import Model
from slabridge.foresight.routes import Routes
from slabridge.foresight.survival import Like, Survival
from slabridge.foresight.trial import Trial

_FORM: Final = 1
"""Of what is kept; what has another is learned anew."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of how cycles end that began since `first`, as at `as_of` (ms UTC).

    It was learned by these `definitions` of clauses. `fields` are what was looked at; `holder` is the one that says who
    has a ticket, None where that is a person. `models` are of the objectives
    for which a trial showed that they are better than the table; at `checked_at` (ms UTC) that was still so.
    """

    first: int
    as_of: int
    definitions: tuple[str, ...]
    fields: tuple[str, ...]
    holder: str | None
    survival: Survival
    routes: Routes
    trials: tuple[Trial, ...] = ()
    models: Mapping[str, Model] = field(default_factory=dict)
    checked_at: int = 0

    def checked(self, drifted: Collection[str], at: int) -> Self:
        """Return the same without the models that are right no longer, as seen at an instant (ms UTC)."""
        models = {name: model for name, model in self.models.items() if name not in drifted}
        return replace(self, models=models, checked_at=at)


class _Curve(msgspec.Struct, array_like=True):
    """A curve; its arrays as bytes of numbers of 64 bits, little-endian."""

    like: tuple[str, str | None, str | None]
    times: bytes
    beyond: bytes
    left: bytes
    count: int


class _Kept(msgspec.Struct):
    form: int
    first: int
    as_of: int
    definitions: tuple[str, ...]
    fields: tuple[str, ...]
    holder: str | None
    curves: list[_Curve]
    route_fields: tuple[str, ...]
    routes: list[tuple[tuple[str, ...], dict[str, int]]]
    trials: tuple[Trial, ...]
    models: dict[str, Model]
    checked_at: int


def packed(learned: Learned) -> bytes:
    """Return what was learned as bytes."""
    curves = [
        _Curve(
            (like.objective, like.priority, like.holder),
            _bytes(curve.times),
            _bytes(curve.beyond),
            _bytes(curve.left),
            curve.count,
        )
        for like, curve in learned.survival.curves.items()
    ]
    kept = _Kept(
        _FORM,
        learned.first,
        learned.as_of,
        learned.definitions,
        learned.fields,
        learned.holder,
        curves,
        learned.routes.fields,
        [(key, dict(ends)) for key, ends in learned.routes.ended.items()],
        learned.trials,
        dict(learned.models),
        learned.checked_at,
    )
    return zlib.compress(msgspec.msgpack.encode(kept))


def unpacked(document: bytes) -> Learned | None:
    """Return what was learned; None where another slabridge kept it otherwise, or it is damaged: it is learned anew."""
    try:
        kept = msgspec.msgpack.decode(zlib.decompress(document), type=_Kept)
    except (zlib.error, msgspec.DecodeError):
        return None
    if kept.form != _FORM:
        return None
    curves = {
        Like(*one.like): Curve(
            np.frombuffer(one.times, "<i8"), np.frombuffer(one.beyond, "<f8"), np.frombuffer(one.left, "<i8"), one.count
        )
        for one in kept.curves
    }
    return Learned(
        first=kept.first,
        as_of=kept.as_of,
        definitions=kept.definitions,
        fields=kept.fields,
        holder=kept.holder,
        survival=Survival(curves),
        routes=Routes(kept.route_fields, dict(kept.routes)),
        trials=kept.trials,
        models=kept.models,
        checked_at=kept.checked_at,
    )


def _bytes(column: Rows | Floats) -> bytes:
    return column.astype(column.dtype.newbyteorder("<")).tobytes()
