"""The jobs of tests/slabridge/run: over a few tickets, and over those of a day that services promise something of."""

from tests.slabridge.run.conftest import job, quick, reported

__all__ = ["job", "quick", "reported"]
