"""pysnow, without what it does as it is loaded: two libraries that it asks for find C libraries by running programs.

ijson tries a backend that finds its library by ldconfig and gcc, whichever stand first in PATH; the one in Python is
all that is needed. magic, for attachments, which we never touch, does the same by ldconfig: it is not loaded.
"""

import sys
from types import ModuleType

_modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
for _name in ("ijson.backends.yajl2_cffi", "ijson.backends.yajl2"):
    _modules.setdefault(_name, None)  # so that its import fails, and the next one is taken
_magic = sys.modules.get("magic")
sys.modules["magic"] = _magic or ModuleType("magic")

import pysnow  # noqa: E402 - only now

if _magic is None:
    del sys.modules["magic"]

__all__ = ["pysnow"]
