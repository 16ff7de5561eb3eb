"""What there is to report of an error that nobody foresaw: where it came from, and no value that it holds."""

import traceback
from pathlib import PurePath


def kind_of(error: BaseException) -> str:
    """Return the type of an error, and of those that led to it. What they say may be of a ticket, or a secret."""
    return " from ".join(type(one).__name__ for one in _chain(error))


def places_of(error: BaseException) -> str:
    """Return the places in the code where it happened, the innermost first."""
    frames = [frame for one in _chain(error) for frame in reversed(traceback.extract_tb(one.__traceback__))]
    return " < ".join(f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno}" for frame in frames)


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an error and what led to it, the origin last."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found
