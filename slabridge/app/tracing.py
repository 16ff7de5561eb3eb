"""Traces by OpenTelemetry, where the environment names a receiver (docs/daemon.md, "Traces")."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from connectors.span import Attribute, Start, listen
from slabridge import __version__

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = structlog.get_logger("slabridge")

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PATIENCE = 5
"""Seconds for which the end waits for a receiver."""


@contextmanager
def traced() -> Iterator[None]:
    """Send the spans of this process while the block lasts, and what is left of them at its end.

    That there is no receiver, or no library, changes nothing else; it is said.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
    except ImportError:
        log.warning("not traced", reason='OpenTelemetry is not installed: pip install "slabridge[otel]"')
        yield
        return
    named = "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "") or "OTEL_SERVICE_NAME" in os.environ
    about = {"service.version": __version__} | ({} if named else {"service.name": "slabridge"})
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_PATIENCE)))
    listen(_started_by(provider.get_tracer("slabridge", __version__)))
    try:
        yield
    finally:
        listen(None)
        provider.force_flush(_PATIENCE * 1000)
        provider.shutdown()


def _started_by(tracer: "Tracer") -> Start:
    """Return what begins a span; of an error that ends it only its kind is told, as its words may be a ticket's."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - an extra

    @contextmanager
    def span(name: str, attributes: dict[str, Attribute]) -> Iterator[Callable[[str, Attribute], None]]:
        with tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as begun:
            try:
                yield begun.set_attribute
            except BaseException as error:
                begun.set_status(StatusCode.ERROR, type(error).__name__)
                raise

    return span
