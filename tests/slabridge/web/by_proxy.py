"""Asking the pages of a job's state as a proxy does, in the name of somebody."""

from collections.abc import Iterator
from contextlib import contextmanager

from slabridge.config import Config
from tests.patience import PATIENCE
from tests.slabridge.web.asking import Answer, Pages

PROXY = '\n[web]\nproxy = ["10.0.0.5"]\n'


class ByProxy(Pages):
    def get(self, path: str, role: str = "all") -> Answer:
        return self.ask(path, {"X-Forwarded-User": "ann", "X-Slabridge-Role": role}, peer="10.0.0.5")

    def made(self, path: str, role: str = "all") -> Answer:
        """Return what a page answers when what it takes is made."""
        self.get(path, role)
        drafts = self.sites.drafts
        for _ in range(2):
            with drafts._changed:
                assert drafts._changed.wait_for(lambda: not drafts._jobs, PATIENCE)
            answer = self.get(path, role)
        return answer


@contextmanager
def pages_of(config: Config) -> Iterator[ByProxy]:
    """Give the pages of a configuration."""
    pages = ByProxy(config, auth="proxy")
    try:
        yield pages
    finally:
        pages.close()
