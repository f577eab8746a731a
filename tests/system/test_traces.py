"""One trace through the gateway and a service, as a collector receives it."""

import httpx
import pytest

from contracts.swap import once
from contracts.tracing import ENDPOINT_VARIABLE
from gateway.app import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from query_service.app import create_app as create_query
from query_service.app import load_statistics
from query_service.settings import Settings as QuerySettings
from tests.collector import Collector, serving
from tests.gateway.conftest import OverHttpx, client_of

pytestmark = pytest.mark.anyio

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PATH = "/score_titulo/Toy%20Story"


@pytest.fixture
def query(sample_data):
    settings = QuerySettings(data_dir=sample_data, watch_ms=0)
    return lambda: create_query(settings, once(load_statistics(settings), load_statistics))


async def test_the_service_s_part_belongs_to_the_gateway_s_and_that_to_the_caller_s(
    query, monkeypatch
):
    with serving(Collector()) as collector:
        monkeypatch.setenv(ENDPOINT_VARIABLE, collector.address)
        service = query()
        async with service.router.lifespan_context(service):
            transport = OverHttpx(httpx.ASGITransport(service))
            async with client_of(create_gateway(GatewaySettings(), lambda _: transport)) as client:
                context = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
                for _ in range(2):
                    answer = await client.get(PATH, headers=context)
    assert answer.headers["x-cache"] == "HIT"
    spans = {span.parent_span_id.hex(): span for span in collector.spans if span.parent_span_id}
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    assert {span.name for span in collector.spans} == {"GET /score_titulo/{titulo}"}
    assert len(collector.spans) == 3  # the second answer was kept: no service was asked
    first = next(s for s in collector.spans if s.span_id.hex() in spans)
    assert first.parent_span_id.hex() == CALLER
    told = {resource["service.name"] for resource in collector.resources}
    assert told == {"cartelera-gateway", "cartelera-consultas"}


async def test_without_a_collector_the_caller_s_context_reaches_the_service():
    seen = []

    def answer(request):
        seen.append(request.headers.get("traceparent"))
        return httpx.Response(200, json="ya")

    transport = OverHttpx(httpx.MockTransport(answer))
    async with client_of(create_gateway(GatewaySettings(), lambda _: transport)) as client:
        seen.clear()
        await client.get(PATH, headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
        await client.get(PATH + "x", headers={"traceparent": "00-zz"})
    assert f"00-{TRACE}-{CALLER}-01" in seen
    assert "00-zz" not in seen
