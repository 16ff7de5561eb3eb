"""A database of a real Redis for a test alone, and a line to it that can be cut."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
import redis

CLAIM = "test:claimed"


def server() -> str:
    """Return the address of the Redis that tests may use the databases of, all but the first."""
    return os.environ.get("SLABRIDGE_TEST_REDIS", "redis://127.0.0.1:6379")


@contextmanager
def database() -> Iterator[str]:
    """Give the address of an empty database; skip where there is no server, if one is not required."""
    for number in range(1, 16):
        address = f"{server()}/{number}"
        client = redis.Redis.from_url(address)
        try:
            claimed = client.set(CLAIM, os.getpid(), nx=True, ex=3600) and client.dbsize() == 1
        except redis.ConnectionError as error:
            missing = f"no Redis at {server()} (SLABRIDGE_TEST_REDIS names another): {error}"
            if os.environ.get("SLABRIDGE_REQUIRE_REDIS") == "1":
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)
        if claimed:
            try:
                yield address
            finally:
                client.flushdb()
                client.close()
            return
        client.close()
    pytest.fail("no database of the Redis is free", pytrace=False)


class Line:
    """A TCP line to a server: `cut` breaks it, and nobody gets through until `mend`."""

    def __init__(self, address: str) -> None:
        there = urlsplit(address)
        self._there = (there.hostname or "", there.port or 6379)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = address.replace(f"{there.hostname}:{there.port}", f"127.0.0.1:{self._listener.getsockname()[1]}")
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            for one in self._open:
                _end(one)
            self._open.clear()

    def mend(self) -> None:
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        self.cut()
        _end(self._listener)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                with self._lock:
                    if self._is_cut:
                        here.close()
                        continue
                    there = socket.create_connection(self._there)
                    self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=_pass_on, args=[one, other], daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while part := one.recv(65536):
            other.sendall(part)
    _end(other)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
