import gc
import sys
from collections.abc import Callable, Iterator

import pytest

from slabridge.__main__ import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Call]:
    """Give what runs the program here: its exit code, standard output and error. Nothing may end in a traceback."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slabridge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = (text.decode() for text in capfdbinary.readouterr())
        assert "Traceback" not in err
        return int(ended.value.code or 0), out, err

    yield run
    gc.enable()  # `evaluate` switches it off, for a process of its own
