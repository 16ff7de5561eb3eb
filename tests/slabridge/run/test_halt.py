"""A run ends in order when its time is over or it is asked to."""

import os
import signal

import pytest

from connectors.errors import Halted
from slabridge.run.halt import Halt


def test_a_run_without_a_limit_goes_on() -> None:
    halt = Halt()
    halt.check()
    assert halt.left() == float("inf")
    assert not halt.stopping()


def test_a_run_whose_time_is_over_ends() -> None:
    halt = Halt(0)
    assert halt.left() <= 0
    with pytest.raises(Halted, match="--max-seconds"):
        halt.check()


def test_a_run_that_is_asked_to_stop_ends() -> None:
    halt = Halt(3600)
    halt.check()
    halt.stop()
    with pytest.raises(Halted, match="asked to stop"):
        halt.check()


def test_sigterm_asks_a_run_to_stop_and_is_what_it_was_afterwards() -> None:
    halt = Halt()
    before = signal.getsignal(signal.SIGTERM)
    with halt.on_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        assert halt.stopping()
    assert signal.getsignal(signal.SIGTERM) is before
