"""The job of tests/slabridge/run, over the tickets of a day that services promise something of."""

from tests.slabridge.run.conftest import quick, reported

__all__ = ["quick", "reported"]
