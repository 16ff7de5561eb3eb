"""The metrics that rules and dashboards are over are those that slabridge has."""

from typing import Any

import pytest

from slabridge.exit import Exit
from slabridge.run.actions import Reason
from slabridge.state import outbox
from tests.deploy.metrics import METRICS, OUTCOMES


def test_their_names_and_labels() -> None:
    shown: Any = pytest.importorskip("slabridge.show.metrics", reason="no metrics in slabridge")
    assert {one.name: set(one.labels) for one in shown.METRICS} == {
        name: set(labels) for name, labels in METRICS.items()
    }


def test_what_their_labels_say() -> None:
    assert set(OUTCOMES) == {code.name.lower() for code in Exit if code is not Exit.FOUND}
    assert set(METRICS["slabridge_writes_total"]["reason"]) == {reason.value for reason in Reason}
    states = {outbox.SENDING, outbox.POSTED, outbox.REFUSED, outbox.LOST, outbox.HELD}
    assert set(METRICS["slabridge_outbox_entries"]["state"]) == states
