"""Asking a Prometheus for a range of a series.

https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
"""

from slabridge.config.services.sources import PrometheusSource
from slabridge.report.samples import lowest

STEP = 60_000
"""How far apart samples are asked for, ms."""
_AT_ONCE = 10_000
"""Samples of an answer: a Prometheus gives 11,000 at most."""
_PATIENCE = 60
_LARGEST = 64_000_000


class NotMeasured(Exception):  # noqa: N818 - what came of it
    """The Prometheus gave no series; the message says why."""


def samples_of(source: PrometheusSource, start: int, end: int) -> dict[int, float]:
    """Return the samples of [start, end), by instant; of several series the lowest.

    Raises:
        NotMeasured: it cannot be reached, or gives no such answer.
    """
    import requests  # noqa: PLC0415 - only who has such a source waits for it

    found: dict[int, float] = {}
    with requests.Session() as session:
        for begin in range(start, end, _AT_ONCE * STEP):
            until = min(end - 1, begin + (_AT_ONCE - 1) * STEP)
            asked: dict[str, str | float] = {
                "query": source.query,
                "start": begin / 1000,
                "end": until / 1000,
                "step": STEP // 1000,
            }
            try:
                answer = session.get(f"{source.url.rstrip('/')}/api/v1/query_range", params=asked, timeout=_PATIENCE)
                body = answer.json() if len(answer.content) <= _LARGEST else {}
                if body.get("status") != "success":
                    raise NotMeasured(f"{source.url}: {body.get('error') or f'answers with {answer.status_code}'}")
                found |= lowest(series["values"] for series in body["data"]["result"])
            except requests.RequestException as error:
                raise NotMeasured(f"{source.url} cannot be asked: {type(error).__name__}") from None
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise NotMeasured(f"{source.url} gives no series of samples: {type(error).__name__}") from None
    return found
