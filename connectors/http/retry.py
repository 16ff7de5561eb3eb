"""When a call is sent again after an attempt failed."""

from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random

from connectors.http.call import Failure

_BACKOFF = wait_exponential(multiplier=0.5, max=20) + wait_random(0, 0.5)


def retrying(attempts: int, patience: float, left: Callable[[], float]) -> Retrying:
    """Return what calls again where the failure allows it, `attempts` times in all at most.

    No wait is longer than the run has `left`, and all of a call together are no longer than `patience` (seconds).
    """
    return Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, Failure) and error.again),
        wait=_wait,
        stop=lambda at: (
            at.attempt_number >= attempts or at.idle_for + at.upcoming_sleep > patience or at.upcoming_sleep > left()
        ),
        reraise=True,
    )


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: never less than the server asked for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.asked if isinstance(error, Failure) else None
    return max(asked or 0.0, _BACKOFF(state))
