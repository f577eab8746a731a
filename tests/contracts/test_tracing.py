"""Trace context as it is passed on, and spans as a collector on this machine receives them."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from contracts.errors import DataError
from contracts.spans import Telling
from contracts.tracing import Header, Tracing, passed_on
from tests.collector import Collector, serving, values
from tests.conftest import ROOT

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
ROUTE = "/score_titulo/{titulo}"


def context(parent: str, *states: str) -> list[tuple[str, str]]:
    """What of these headers is passed on."""
    headers: list[Header] = [(b"host", b"x"), (b"traceparent", parent.encode("latin-1"))]
    headers += [(b"tracestate", state.encode("latin-1")) for state in states]
    return [(name.decode(), value.decode()) for name, value in passed_on(headers)]


@pytest.mark.parametrize("flags", ["00", "01", "ff"])
def test_a_valid_parent_is_passed_on_as_it_came(flags: str) -> None:
    parent = f"00-{TRACE}-{SPAN}-{flags}"
    assert context(parent) == [("traceparent", parent)]
    assert passed_on([(b"TraceParent", parent.encode() + b" ")]) == passed_on(
        [(b"traceparent", parent.encode())]
    )


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01-",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-011",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE[:-1]}g-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00_{TRACE}_{SPAN}_01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"01-{TRACE}-{SPAN}-01more",
        f"00-{TRACE}-{SPAN}-\xb2\xb2",
        f"{PARENT},{PARENT}",
    ],
)
def test_a_malformed_parent_is_passed_on_to_nobody(parent: str) -> None:
    assert context(parent, "a=1") == []


def test_two_parents_are_none() -> None:
    assert passed_on([(b"traceparent", PARENT.encode())] * 2) == []


@pytest.mark.parametrize("rest", ["", "-what-a-later-version-adds"])
def test_a_later_version_is_passed_on_as_far_as_it_is_understood(rest: str) -> None:
    assert context(f"cc-{TRACE}-{SPAN}-ff{rest}") == [("traceparent", PARENT)]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (["a=1"], "a=1"),
        (["a=1", "b@c= 2"], "a=1,b@c= 2"),
        (["a=1 ,\tb=2,,"], "a=1,b=2"),
        ([f"a={'x' * 256}"], f"a={'x' * 256}"),
        ([",".join(f"k{n}=v" for n in range(32))], ",".join(f"k{n}=v" for n in range(32))),
    ],
)
def test_the_state_comes_along(states: list[str], told: str) -> None:
    assert context(PARENT, *states) == [("traceparent", PARENT), ("tracestate", told)]


@pytest.mark.parametrize(
    "states",
    [
        [""],
        ["a"],
        ["a="],
        ["A=1"],
        ["a=1=2"],
        ["a=\n"],
        ["a=ñ"],
        ["a=1,a=2"],
        ["a=1", "a=2"],
        ["@a=1"],
        [f"a={'x' * 257}"],
        [f"{'a' * 257}=1"],
        [",".join(f"k{n}=v" for n in range(33))],
        [f"a={'x' * 250}", f"b={'x' * 258}"],
    ],
)
def test_a_malformed_or_long_state_is_left_out_and_its_parent_is_not(states: list[str]) -> None:
    assert context(PARENT, *states) == [("traceparent", PARENT)]


def test_a_state_without_a_parent_is_nothing() -> None:
    assert passed_on([(b"tracestate", b"a=1")]) == []


# Off ----------------------------------------------------------------------------------------------


def test_without_an_endpoint_nothing_is_imported_and_nothing_is_traced() -> None:
    program = (
        "import sys; from contracts.tracing import Tracing; tracing = Tracing('consultas');"
        " assert tracing.start([], 'GET') is None; tracing.shutdown();"
        " assert not [name for name in sys.modules if 'opentelemetry' in name]"
    )
    environment = os.environ | {"CARTELERA_OTLP_ENDPOINT": " "}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)


@pytest.mark.parametrize(
    "endpoint",
    ["collector:4318", "collector", "ftp://collector", "http://", "http://a:x", "http://a?b=c"],
)
def test_an_endpoint_that_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(DataError, match="CARTELERA_OTLP_ENDPOINT"):
        Tracing("consultas", endpoint)


# On -----------------------------------------------------------------------------------------------


@pytest.fixture
def collector() -> Iterator[Collector]:
    with serving(Collector()) as running:
        yield running


def traced(collector: Collector, work: Callable[[Tracing], object]) -> Any:
    """The one span that a service sends for `work`."""
    tracing = Tracing("consultas", collector.address)
    work(tracing)
    tracing.shutdown()
    (span,) = collector.spans
    return span


def answer(
    tracing: Tracing, headers: list[Header], method: str = "GET", status: int = 200
) -> list[Header]:
    """Serve one request; the headers to ask the next service with."""
    span = tracing.start(headers, method, "id-1")
    assert span is not None
    further = span.headers()
    span.end(ROUTE, status)
    return further


def test_a_span_names_method_and_route_and_nothing_of_who_asked(collector: Collector) -> None:
    asked = [(b"host", b"secret"), (b"x-forwarded-for", b"secret"), (b"x-api-key", b"secret")]
    span = traced(collector, lambda tracing: answer(tracing, asked))
    assert span.name == f"GET {ROUTE}" and span.kind == span.SPAN_KIND_SERVER
    assert values(span.attributes) == {
        "http.request.method": "GET",
        "http.route": ROUTE,
        "http.response.status_code": 200,
        "http.request.header.x-request-id": ["id-1"],
    }
    assert b"secret" not in span.SerializeToString() and not span.parent_span_id
    (resource,) = collector.resources
    assert resource["service.name"] == "cartelera-consultas"
    assert resource["service.version"]


@pytest.mark.parametrize(("status", "failed"), [(200, False), (404, False), (503, True)])
def test_an_answer_from_500_on_is_an_error(collector: Collector, status: int, failed: bool) -> None:
    span = traced(collector, lambda tracing: answer(tracing, [], status=status))
    assert (span.status.code == span.status.STATUS_CODE_ERROR) is failed
    assert values(span.attributes).get("error.type") == (str(status) if failed else None)


def test_a_made_up_method_names_no_span(collector: Collector) -> None:
    span = traced(collector, lambda tracing: answer(tracing, [], method="MADE-UP"))
    assert span.name == f"HTTP {ROUTE}"
    assert values(span.attributes)["http.request.method"] == "_OTHER"


def test_a_service_continues_the_trace_of_who_asked_it(collector: Collector) -> None:
    gateway = Tracing("gateway", collector.address)
    service = Tracing("recomendaciones", collector.address)
    incoming = [(b"traceparent", PARENT.encode()), (b"tracestate", b"vendor=1")]
    further = answer(gateway, incoming)
    assert dict(further)[b"tracestate"] == b"vendor=1" and passed_on(further) == further
    answer(service, further)
    gateway.shutdown()
    service.shutdown()
    outer, inner = collector.spans
    assert outer.trace_id.hex() == inner.trace_id.hex() == TRACE
    assert outer.parent_span_id.hex() == SPAN
    assert inner.parent_span_id == outer.span_id
    names = [resource["service.name"] for resource in collector.resources]
    assert names == ["cartelera-gateway", "cartelera-recomendaciones"]


def test_a_malformed_parent_begins_a_trace_of_its_own(collector: Collector) -> None:
    headers = [(b"traceparent", f"00-{'0' * 32}-{SPAN}-01".encode())]
    span = traced(collector, lambda tracing: answer(tracing, headers))
    assert len(span.trace_id) == 16 and any(span.trace_id) and not span.parent_span_id


def test_a_trace_that_its_caller_does_not_record_is_passed_on_unrecorded(
    collector: Collector,
) -> None:
    tracing = Tracing("consultas", collector.address)
    headers = [(b"traceparent", f"00-{TRACE}-{SPAN}-00".encode())]
    further = dict(answer(tracing, headers))[b"traceparent"].decode()
    tracing.shutdown()
    assert further.startswith(f"00-{TRACE}-") and further.endswith("-00")
    assert collector.spans == []


def test_after_its_end_nothing_is_traced(collector: Collector) -> None:
    tracing = Tracing("consultas", collector.address)
    tracing.shutdown()
    tracing.shutdown()
    assert tracing.start([], "GET") is None


def trace_one(address: str) -> None:
    tracing = Tracing("gateway", address)
    answer(tracing, [])
    tracing.shutdown()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_processes_trace_each_for_itself(collector: Collector, way: Any) -> None:
    here = Tracing("gateway", collector.address)
    workers = [get_context(way).Process(target=trace_one, args=(collector.address,)) for _ in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    answer(here, [])
    here.shutdown()
    assert len({span.trace_id for span in collector.spans}) == len(collector.spans) == 3


# Collectors that fail -----------------------------------------------------------------------------


def nobody_listens() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def lost(caplog: pytest.LogCaptureFixture) -> list[str]:
    """All that was logged; nothing but of what was lost may be."""
    return [record.getMessage() for record in caplog.records]


def test_requests_are_served_and_told_once_where_no_collector_is(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "100")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")
    with caplog.at_level(logging.DEBUG, "contracts"):
        tracing = Tracing("consultas", nobody_listens())
        for _ in range(50):
            assert passed_on(answer(tracing, []))
        tracing.shutdown()
    (line,) = [line for line in lost(caplog) if "spans_lost" in line]
    assert line == "spans_lost count=10"
    assert not [r for r in caplog.records if r.name.startswith("opentelemetry.exporter")]


def test_a_collector_that_refuses_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with serving(Collector(status=400)) as refusing:
        exporter = Tracing("consultas", refusing.address)
        for _ in range(600):
            answer(exporter, [])
        exporter.shutdown()
        assert refusing.requests == 2
    assert len(lost(caplog)) == 1 and "spans_lost" in lost(caplog)[0]


def test_lost_spans_are_summed_until_they_are_told(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.FAILURE

    clock = iter((0.0, 20.0, 59.0, 60.0))
    telling = Telling(Failing(), lambda: next(clock))
    spans: list[Any] = [None, None]
    for _ in range(4):
        telling.export(spans)
    assert lost(caplog) == ["spans_lost count=2", "spans_lost count=6"]
