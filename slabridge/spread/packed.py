"""How work goes to workers of ours, and what comes of it back: the one place where what is read becomes objects.

Who gives work to a worker, or runs the scheduler between us, can have either run any code (SECURITY.md): Dask unpacks
what it is sent in the same way.
"""

import pickle
from typing import Any


def packed(value: object) -> bytes:
    """Return a value as bytes."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(found: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """Return the value that was packed by whom we trust."""
    return pickle.loads(found)  # noqa: S301 - see above
