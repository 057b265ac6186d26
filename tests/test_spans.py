"""A run as OpenTelemetry spans: what they hold, where they go, and that they hurt nobody."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from evalcenter import errors, spans, walk
from evalcenter.records import Answer, CandidateSpec, Sampling
from tests.doubles import Scripted
from tests.test_events import SECRET, busy, lost, means, plan


class Memory:
    """A provider that keeps its spans."""

    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._kept))

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._kept.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Memory:
    """The spans of a run with some trouble."""
    memory = Memory()
    answer = Answer(text="yes", prompt_tokens=7, completion_tokens=3, latency_ms=20)
    candidate = Scripted({"dosing-001": [busy(), answer], "dosing-002": [lost() for _ in range(9)]})
    folder = tmp_path_factory.mktemp("run")
    walk.start(plan(), folder, means(candidate, spans.Spans(memory.provider)))
    return memory


def sample(memory: Memory, item: str) -> ReadableSpan:
    return next(span for span in memory.named("chat") if (span.attributes or {}).get("evalcenter.item") == item)


def test_one_trace_with_the_run_on_top(traced: Memory) -> None:
    """The run holds its stages, and the stage of asking its samples; all are ended."""
    (run,) = traced.named("evalcenter run")
    stages = {name: traced.named(name)[0] for name in ("asking", "grading", "deciding", "rendering")}
    assert run.parent is None
    assert {stage.parent.span_id for stage in stages.values() if stage.parent} == {run.context.span_id}
    assert {one.parent.span_id for one in traced.named("chat") if one.parent} == {stages["asking"].context.span_id}
    assert {one.context.trace_id for one in traced.spans} == {run.context.trace_id}
    assert run.attributes is not None
    assert run.attributes["evalcenter.exit_code"] in errors.EXIT.values()
    assert all(one.end_time and one.start_time and one.end_time >= one.start_time for one in traced.spans)


def test_a_sample_says_what_it_took(traced: Memory) -> None:
    """A sample has its attempts and tokens under the names of the conventions, and its retries as events."""
    one = sample(traced, "dosing-001")
    assert one.attributes is not None
    said = dict(one.attributes)
    assert said["gen_ai.operation.name"] == "chat"
    assert said["gen_ai.provider.name"] == "scripted"
    assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == (7, 3)
    assert (said["evalcenter.attempts"], said["evalcenter.state"]) == (2, "complete")
    assert [(event.name, dict(event.attributes or {})["error.type"]) for event in one.events] == [
        ("retried", "rate_limit")
    ]


def test_a_failed_sample_is_an_error(traced: Memory) -> None:
    """A sample that was given up has the status of an error, its kind and its HTTP status, and no message."""
    one = sample(traced, "dosing-002")
    assert one.attributes is not None
    assert one.status.status_code is StatusCode.ERROR
    assert (one.attributes["error.type"], one.attributes["http.response.status_code"]) == ("refused", 400)


def test_no_span_holds_a_foreign_word(traced: Memory) -> None:
    """Neither a prompt nor an answer nor a server's word is in any span."""
    words = "".join(span.to_json() for span in traced.spans)
    assert "dosing-001" in words
    for secret in (SECRET, "sk-key", *(item.prompt[0].content for item in plan().items)):
        assert secret not in words
        assert secret.encode("unicode-escape").decode() not in words


def test_an_error_ends_the_run_and_its_stage() -> None:
    """What stops a run ends every open span with the error's name; a run that never began has a span too."""
    for began in (True, False):
        memory = Memory()
        watch = spans.Spans(memory.provider, "c")
        if began:
            watch.stage("asking")
        watch.stopped(errors.KeyRefused(SECRET))
        assert {span.status.description for span in memory.spans} == {"KeyRefused"}
        assert len(memory.spans) == 1 + began


