import pytest

from tests.sla_engine.judging import Judge, by_engine, by_reference


@pytest.fixture(params=[by_reference, by_engine])
def judge(request: pytest.FixtureRequest) -> Judge:
    """Both, so that the reference itself is held by numbers worked out by hand."""
    found: Judge = request.param
    return found
