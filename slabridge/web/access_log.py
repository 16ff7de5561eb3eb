"""`access.jsonl`: who looked at what, a line of JSON for each request (docs/web.md, "Who looked at what")."""

import errno
import os
import threading
import time
from pathlib import Path

from sla_engine.instant import format_instant
from slabridge.text.printed import json_line


class AccessLog:
    """A file to which lines are added; one that was moved away (logrotate) is begun anew."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            OSError: it cannot be written: then nothing may be shown.
        """
        self.path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._open()

    def note(self, **what: str | float | None) -> None:
        """Add a line.

        Raises:
            OSError: it cannot be written.
        """
        text = json_line({"at": format_instant(time.time_ns() // 1_000_000), **what})
        with self._lock:
            if self._moved():
                self._close()
                self._open()
            assert self._file is not None  # noqa: S101 - just opened
            if os.write(self._file, text) < len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Close the file; whoever notes something after that opens it anew."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _moved(self) -> bool:
        if self._file is None:
            return True
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return True
        return not os.path.samestat(there, os.fstat(self._file))