def test_what_is_asked_is_said_as_the_conventions_say() -> None:
    """Model, sampling and address have the names of the conventions; what is not set is left out."""
    spec = CandidateSpec(
        adapter="openai_http",
        name="c",
        model="m",
        base_url="https://api.example.org:8443/v1",
        sampling=Sampling(max_tokens=9),
    )
    assert spans._fixed(spec) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.request.max_tokens": 9,
        "server.address": "api.example.org",
        "server.port": 8443,
    }


# -- where they go ----------------------------------------------------------------------------------------------------


class Collector(ThreadingHTTPServer):
    """Takes what is sent to it, and keeps it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        super().__init__(("127.0.0.1", 0), _Takes)


class _Takes(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_spans_reach_the_collector_that_the_environment_names(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over OTLP/HTTP, all of a run's spans arrive by the time it is over, under our name or the environment's."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_address[1]}")
    for name in ("evalcenter", "ours"):
        if name == "ours":
            monkeypatch.setenv("OTEL_SERVICE_NAME", name)
        collector.bodies.clear()
        tracing = spans.Tracing()
        walk.start(plan(), tmp_path / name, means(Scripted(), spans.Spans(tracing.provider)))
        tracing.close()
        sent = [one for body in collector.bodies for one in ExportTraceServiceRequest.FromString(body).resource_spans]
        names = [span.name for one in sent for scope in one.scope_spans for span in scope.spans]
        assert names.count("evalcenter run") == 1
        assert names.count("chat") >= 30
        assert {a.value.string_value for one in sent for a in one.resource.attributes if a.key == "service.name"} == {
            name
        }
    assert set(collector.paths) == {"/v1/traces"}


class Stuck(SpanExporter):
    """A collector that does not answer until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def export(self, spans: Any) -> SpanExportResult:
        self.let_go.wait()
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self.let_go.set()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


def test_a_collector_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a run waits for the last spans for so long and no longer, and says how many were lost."""
    monkeypatch.setattr(spans, "CLOSE_S", 0.05)
    said: list[str] = []
    stuck = Stuck()
    tracing = spans.Tracing(said.append, stuck)
    spans.Spans(tracing.provider).stopped(KeyboardInterrupt())
    tracing.close()
    assert said[-1] == "traces: 1 of 1 spans did not reach the collector"
    assert stuck.let_go.is_set()


class Refuses(Stuck):
    """A collector that takes nothing."""

    def export(self, spans: Any) -> SpanExportResult:
        return SpanExportResult.FAILURE


def test_a_collector_that_is_down_is_said_once() -> None:
    """However many batches are refused, a person is told once, and at the end how many spans were lost."""
    said: list[str] = []
    tracing = spans.Tracing(said.append, Refuses())
    for _ in range(3000):
        tracing.provider.get_tracer("t").start_span("x").end()
    tracing.close()
    assert said == [
        "traces: the collector does not take spans; the run goes on",
        "traces: 3000 of 3000 spans did not reach the collector",
    ]


def test_a_variable_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that the SDK refuses, as some versions do, is an error of the input, and its value is not shown."""

    def refuse(*given: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("opentelemetry.exporter.otlp.proto.http.trace_exporter.OTLPSpanExporter", refuse)
    with pytest.raises(errors.InputError, match="OTEL_") as caught:
        spans.Tracing()
    assert SECRET not in str(caught.value)


def test_the_end_of_a_whole_run_says_nothing_of_its_spans(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all spans arrive there is nothing to say."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_address[1]}")
    said: list[str] = []
    tracing = spans.Tracing(said.append)
    spans.Spans(tracing.provider).stopped(KeyboardInterrupt())
    tracing.close()
    assert (said, len(collector.bodies)) == ([], 1)


def test_without_the_extra_there_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenTelemetry is not installed, the error says what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(errors.MissingExtra, match=r"evalcenter\[otel\]"):
        spans.Tracing()


def test_nothing_of_it_is_imported_where_it_is_off() -> None:
    """Neither the command nor the module loads OpenTelemetry before spans are asked for."""
    code = (
        "import sys, evalcenter.spans, evalcenter.observing, evalcenter.cli\n"
        "print([m for m in sys.modules if 'opentel' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
