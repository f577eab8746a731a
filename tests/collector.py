"""A collector of spans on this machine: OTLP over HTTP, decoded."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector(ThreadingHTTPServer):
    """Receives OTLP over HTTP, as a collector does; answers with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.requests = status, 0
        self.resources: list[dict[str, str]] = []
        self.spans: list[Any] = []
        super().__init__(("127.0.0.1", 0), Receiver)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.path == "/v1/traces"
        self.server.requests += 1
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.resources.append(values(of_resource.resource.attributes))
            for scope in of_resource.scope_spans:
                self.server.spans.extend(scope.spans)
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def values(attributes: Any) -> dict[str, Any]:
    told = {}
    for each in attributes:
        kind = each.value.WhichOneof("value")
        value = getattr(each.value, kind)
        told[each.key] = [v.string_value for v in value.values] if kind == "array_value" else value
    return told


@contextlib.contextmanager
def serving(collector: Collector) -> Iterator[Collector]:
    thread = threading.Thread(target=collector.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()
