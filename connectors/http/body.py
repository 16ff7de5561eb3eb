"""The body of an answer, no larger than we want it."""

from collections.abc import Iterator

import requests

_CHUNK = 65_536


class TooLarge(Exception):  # noqa: N818 - what the body is
    """An answer's body is larger than it may be."""


def receive(response: requests.Response, most: int) -> None:
    """Receive the body, unpacked, which `response.content` is from then on; `most` is in bytes.

    Raises:
        TooLarge: it is larger than that, and no more of it was received than it took to see so.
        requests.RequestException: it does not come, or not to its end.
    """
    try:
        response._content = b"".join(_parts(response, most))  # noqa: SLF001 - what `content` does, without a limit
    except BaseException:
        response.close()
        raise


def _parts(response: requests.Response, most: int) -> Iterator[bytes]:
    named = response.headers.get("Content-Length", "")
    if named.isdecimal() and (len(named) > len(str(most)) or int(named) > most):
        raise TooLarge
    size = 0
    for part in response.iter_content(_CHUNK):
        size += len(part)
        if size > most:
            raise TooLarge
        yield part


def shown(size: int) -> str:
    """Return a number of bytes in words."""
    for unit, of in (("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)):
        if size >= of:
            return f"{size / of:g} {unit}"
    return f"{size} bytes"
