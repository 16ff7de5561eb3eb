"""When an answer has to be complete: each byte of it is waited for only so long, and so is the whole.

requests knows one time-out, between two bytes, so that a server which sends a byte now and then is waited for without
end, in the head of an answer as in its body. So whatever is received passes `_Guarded`, which looks at the clock, and
whether the run was asked to stop, before it waits any more.
"""

import http.client
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_STEP = 0.5
"""The most seconds for which nobody looks whether the run was asked to stop."""
_BUFFER = 65_536
_here = threading.local()


class Deadline:
    """When the answer to one call must be there.

    `total` is how many seconds it may take in all, `between` how many to wait for the next byte. Once `stopping` says
    that the run was asked to end, no more than `between` is left of the whole. `passed` says whether it was too little.
    """

    def __init__(self, total: float, between: float, stopping: Callable[[], bool] | None) -> None:
        self.between = between
        self.passed = False
        self._end = time.monotonic() + total
        self._stopping = stopping

    def receive(self, connection: socket.socket, buffer: memoryview) -> int:
        """Receive what comes next.

        Raises:
            TimeoutError: nothing came, or the time for the whole answer is over.
        """
        silent_until = time.monotonic() + self.between
        while True:
            now = time.monotonic()
            if self._stopping is not None and self._stopping():
                self._end, self._stopping = min(self._end, now + self.between), None
            if now >= self._end:
                self.passed = True
            if now >= min(self._end, silent_until):
                raise TimeoutError("timed out")
            connection.settimeout(min(_STEP, min(self._end, silent_until) - now))
            try:
                return connection.recv_into(buffer)
            except TimeoutError:
                continue


@contextmanager
def until(deadline: Deadline) -> Iterator[None]:
    """Let all that this thread receives meanwhile be there by the deadline."""
    _here.deadline = deadline
    try:
        yield
    finally:
        del _here.deadline


class Adapter(HTTPAdapter):
    """Sends as requests does, over connections on which deadlines hold."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - those of requests
        """Make the pools of connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as above
        """Make the pools of connections through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Guarded(io.RawIOBase):
    """What a socket receives, by the deadline of the thread that reads it."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._open = connection.makefile("rb", buffering=0)  # holds the socket open, like any file of it

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a buffer
        deadline: Deadline = _here.deadline
        return deadline.receive(self._socket, buffer)

    def close(self) -> None:
        self._open.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - those of http.client
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Guarded(sock), _BUFFER)


class _Guarding:
    """Makes connections on which deadlines hold."""

    def _new_conn(self) -> Any:  # noqa: ANN401 - urllib3's, or a recorder's in its place
        made = super()._new_conn()  # type: ignore[misc]
        made.response_class = _Response
        return made


class _Pool(_Guarding, HTTPConnectionPool):
    pass


class _SecurePool(_Guarding, HTTPSConnectionPool):
    pass


_POOLS = {"http": _Pool, "https": _SecurePool}
