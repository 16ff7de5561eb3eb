"""slabridge: one SLA/OLA engine for ServiceNow and Jira.

In a checkout `connectors`, `sla_engine` and `sync` stand beside this package; a wheel has them in `_top` within it, so
that no common word lies in site-packages (docs/decisions.md, "The package").
"""

import sys
from pathlib import Path

_TOP = Path(__file__).with_name("_top")
if _TOP.is_dir():
    sys.path.insert(0, str(_TOP))


def __getattr__(name: str) -> str:
    if name == "__version__":  # looked up when asked for: reading a distribution's metadata takes a while
        from importlib.metadata import version

        return version("slabridge")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
