"""HTTP/1.1 at the socket: uvicorn's protocol, with limits it lacks and kept answers given at once.

`uvicorn.Config(http=GatewayProtocol)`. uvicorn bounds neither the size of a request's head nor the
time a client takes over it, and tells a request it cannot read in plain text. This bounds all
three, refuses in problem documents, and writes a kept answer straight to the socket: no task, no
scope, no ASGI messages, which are most of what such an answer costs (`benchmarks/gateway_hits.py`).
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from httptools import HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from contracts.context import NO_ROUTE
from contracts.errors import ProductError
from gateway.cache import CacheState
from gateway.cork import Corked
from gateway.giving import Given, given_at_once
from gateway.heads import escaped_line, fault_of
from gateway.parts import Parts
from gateway.patience import Patience
from gateway.refusals import (
    large_head,
    not_http,
    refusal,
    slow_body,
    slow_head,
    too_many_clients,
)
from gateway.routing import too_large, too_long

logger = logging.getLogger(__name__)

REQUEST_LINE_REST = 64
"""Bytes of a request line beside the address: the method and the protocol's name."""

MOST_HEADERS = 100
NOTHING = memoryview(b"")
MOST_AROUND_A_BODY = 8
"""A body comes in so many times its size at most: chunks of a byte take six. The parser itself
bounds neither chunk extensions nor trailers, and keeps a trailer until it has ended."""

MOST_IGNORED = 256 * 1024
CLOSES_AFTER_S = 1.0
"""A refused client may still be sending; it gets this long, and may send so many
bytes more, to read why before the line is cut."""


