"""What the package offers, it loads when it is asked for."""

import pytest

import sla_engine


def test_everything_that_is_offered_is_there() -> None:
    for name in sla_engine.__all__:
        assert getattr(sla_engine, name).__module__.startswith("sla_engine.")


def test_what_is_not_offered_is_an_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Enigne'"):
        _ = sla_engine.Enigne
