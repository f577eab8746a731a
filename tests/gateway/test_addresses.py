"""Over real sockets: what a service receives is what the client sent."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import HttpUrl

from gateway.app import create_app
from gateway.routing import target_of
from gateway.settings import Settings

pytestmark = pytest.mark.anyio

TARGETS = [
    "/score_titulo/Heat",
    "/score_titulo/Face/Off",
    "/score_titulo/Face%2FOff",
    "/score_titulo/Face%2fOff",
    "/score_titulo/ni%C3%B1o",
    "/score_titulo/%41%7E~",
    "/score_titulo/100%25",
    "/score_titulo/%2520",
    "/score_titulo/a%20b+c",
    "/score_titulo/a;b=c,d:e@f!g$h&i'j(k)*l",
    "/score_titulo/../get_actor/./x",
    "/score_titulo/..%2F..%2Fetc",
    "/score_titulo//x//",
    "/score_titulo/%3Fq%23f",
    '/score_titulo/"<>\\^`{|}',
    "/score_titulo/x?anio=1995&q=a+b%20c%2B&q=%C3%B1;x=1&vacio=&solo",
    "/score_titulo/x?q=a?b/c&d=%26%3D",
    "/v1/peliculas?q=%F0%9F%8E%AC",
]


async def exchange(port, request):
    """One raw request; the answer's body, split from its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def get(target):
    return b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def request_line(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    line = head.split(b"\r\n")[0]
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(line), line))
    await writer.drain()


def gateway_app(port):
    url = HttpUrl(f"http://127.0.0.1:{port}")
    return create_app(Settings(query_url=url, reco_url=url))


async def test_the_request_line_a_service_reads_is_the_one_the_client_wrote(
    tcp_service, real_server
):
    async with tcp_service(request_line) as port, real_server(gateway_app(port)) as public:
        for target in TARGETS:
            _, body = await exchange(public, get(target.encode()))
            assert body.decode() == f"GET {target} HTTP/1.1"


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("q=niño".encode(), b"q=ni%C3%B1o"),
        (b"q=a b\r\nX: 1", b"q=a%20b%0D%0AX:%201"),
        (b"#", b"%23"),
    ],
)
def test_what_no_request_line_may_carry_is_percent_encoded(query, sent):
    assert target_of({"raw_path": b"/v1/x", "query_string": query}, Settings()) == b"/v1/x?" + sent


async def test_a_service_below_a_prefix_is_asked_below_it(tcp_service):
    async with tcp_service(request_line) as port:
        settings = Settings(query_url=HttpUrl(f"http://127.0.0.1:{port}/interno/"))
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            reply = await app.state.parts.upstreams["query"].forward("GET", b"/score_titulo/a%2Fb")
    assert reply.body == b"GET /interno/score_titulo/a%2Fb HTTP/1.1"


async def test_a_real_service_behind_a_real_gateway_sees_path_headers_and_body(real_server):
    service = FastAPI()

    @service.api_route("/{path:path}", methods=["GET", "POST"])
    async def echo(path: str, request: Request) -> dict:
        return {
            "path": path,
            "q": request.query_params.get("q"),
            "headers": dict(request.headers),
            "body": (await request.body()).decode(),
        }

    async with real_server(service) as port, real_server(gateway_app(port)) as public:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{public}") as client:
            answer = await client.post(
                "/v1/a%2Fb/ñ?q=%2B",
                json={"gusta": ["Amélie"]},
                headers={"Accept-Language": "en", "X-Request-ID": "r-1", "Cookie": "a=b"},
            )
            head = await client.head("/v1/x")
    seen = answer.json()
    assert (seen["path"], seen["q"]) == ("v1/a/b/ñ", "+")
    assert seen["body"] == '{"gusta":["Amélie"]}'
    assert 0 < int(seen["headers"].pop("x-deadline-ms")) <= Settings().deadline_ms
    assert seen["headers"] == {
        "host": f"127.0.0.1:{port}",
        "accept": "*/*",
        "accept-language": "en",
        "content-type": "application/json",
        "content-length": str(len(seen["body"].encode())),
        "accept-encoding": "identity",
        "x-request-id": "r-1",
    }
    assert answer.headers["x-request-id"] == "r-1"
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0


async def test_a_compressed_answer_is_passed_back_as_it_came(tcp_service, gateway_to):
    async def compressed(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnada")
        await writer.drain()

    async with tcp_service(compressed) as port, gateway_to(port) as gateway:
        async with gateway.stream("GET", "/score_titulo/x") as answer:
            body = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert (answer.headers["content-encoding"], body) == ("gzip", b"nada")


async def test_a_cookie_of_a_service_is_never_sent_to_it_by_another_client(tcp_service, gateway_to):
    heads = []

    async def cookies(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with tcp_service(cookies) as port, gateway_to(port) as gateway:
        for _ in range(2):
            answer = await gateway.get("/score_titulo/x")
            assert "set-cookie" not in answer.headers
    assert not [head for head in heads if b"cookie" in head.lower()]
