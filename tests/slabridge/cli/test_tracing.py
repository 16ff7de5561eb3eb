"""Spans of a run, as a receiver of OpenTelemetry gets them over HTTP."""

import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.slabridge.cli.conftest import Call
from tests.slabridge.run.job import Job


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """Take in traces; give the address and what came."""
    came: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            assert self.path == "/v1/traces"
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def spans_of(came: list[bytes]) -> list[Span]:
    return [
        span
        for body in came
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_run_is_one_trace_of_spans_in_which_no_ticket_is_named(
    job: Job, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.config()
    job.sandbox.fault("jira", do="status", status=400, path="comment", body={"errorMessages": ["SECRET-1"]})
    with receiver() as (url, came):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        code, _, _ = call("run", "--config", job.path)
    assert code in (0, 3)
    found = spans_of(came)
    assert len({span.trace_id for span in found}) == 1
    [run] = [span for span in found if not span.parent_span_id]
    assert run.name == "run"
    by_id = {span.span_id: span for span in found}
    assert all(span.parent_span_id in by_id for span in found if span is not run)
    names = {span.name for span in found}
    assert {"connection", "page", "judge", "write"} <= names
    called = [span for span in found if any(one.key == "http.request.method" for one in span.attributes)]
    asked = [one for tool in ("jira", "servicenow") for one in job.sandbox.log(tool) if not one.inside]
    assert len(called) == len(asked)
    assert {by_id[span.parent_span_id].name for span in called} <= {"connection", "page", "write"}
    steps = {one.value.string_value for span in found for one in span.attributes if one.key == "slabridge.step"}
    assert {"pull", "judge_all", "write_all"} <= steps
    for ticket in (job.ticket("snow", "Open"), job.ticket("jira", "Open")):
        for text in (ticket.id, ticket.key, "SECRET-1", "sandbox-jira-token"):
            assert not any(text.encode() in body for body in came), text
    assert not any(span.events for span in found)
    assert run.status.code != Status.STATUS_CODE_ERROR


def test_a_receiver_that_is_not_there_changes_nothing(job: Job, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    job.config()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1/v1/traces")
    assert call("run", "--config", job.path)[0] == 0


def test_without_the_library_it_is_said_once_and_the_run_is_done(
    job: Job, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.config()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    code, _, said = call("run", "--config", job.path)
    assert code == 0
    assert said.count("slabridge[otel]") == 1


def test_nothing_is_loaded_where_nobody_asks_for_traces(job: Job, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    job.config()
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    code, _, said = call("run", "--config", job.path)
    assert (code, "otel" in said) == (0, False)
