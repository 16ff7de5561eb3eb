"""Pages of a job whose file has services and promised shares, asked through a proxy that says who asks."""

from collections.abc import Iterator
from importlib.resources import files

import orjson
import pytest
from openapi_schema_validator import OAS31Validator

from sla_engine.instant import HOUR
from tests.slabridge.run.conftest import quick, reported
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.web.by_proxy import PROXY, ByProxy, pages_of

__all__ = ["quick", "reported"]


LANGUAGES = ("en", "sv")


@pytest.fixture
def job(reported: Job) -> Job:
    reported.text += PROXY
    reported.run_at(NOON + 5 * HOUR)
    return reported


@pytest.fixture
def pages(job: Job) -> Iterator[ByProxy]:
    with pages_of(job.config()) as found:
        yield found


def conforming(name: str, found: object) -> bool:
    """Return whether JSON is what the description of the API says of it."""
    described = orjson.loads(files("slabridge.web").joinpath("openapi.json").read_bytes())
    OAS31Validator({"$ref": f"#/components/schemas/{name}", **described}).validate(found)
    return True
