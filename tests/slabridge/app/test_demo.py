"""What the demo leaves behind for its pages."""

import sync
from sla_engine.instant import DAY
from slabridge.app.asked import Asked
from slabridge.app.demo import Demo, demo
from slabridge.app.services import services
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.conftest import quick

__all__ = ["quick"]


def test_the_demos_service_has_a_verdict_on_each_promise() -> None:
    found = []

    def then(done: Demo) -> None:
        found.extend(services(done.config, Asked("2026-03"))["services"])

    options = SandboxOptions(size=200, pairs=True)
    demo(options, 1, DAY, sync, on_start=lambda _: None, on_run=lambda *_: None, then=then)
    (service,) = found
    (fix,) = service["objectives"]
    assert fix["cases"] > 0
    assert fix["kept"] is not None
    assert service["availability"]["kept"] is not None
