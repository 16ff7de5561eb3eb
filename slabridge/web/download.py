"""A file of a report as an answer: it is opened before it is promised, and given whole though it is removed since."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

_AT_ONCE = 1 << 18


def download(place: Path, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a file as an answer.

    Raises:
        FileNotFoundError: it was kept no longer.
    """
    file = place.open("rb")
    length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
    return StreamingResponse(_parts(file), media_type=media_type, headers={**length, **(headers or {})})


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(_AT_ONCE):
            yield part
