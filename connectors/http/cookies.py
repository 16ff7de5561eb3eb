"""Cookies of a session that several threads use."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from requests.cookies import RequestsCookieJar


class Jar(RequestsCookieJar):
    """Cookies that a thread may read while another sets one."""

    _cookies_lock: AbstractContextManager[object]  # that of http.cookiejar

    def __iter__(self) -> Iterator[Any]:
        with self._cookies_lock:
            return iter(list(super().__iter__()))
