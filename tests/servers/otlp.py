"""Who collects spans? On a real socket, in a thread beside the test; it takes whatever comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True, slots=True)
class Taken:
    service: str
    span: Span
    headers: dict[str, str]

    @property
    def trace_id(self) -> str:
        return self.span.trace_id.hex()

    @property
    def span_id(self) -> str:
        return self.span.span_id.hex()

    @property
    def parent_id(self) -> str:
        return self.span.parent_span_id.hex()


class Collector:
    def __init__(self, url: str, taken: list[Taken]) -> None:
        self.url = url
        self._taken = taken

    def taken(self, *, trace_id: str) -> list[Taken]:
        """In the order in which they began."""
        of_trace = [each for each in self._taken if each.trace_id == trace_id]
        return sorted(of_trace, key=lambda each: each.span.start_time_unix_nano)

    def everything(self) -> str:
        return "\n".join(str(each.span) for each in self._taken)


@contextmanager
def collecting() -> Iterator[Collector]:
    taken: list[Taken] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken.extend(_read(body, headers))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Collector(f"http://127.0.0.1:{server.server_port}", taken)
        finally:
            server.shutdown()
            thread.join()


def _read(body: bytes, headers: dict[str, str]) -> Iterator[Taken]:
    for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        attributes = {each.key: each.value.string_value for each in of_resource.resource.attributes}
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Taken(attributes["service.name"], span, headers)
