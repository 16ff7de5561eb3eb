"""What was learned is read back as it was kept, and learned anew where it cannot be."""

import importlib
import zlib
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from sla_engine.zone import Zone
from slabridge.foresight.learned import Learned, packed, unpacked
from slabridge.foresight.model import Model, is_there
from slabridge.foresight.routes import Routes
from slabridge.foresight.survival import Survival
from slabridge.foresight.trial import Teacher
from tests.slabridge.foresight.made import AS_OF, random_source, samples_of


def learned() -> Learned:
    samples = samples_of(3_000, random_source(3))
    teacher = Teacher(Zone("UTC"), "team", with_model=is_there())
    model = teacher.model(samples)
    return Learned(
        first=AS_OF // 2,
        as_of=AS_OF,
        definitions=("a", "b"),
        fields=("team", "priority", "category"),
        holder="team",
        survival=Survival.of("sla.resolution", samples, "team"),
        routes=Routes.of(("team",), {("Desk",): Counter({"Mail": 3})}),
        trials=(teacher.tried("sla.resolution", samples, samples, AS_OF // 2, AS_OF),),
        models={} if model is None else {"sla.resolution": model},
        checked_at=AS_OF,
    )


def test_what_was_kept_is_read_as_it_was() -> None:
    before = learned()
    after = unpacked(packed(before))
    assert after is not None
    assert after.survival.curves.keys() == before.survival.curves.keys()
    for like, curve in before.survival.curves.items():
        other = after.survival.curves[like]
        assert (other.times.tolist(), other.beyond.tolist()) == (curve.times.tolist(), curve.beyond.tolist())
        assert (other.left.tolist(), other.count) == (curve.left.tolist(), curve.count)
    assert (after.routes, after.models, after.trials) == (before.routes, before.models, before.trials)
    assert (after.first, after.as_of, after.definitions, after.fields, after.holder) == (
        AS_OF // 2,
        AS_OF,
        ("a", "b"),
        before.fields,
        "team",
    )


@pytest.mark.parametrize(
    "document", [b"", b"no", zlib.compress(b"no"), zlib.compress(msgspec.msgpack.encode({"form": 0}))]
)
def test_what_is_damaged_or_of_another_form_is_nothing(document: bytes) -> None:
    assert unpacked(document) is None


@pytest.mark.skipif(not is_there(), reason="the extra predict is not installed")
def test_a_document_that_names_other_things_makes_nothing() -> None:
    harmful = Model({}, importlib.import_module("skops.io").dumps(Path()), 1.0, 0.0)
    with pytest.raises(Exception, match="PosixPath"):
        harmful.risks(samples_of(10, random_source(1)), Zone("UTC"))
