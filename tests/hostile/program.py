"""The program, run in this process as from a command line."""

import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from unittest import mock

from slabridge.__main__ import main


@dataclass(frozen=True, slots=True)
class Printed:
    """How a command ended, and what it printed."""

    command: str
    code: object
    out: str
    err: str


def call(*arguments: str, environment: Mapping[str, str] | None = None) -> Printed:
    """Run a command. A bug would be raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2))
    code: object = None
    with (
        mock.patch.object(sys, "argv", ["slabridge", *arguments]),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
        mock.patch.dict(os.environ, environment or {}),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Printed(" ".join(arguments), code or 0, *texts)
