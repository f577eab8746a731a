"""Spans by OpenTelemetry, sent by OTLP over HTTP. Imported only where a collector is named."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span as RecordedSpan
from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from contracts.release import VERSION
from contracts.tracing import Header

logger = logging.getLogger(__name__)

METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT")
)
OTHER_METHOD, OTHER_NAME = "_OTHER", "HTTP"
"""What is said of any other method, so that what clients invent names no span."""

FLUSH_S = 3.0
"""How long ending waits for the last batch: less than a server is given to end."""
QUIET_S = 60.0
"""What goes wrong with sending is told no more often than this."""

CONTEXT = TraceContextTextMapPropagator()


class Recording:
    """A `Span` that is recorded."""

    def __init__(self, recorded: RecordedSpan, name: str) -> None:
        self._recorded = recorded
        self._name = name

    def headers(self) -> list[Header]:
        """See Span."""
        carrier: dict[str, str] = {}
        CONTEXT.inject(carrier, set_span_in_context(self._recorded))
        return [(name.encode(), value.encode()) for name, value in carrier.items()]

    def end(self, route: str, status: int) -> None:
        """See Span."""
        span = self._recorded
        span.update_name(f"{self._name} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= 500:
            span.set_attribute("error.type", str(status))
            span.set_status(StatusCode.ERROR)
        span.end()


class Recorder:
    """Makes the spans of one process and sends them in the background."""

    def __init__(self, service: str, address: str) -> None:
        _say_less()
        named = {"service.name": f"cartelera-{service}", "service.version": VERSION}
        self._provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=address)
        self._provider.add_span_processor(BatchSpanProcessor(Telling(exporter)))
        self._tracer = self._provider.get_tracer("cartelera")

    def start(self, context: Sequence[Header], method: str, request_id: str) -> Recording:
        """A request begins, as part of the trace that `context` names, if any."""
        known = method if method in METHODS else OTHER_METHOD
        attributes: dict[str, str | Sequence[str]] = {"http.request.method": known}
        if request_id:
            attributes["http.request.header.x-request-id"] = (request_id,)
        carrier = {name.decode(): value.decode() for name, value in context}
        parent = CONTEXT.extract(carrier, Context())
        recorded = self._tracer.start_span(known, parent, SpanKind.SERVER, attributes)
        return Recording(recorded, OTHER_NAME if known == OTHER_METHOD else known)

    def shutdown(self) -> None:
        """Send what is left, for a few seconds at most."""
        # The library waits half a minute for a collector that is down, and cannot be told less.
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(FLUSH_S)


class Telling(SpanExporter):
    """Sends by another exporter, and tells of what was lost once a minute."""

    def __init__(self, exporter: SpanExporter, clock: Callable[[], float] = time.monotonic) -> None:
        self._exporter = exporter
        self._clock = clock
        self._lost, self._told = 0, -QUIET_S

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See SpanExporter."""
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._lost += len(spans)
            if (now := self._clock()) - self._told >= QUIET_S:
                logger.warning("spans_lost count=%d", self._lost)
                self._lost, self._told = 0, now
        return result

    def shutdown(self) -> None:
        """See SpanExporter."""
        self._exporter.shutdown()


class OnceAMinute(logging.Filter):
    """Lets one line through a minute."""

    last = -QUIET_S

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        now = time.monotonic()
        due = now - self.last >= QUIET_S
        self.last = now if due else self.last
        return due


def _say_less() -> None:
    """The library tells of every batch, and of every span that a full queue has no room for."""
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    overflowing = logging.getLogger("opentelemetry.sdk._shared_internal")
    overflowing.setLevel(logging.WARNING)
    if not any(isinstance(known, OnceAMinute) for known in overflowing.filters):
        overflowing.addFilter(OnceAMinute())