class GatewayProtocol(HttpToolsProtocol):
    """One client's connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts: Parts = self.config.loaded_app.state.parts
        self._parts = parts
        self._settings = parts.settings
        self._most_head = (
            self._settings.max_address_bytes + self._settings.max_header_bytes + REQUEST_LINE_REST
        )
        self._refusal: ProductError | None = None
        self._refused = False
        self._asking, self._taking = Patience(self.loop), Patience(self.loop)
        self._head_ended = self._message_ended = self._awaits_body = self._given = False
        self._head_bytes = self._header_bytes = self._body_bytes = self._ignored_bytes = 0
        self._ended_in_chunk = self._upgrading = False
        self._reading = self._unread = NOTHING
        self._running: Any = None

    # The connection ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connects: it is served if there is room, and asked to speak soon."""
        self._corked = Corked(transport, self.loop, self._settings.write_timeout_ms)
        super().connection_made(self._corked)  # type: ignore[arg-type]
        self._parts.metrics.clients(len(self.connections))
        if len(self.connections) > self._parts.most_clients:
            self.connections.discard(self)  # it is told so, but takes up no room
            self._refuse(too_many_clients())
            return
        self._wait_for(self._settings.header_timeout_ms, slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, and all that waited for it with it."""
        super().connection_lost(exc)
        self._asking.stop()
        self._taking.stop()
        self._corked.lost()
        self._parts.metrics.clients(len(self.connections))

    def pause_writing(self) -> None:
        """The client takes nothing for now: for how long?"""
        super().pause_writing()
        self._watch_taking(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client takes what it is sent again."""
        super().resume_writing()
        self._taking.stop()

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request, or of several."""
        if self._refused:
            self._ignore(data)
            return
        self._ended_in_chunk = False
        if not data.isascii() and (self._message_ended or self.headers is None):
            data = escaped_line(data)
        self._unread = memoryview(data)
        while self._unread:
            self._reading, self._unread = self._unread, NOTHING
            super().data_received(self._reading)  # type: ignore[arg-type]
        if not self._head_ended and not self._ended_in_chunk:  # else it is another one's, in part
            self._head_bytes += len(data)
        if self._head_ended and not self._message_ended:
            self._body_bytes += len(data)
        if self._body_bytes > MOST_AROUND_A_BODY * self._settings.max_body_bytes:
            self._refuse(too_large(self._settings.max_body_bytes))
        elif self._head_bytes > self._most_head:
            self._refuse(large_head(self._settings.max_header_bytes))
        elif not self._refused and self.parser is not None and not self.transport.is_closing():
            self._mind_the_clock()

    def _mind_the_clock(self) -> None:
        """Give what is still to come of the request as long as the settings say, in all."""
        if self._message_ended:
            # an idle connection has uvicorn's timer, unless empty lines have stopped it
            if not self._idle() or self.timeout_keep_alive_task is not None:
                self._asking.stop()
            elif not self._asking.runs:
                self._wait_for(self._settings.header_timeout_ms, slow_head)
        elif not self._head_ended:
            if not self._asking.runs:
                self._wait_for(self._settings.header_timeout_ms, slow_head)
        elif not self._awaits_body:
            self._awaits_body = True
            self._wait_for(self._settings.body_timeout_ms, slow_body)

    # The request ------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """See HttpToolsProtocol."""
        super().on_message_begin()
        self._new_request()

    def on_url(self, url: bytes) -> None:
        """See HttpToolsProtocol."""
        super().on_url(url)
        if len(self.url) > self._settings.max_address_bytes:
            raise self._stopped(too_long(self._settings.max_address_bytes))

    def on_header(self, name: bytes, value: bytes) -> None:
        """See HttpToolsProtocol."""
        if not self._head_ended:  # else a trailer, which is no header, whatever it is called
            super().on_header(name, value)
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > self._settings.max_header_bytes or len(self.headers) > MOST_HEADERS:
            raise self._stopped(large_head(self._settings.max_header_bytes))

    def on_headers_complete(self) -> None:
        """Answer from what is kept, else go on as HttpToolsProtocol does."""
        self._check_head()
        self._head_ended = True
        self._upgrading = self.parser.should_upgrade()
        if self._upgrading:  # comes again without that
            return
        if self._parts.open_to_all and self.parser.get_method() == b"GET" and self._idle():
            started = time.perf_counter()
            given = given_at_once(self._parts.answers.cache, self.url, self.headers)
            if given is not None:
                self._give(given)
                given.told(self._parts.metrics, time.perf_counter() - started)
                return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """See HttpToolsProtocol."""
        if not self._given:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """See HttpToolsProtocol."""
        if self._upgrading:
            return
        self._message_ended = self._ended_in_chunk = True
        if not self._given:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """The parser gave up: for a reason of ours, or because this is not HTTP."""
        self._refuse(self._refusal or not_http())

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _unsupported_upgrade_warning(self) -> None:
        """Read the request again without its Upgrade, which asks for nothing that must be done.

        The parser takes what follows such a head, a body or a request, for another protocol's.
        """
        upgrade = sys.exception()
        assert upgrade is not None
        version = self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
        lines += [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self._unread = self._reading[upgrade.args[0] :]
        super().data_received(b"\r\n".join(lines) + b"\r\n\r\n")

    def _new_request(self) -> None:
        self._head_ended = self._message_ended = self._awaits_body = self._given = False
        self._head_bytes = self._header_bytes = self._body_bytes = 0

    def _check_head(self) -> None:
        version = self.parser.get_http_version()
        fault = fault_of(self.parser.get_method(), self.url, version, self.headers)
        if fault is not None:
            raise self._stopped(fault)

    # What is kept -----------------------------------------------------------------------------

    def _idle(self) -> bool:
        """Whether nothing is being answered on this connection, or waits to be read."""
        return (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused

    def _give(self, given: Given) -> None:
        self._given = True
        stays = self.parser.should_keep_alive()
        self._corked.write_now(given.as_bytes(self.server_state.default_headers, stays))
        self.server_state.total_requests += 1
        if stays:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            self.transport.close()

    # Refusing ---------------------------------------------------------------------------------

    def _stopped(self, problem: ProductError) -> ProductError:
        """To be raised in a callback of the parser, which then calls `send_400_response`."""
        self._refusal = problem
        return problem

    def _refuse(self, problem: ProductError) -> None:
        """Say why, and close; whoever goes on sending is not listened to."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._asking.stop()
        self._unset_keepalive_if_required()
        self._parts.metrics.refused(problem.slug)
        under_way = self.cycle is not None and not self.cycle.response_complete
        its_own = self._head_ended and not self._message_ended
        if under_way and its_own and self.pipeline:  # it waits behind others: it is left out
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else self._running
            its_own = False
        if under_way and not its_own:  # what came before is still answered, and nothing after it
            self.cycle.keep_alive = False
            return
        answered = self._head_ended and (self._given or self.cycle.response_started)
        if not answered:
            self.transport.write(refusal(problem, getattr(self, "url", b""), self.headers or []))
            self._parts.metrics.answered(NO_ROUTE, "", problem.status, CacheState.NONE, 0.0)
        if under_way:  # its answer would come after ours
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(CLOSES_AFTER_S, self.transport.close)

    def _ignore(self, data: bytes) -> None:
        self._ignored_bytes += len(data)
        if self._ignored_bytes > MOST_IGNORED:
            self.transport.abort()

    def _wait_for(self, milliseconds: int, late: Callable[[], ProductError]) -> None:
        self._asking.start(milliseconds, lambda: self._refuse(late()))

    def _watch_taking(self, left: int) -> None:
        def look() -> None:
            now = self.transport.get_write_buffer_size()
            if now < left:  # slowly, but it takes
                self._watch_taking(now)
            else:
                logger.warning("client_cut_off reason=takes_nothing")
                self.transport.abort()

        self._taking.start(self._settings.write_timeout_ms, look)
