"""The metrics in Prometheus' words, for who scrapes them or reads them from a file (docs/metrics.md)."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from slabridge import __version__
from slabridge.app.metrics import Sample


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured, of what kind, by which labels; of a folder of customers, `customer` is one more."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    labels: tuple[str, ...] = ()


CUSTOMER = "customer"

METRICS = (
    Metric("slabridge_build_info", "gauge", "Always 1, with the version that runs.", ("version",)),
    Metric(
        "slabridge_configuration_valid",
        "gauge",
        "Whether the configuration that was read last validates; if not, the one before it counts. Of a daemon alone.",
    ),
    Metric("slabridge_runs_total", "counter", "Runs, by their exit code's name.", ("outcome",)),
    Metric("slabridge_run_duration_seconds", "gauge", "How long the last run took."),
    Metric("slabridge_last_run_timestamp_seconds", "gauge", "When the last run ended, however it did."),
    Metric(
        "slabridge_last_success_timestamp_seconds",
        "gauge",
        "When the last run ended whose part of the connection came to its end: no refusal, outage, halt, bug or guard.",
        ("connection",),
    ),
    Metric(
        "slabridge_data_timestamp_seconds",
        "gauge",
        "The tool's clock when the last complete run on the connection began: what is judged is no older.",
        ("connection",),
    ),
    Metric(
        "slabridge_tool_up",
        "gauge",
        "Whether the tool could be used by the last run that came to it: 1, or 0 where it was down or refused us.",
        ("connection",),
    ),
    Metric("slabridge_tickets_pulled_total", "counter", "Tickets read.", ("connection",)),
    Metric("slabridge_tickets_judged_total", "counter", "Tickets judged.", ("connection",)),
    Metric(
        "slabridge_writes_total",
        "counter",
        "Fields, comments and links that the tool took, by why they were written.",
        ("connection", "kind", "reason"),
    ),
    Metric(
        "slabridge_calls_total",
        "counter",
        "HTTP calls, repeated ones and those for tokens included, by class of answer (none: no answer came).",
        ("host", "status"),
    ),
    Metric(
        "slabridge_limit_wait_seconds_total",
        "counter",
        "Seconds that calls waited for limits: Retry-After, 429, a host that asked to be left alone.",
        ("host",),
    ),
    Metric("slabridge_outbox_entries", "gauge", "Transitions in the outbox, by state.", ("connection", "state")),
    Metric("slabridge_quarantined_tickets", "gauge", "Tickets in quarantine.", ("connection",)),
    Metric("slabridge_open_clocks", "gauge", "Cycles that run or are paused, by status.", ("agreement", "status")),
    Metric(
        "slabridge_clocks_due_within_hour",
        "gauge",
        "Running cycles that are due within an hour of the last complete run, by the tool's clock.",
        ("agreement",),
    ),
    Metric(
        "slabridge_notification_entries",
        "gauge",
        "Steps of messages, by state: waiting, failing (tried in vain), sent, unclear, dropped, owed, counted, told.",
        ("receiver", "state"),
    ),
)


def scraped(samples: Iterable[Sample], accept: str) -> tuple[bytes, str]:
    """Return the metrics with those of this process, in the format that a scraper accepts, and its name."""
    encode, name = choose_encoder(accept)
    registry = _registry(samples)
    ProcessCollector(registry=registry)
    return encode(registry), name


def write(path: Path, samples: Iterable[Sample]) -> None:
    """Write the metrics for the textfile collector: whole or not at all, and readable by everybody.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(generate_latest(_registry(samples)))
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _registry(samples: Iterable[Sample]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Samples([Sample("slabridge_build_info", {"version": __version__}, 1), *samples]))
    return registry


class _Samples(Collector):
    """Gives samples to a registry."""

    def __init__(self, samples: list[Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        found: dict[str, list[Sample]] = {}
        for sample in self._samples:
            found.setdefault(sample.name, []).append(sample)
        for metric in METRICS:
            if metric.name in found:
                yield _family(metric, found[metric.name])


def _family(metric: Metric, samples: list[Sample]) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    labels = [*metric.labels, *([CUSTOMER] if any(CUSTOMER in sample.labels for sample in samples) else [])]
    family = kind(metric.name, metric.help, labels=labels)
    for sample in samples:
        family.add_metric([sample.labels[label] for label in labels], sample.value)
    return family
