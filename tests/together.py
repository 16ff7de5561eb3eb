"""Which tests go to the same process: those of a module that shares something dear, and is marked `xdist_group`.

pytest-xdist 3.8 does that by the ids of tests, which pytest 9.2 lets nobody change: the mark was without effect, and the
real log and each hostile day were made once in every process.
"""

from functools import cache

from xdist.scheduler import LoadScopeScheduling

from tests.places import CHECKOUT


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives out tests one by one, but for modules that are marked."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if _is_marked(module) else nodeid


@cache
def _is_marked(module: str) -> bool:
    return "pytest.mark.xdist_group(" in (CHECKOUT / module).read_text("utf-8")
