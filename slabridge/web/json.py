"""Answers of JSON."""

from typing import Any

import orjson
from starlette.responses import Response


class Json(Response):
    """An answer of JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - any JSON
        """Return it as bytes."""
        return orjson.dumps(content)
