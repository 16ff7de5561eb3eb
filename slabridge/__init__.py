"""slabridge: one SLA/OLA engine for ServiceNow and Jira.

In a checkout `connectors`, `sla_engine` and `sync` stand beside this package; a wheel has them in `_top` within it, so
that no common word lies in site-packages (docs/decisions.md, "The package").
"""

import sys
from importlib.metadata import version
from pathlib import Path

_TOP = Path(__file__).with_name("_top")
if _TOP.is_dir():
    sys.path.insert(0, str(_TOP))

__version__ = version("slabridge")
