"""A call to the sandbox that hangs: the test hears of it when it came, and says when it is answered."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.patience import PATIENCE


@dataclass
class Hanging:
    """A call that the sandbox (in this process) lets hang by a rule "hang", and has applied."""

    _came: threading.Event = field(default_factory=threading.Event)
    _answered: threading.Event = field(default_factory=threading.Event)

    def came(self) -> None:
        """Return when it came."""
        assert self._came.wait(PATIENCE), "nobody asked"

    def answer(self) -> None:
        """Let it be answered."""
        self._answered.set()

    async def _wait(self, *_: object) -> None:
        self._came.set()
        await asyncio.to_thread(self._answered.wait, PATIENCE)


@contextmanager
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """Let calls hang for as long as the test wants, whatever the rule says."""
    call = Hanging()
    monkeypatch.setattr("slabridge_sandbox.fault._wait", call._wait)
    try:
        yield call
    finally:
        call.answer()
