"""What happens in a run, as OpenTelemetry spans: one for the run, one for each stage, one for each sample. Behind the extra `otel`.

Rules this module keeps:

* A span says what an event says (``events.py``): no prompt, answer, key or server's word. Where the semantic conventions for
  generative AI have a name for it, that is its name.
* Where spans go is set by the standard OTEL_* variables alone (OTLP over HTTP). They are sent in batches by the SDK's own thread;
  what it can't send is dropped. A collector that is down is said and costs at most a few seconds at the end.
* Nothing of OpenTelemetry is imported unless spans are asked for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from evalcenter import __version__, journal
from evalcenter.errors import InputError, MissingExtra
from evalcenter.events import Event, Teller
from evalcenter.history import Run
from evalcenter.outlets import Say, aloud
from evalcenter.records import CandidateSpec

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

CLOSE_S: Final = 5.0
OWN: Final = "evalcenter."
PROVIDERS: Final = {"openai_http": "openai"}
"""What the conventions call whom an adapter speaks to; another adapter goes by its own name."""
Attributes = Mapping[str, Any]
MILLION: Final = 1_000_000


class Spans(Teller):
    """A Watch that makes spans with the tracer of `provider`."""

    def __init__(self, provider: TracerProvider, candidate: str = "") -> None:
        super().__init__(candidate)
        self._tracer = provider.get_tracer("evalcenter", __version__)
        self._run: Span | None = None
        self._stage: Span | None = None
        self._fixed: dict[str, Any] = {}
        self._name = "chat"
        self._retries: dict[int, list[tuple[int, Event]]] = {}

    def began(self, held: Run) -> None:
        """A run was begun, or is gone on with."""
        self._fixed = _fixed(held.plan.candidate)
        self._name = f"chat {held.plan.candidate.model}".rstrip()
        super().began(held)

    def tell(self, event: Event) -> None:
        """Begin or end the span that the event is about."""
        match event["event"]:
            case "began":
                self._run = self._begin("evalcenter run", None, _own(event, "folder", "plan", "suites", "standard"))
                self._run.set_attributes({**self._fixed, **_own(event, "planned", "resumed", "simulated", "candidate")})
            case "stage":
                self._end(self._stage)
                self._stage = self._begin(event["stage"], self._run, {})
            case "retried":
                begin = journal.nanoseconds() - event["latency_ms"] * MILLION
                self._retries.setdefault(event["position"], []).append((begin, event))
            case "answered" | "failed":
                self._sample(event)
            case "closed" if self._stage is not None:
                self._stage.set_attributes(_own(event, "why"))
            case "decided" if self._run is not None:
                self._run.set_attributes({OWN + "verdict": event["outcome"]})
            case "ended":
                self._over(_own(event, "state", "exit_code"), "")
            case "stopped":
                self._over(_own(event, "exit_code"), event["error"])

    def _begin(self, name: str, above: Span | None, attributes: Attributes, begin: int | None = None) -> Span:
        from opentelemetry.trace import set_span_in_context

        context = None if above is None else set_span_in_context(above)
        return self._tracer.start_span(name, context, attributes=attributes, start_time=begin)

    def _end(self, span: Span | None) -> None:
        if span is not None:
            span.end()

    def _sample(self, event: Event) -> None:
        """A sample is told when it is settled; it began with its first call."""
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

        end = journal.nanoseconds()
        retries = self._retries.pop(event["position"], [])
        begin = retries[0][0] if retries else end - event["latency_ms"] * MILLION
        above = self._stage or self._run
        span = self._tracer.start_span(
            self._name,
            None if above is None else set_span_in_context(above),
            SpanKind.CLIENT,
            {**self._fixed, **_outcome(event)},
            start_time=min(begin, end),
        )
        for at, retry in retries:
            ended = at + retry["latency_ms"] * MILLION
            span.add_event("retried", {**_own(retry, "attempt"), **_failure(retry)}, ended)
        if event["event"] == "failed":
            span.set_status(Status(StatusCode.ERROR, event["kind"]))
        span.end(end)

    def _over(self, attributes: Attributes, error: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        run = self._run or self._begin("evalcenter run", None, {OWN + "candidate": self.candidate})
        for span in (self._stage, run):
            if span is not None and error:
                span.set_status(Status(StatusCode.ERROR, error))
                span.set_attribute("error.type", error)
        run.set_attributes(attributes)
        self._end(self._stage)
        run.end()


def _own(event: Event, *names: str) -> dict[str, Any]:
    return {OWN + name: event[name] for name in names}


def _fixed(spec: CandidateSpec) -> dict[str, Any]:
    """What every sample of a run says: what is asked, and where."""
    said: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDERS.get(spec.adapter, spec.adapter),
        "gen_ai.request.model": spec.model,
        "gen_ai.request.max_tokens": spec.sampling.max_tokens,
        "gen_ai.request.temperature": _number(spec.sampling.temperature),
        "gen_ai.request.top_p": _number(spec.sampling.top_p),
    }
    if spec.base_url:
        parts = urlsplit(spec.base_url)
        said |= {"server.address": parts.hostname, "server.port": parts.port}
    return {name: value for name, value in said.items() if value is not None}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _outcome(event: Event) -> dict[str, Any]:
    said = _own(event, "position", "item", "attempts")
    if event["event"] == "failed":
        said |= _failure(event)
    else:
        said |= {
            OWN + "state": event["state"],
            "gen_ai.usage.input_tokens": event["prompt_tokens"],
            "gen_ai.usage.output_tokens": event["completion_tokens"],
        }
    return {name: value for name, value in said.items() if value is not None}


def _failure(event: Event) -> dict[str, Any]:
    said = {"error.type": event["kind"], "http.response.status_code": event["status"]}
    return {name: value for name, value in said.items() if value is not None}


# -- where they go ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    made: int = 0
    taken: int = 0


class Tracing:
    """Spans on their way to the collector that the environment names.

    Raises MissingExtra without the extra, InputError where the environment's variables can't be used.
    """

    def __init__(self, say: Say = aloud, exporter: SpanExporter | None = None) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise MissingExtra(
                "spans need OpenTelemetry, which is not installed", todo="pip install 'evalcenter[otel]'"
            ) from None
        # Without any handler Python would print the SDK's warnings, a collector's words among them, over the progress display.
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        self._say, self._tally = say, _Tally()
        try:
            self._exporter = _counted(exporter or OTLPSpanExporter(), self._tally, say)
        except ValueError as problem:  # its words may hold a header's value
            raise InputError(f"the OTEL_* variables can't be used ({type(problem).__name__})") from None
        self.provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self.provider.add_span_processor(_counting(self._tally))
        self.provider.add_span_processor(BatchSpanProcessor(self._exporter))

    def close(self) -> None:
        """Send what is left, for at most a few seconds; what was lost is said."""
        last = threading.Thread(target=self.provider.shutdown, daemon=True)
        last.start()
        last.join(CLOSE_S)
        if last.is_alive():
            self._exporter.shutdown()  # ends its waiting for another try
        if lost := self._tally.made - self._tally.taken:
            self._say(f"traces: {lost} of {self._tally.made} spans did not reach the collector")


def _resource() -> Resource:
    """Who sends: evalcenter, unless the environment gives another name."""
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource

    ours = Resource({SERVICE_NAME: "evalcenter", SERVICE_VERSION: __version__})
    found = Resource.create()
    if str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        return found.merge(ours)
    return ours.merge(found)


def _counting(tally: _Tally) -> SpanProcessor:
    """Counts the spans that are to be sent."""
    from opentelemetry.sdk.trace import SpanProcessor

    class Counting(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            tally.made += span.context.trace_flags.sampled

    return Counting()


def _counted(exporter: SpanExporter, tally: _Tally, say: Say) -> SpanExporter:
    """Counts the spans that were taken, and says once that some were not."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Counted(SpanExporter):
        said = False

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = exporter.export(spans)
            if result is SpanExportResult.SUCCESS:
                tally.taken += len(spans)
            elif not self.said:
                self.said = True
                say("traces: the collector does not take spans; the run goes on")
            return result

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30000) -> bool:
            return exporter.force_flush(timeout_millis)

    return Counted()
