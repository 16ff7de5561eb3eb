"""Judging stored tickets range by range: here, on the cores of this machine, or by the workers of a Dask scheduler.

What a range comes to is the same wherever it is worked out, and is handed back in the order of the ranges, so that
what is made of it is the same to the byte (docs/spread.md).
"""

from slabridge.spread.job import Job
from slabridge.spread.spread import HERE, Spread
from slabridge.spread.trouble import NoWorkers, Unfit
from slabridge.spread.uncollected import uncollected

__all__ = ["HERE", "Job", "NoWorkers", "Spread", "Unfit", "uncollected"]
