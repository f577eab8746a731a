"""What only an attacker sends, over real sockets: a clean answer or none, and nothing smuggled."""

import asyncio
import contextlib
import json
import logging
import random

import pytest

from tests.gateway.wire import NEXT, answers_of, asking, chunked, getting, running

pytestmark = pytest.mark.anyio

FOLLOW_UP = f"GET {NEXT} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
SMUGGLED = b"GET /v1/contrabando HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def gateway(anyio_backend):
    """One for the many tests that leave nothing behind: that it serves on is part of each."""
    async with running() as started:
        yield started


@pytest.fixture(autouse=True)
def no_fault_in_the_log(caplog):
    caplog.set_level(logging.INFO)
    yield
    assert not [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR]


WHOLE = b"2\r\n{}\r\n0\r\n\r\n"

TWO_WAYS = {
    "both lengths": asking("Content-Length: 4", "Transfer-Encoding: chunked", body=WHOLE),
    "both lengths, turned": chunked(WHOLE, "Content-Length: 4"),
    "two equal lengths": asking("Content-Length: 2", "Content-Length: 2"),
    "two lengths": asking("Content-Length: 2", "Content-Length: 3"),
    **{
        f"length {told!r}": asking(f"Content-Length: {told}")
        for told in ("2, 2", "+2", "-2", "1 2", "0x2", "", "2.0", "1_0", "9" * 25, "\xb2", "2;")
    },
    "space before the colon": asking("Content-Length : 2"),
    "tab before the colon": asking("Transfer-Encoding\t: chunked", body=WHOLE),
    "chunked twice": asking(*["Transfer-Encoding: chunked"] * 2, body=WHOLE),
    **{
        f"coding {told!r}": asking(f"Transfer-Encoding: {told}", body=WHOLE)
        for told in (
            *("xchunked", "gzip, chunked", "chunked, gzip", "chunked,", "chunked;q=1", "identity"),
            *("", '"chunked"', "\x0bchunked", "chunked\x00", "chunked, chunked"),
        )
    },
    "folded": asking("Transfer-Encoding:\r\n chunked", body=WHOLE),
    "folded, another's": asking("A: b\r\n Transfer-Encoding: chunked", body=WHOLE),
    "space before the name": asking(" Transfer-Encoding: chunked", body=WHOLE),
    "bare CR": asking("A: b\rTransfer-Encoding: chunked", body=WHOLE),
    "chunked of 1.0": chunked(WHOLE, version="HTTP/1.0"),
    **{
        f"chunks {body[:8]!r}": chunked(body)
        for body in (
            *(b"zz\r\n{}\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n"),
            *(b"-2\r\n{}\r\n0\r\n\r\n", b" 2\r\n{}\r\n0\r\n\r\n", b"2 \r\n{}\r\n0\r\n\r\n"),
            *(b"f" * 18 + b"\r\n{}\r\n0\r\n\r\n", b"\r\n{}\r\n0\r\n\r\n", b"2\n{}\n0\n\n"),
            *(b"2\r\n{}\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n", b"2\r\n{}xx\r\n0\r\n\r\n"),
            *(b"2;a\nb\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\n" + SMUGGLED),
            b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
        )
    },
    "no host": getting(host=None),
    "two hosts": getting("/v1/x", "Host: y"),
    **{
        f"host {told!r}": getting(host=f"Host: {told}")
        for told in ("a b", "a, b", "a/b", "a@b", "a\x00", "\xff", "a\\b", "a#b", "a?b")
    },
    "bare LF": b"GET /v1/x HTTP/1.1\nHost: x\n\n",
    "bare LF after a header": b"GET /v1/x HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    "bare LF at the end": b"GET /v1/x HTTP/1.1\r\nHost: x\r\n\n",
    "no colon": getting("/v1/x", "Nada"),
    "no name": getting("/v1/x", ": b"),
    "NUL in a name": getting("/v1/x", "A\x00: b"),
    "NUL in a value": getting("/v1/x", "A: b\x00c"),
    "a name of two words": getting("/v1/x", "A B: c"),
    "a name beyond ASCII": getting("/v1/x", "\xf1: b"),
}

NOT_HTTP = {
    **{
        version: getting(version=version)
        for version in ("HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/1.10", "http/1.1", "ICY/1.1")
    },
    "HTTP/0.9, as it was": b"GET /v1/x\r\n\r\n",
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500,
    "SSH": b"SSH-2.0-x\r\n",
    "redis": b"*1\r\n$4\r\nPING\r\n",
    "zeros": b"\x00" * 50,
    "spaces": b" " * 20_000,
    **{f"method {name}": asking(method=name) for name in ("get", "FOO", "GETT", "PRI", "A" * 5000)},
    **{
        f"target {target[:20]!r}": getting(target)
        for target in (
            *("x:80", "v1/x", "?q=1", "\\v1\\x", "", "/v1/x y", "/v1/x\ty", "/v1/\x7f", "/v1/\xff"),
            *("http://x", "http://x?q=1", "http://a:b@x:99999/v1/x", "gopher://x/v1/x"),
            *("file:///etc/passwd", "https://", "http:///v1/x", "javascript:1"),
        )
    },
}


@pytest.mark.parametrize("request_", [*TWO_WAYS.values(), *NOT_HTTP.values()],
                         ids=[*TWO_WAYS, *NOT_HTTP])  # fmt: skip
async def test_what_could_be_read_in_two_ways_is_refused_with_all_that_follows(gateway, request_):
    before = len(gateway.service.heads)
    (answer,) = await gateway.said(request_ + SMUGGLED + FOLLOW_UP)
    assert (answer.status, answer.told()) == (400, "peticion-mal-formada")
    assert answer.headers["connection"] == "close" and await gateway.serves()
    assert len(gateway.service.heads) - before <= 1  # that of `serves`, where it is not kept


@pytest.mark.parametrize("request_", [getting("/v1/x#a"), getting("/v1/x?q=a#b")])
async def test_an_address_has_no_fragment(gateway, request_):
    (answer,) = await gateway.said(request_ + SMUGGLED)
    assert (answer.status, answer.told()) == (400, "direccion-mal-formada")


@pytest.mark.parametrize("target", ["x:80", "/v1/x", "169.254.169.254:80", "[::1]:8001", "*"])
async def test_no_tunnel_is_dug(gateway, target):
    (answer,) = await gateway.said(asking(method="CONNECT", path=target, body=SMUGGLED))
    assert (answer.status, answer.told()) == (405, "metodo-no-permitido")
    assert "get" in answer.headers["allow"] and await gateway.serves()


ONE_WAY = {
    "length with a tab": (asking("Content-Length:\t2"), "{}"),
    "length with zeros": (asking("Content-Length: 002"), "{}"),
    "CHUNKED": (asking("Transfer-Encoding: CHUNKED", body=WHOLE), "{}"),
    "a tab": (asking("Transfer-Encoding:\tchunked", body=WHOLE), "{}"),
    "extensions": (chunked(b"2;a=b\r\n{}\r\n0;c\r\n\r\n"), "{}"),
    "a long extension": (chunked(b"2;" + b"a" * 200_000 + b"\r\n{}\r\n0\r\n\r\n"), "{}"),
    "chunks of a byte": (chunked(b"1\r\n{\r\n" * 9000 + b"0\r\n\r\n"), "{" * 9000),
    "trailers": (chunked(b"2\r\n{}\r\n0\r\nA: b\r\n\r\n"), "{}"),
    "a question as a body": (asking(f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED), None),
    "an odd expectation": (asking("Expect: 200-ok", "Content-Length: 2"), "{}"),
    "an empty host": (asking("Content-Length: 2", host="Host:"), "{}"),
    "lines before": (b"\r\n" * 1000 + asking("Content-Length: 2"), "{}"),
    "in full": (asking("Content-Length: 2", path="http://y:80/v1/x"), "{}"),
    **{
        f"upgrade to {to!r}": (
            asking("Connection: Upgrade", f"Upgrade: {to}", "Content-Length: 2"), "{}",
        )
        for to in ("websocket", "h2c", "TLS/1.0", "HTTP/2.0, h2c", "")
    },
    "upgrade, chunked": (chunked(WHOLE, "Connection: x, upgrade", "Upgrade: h2c"), "{}"),
    "upgrade, a question as a body": (
        asking("Connection: Upgrade", "Upgrade: h2c", f"Content-Length: {len(SMUGGLED)}",
               body=SMUGGLED), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "body"), ONE_WAY.values(), ids=ONE_WAY)
@pytest.mark.parametrize("at_once", [True, False])
async def test_what_can_be_read_in_one_way_is_and_what_follows_is_its_own(
    gateway, request_, body, at_once
):
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head_ends = request_.index(b"\r\n\r\n", 2002 if request_.startswith(b"\r\n") else 0) + 4
    writer.write(request_ if at_once else request_[:head_ends])
    if not at_once:
        await asyncio.sleep(0.02)
        writer.write(request_[head_ends:])
    writer.write(FOLLOW_UP)
    first, second = await asyncio.wait_for(answers_of(reader), 5)
    writer.transport.abort()
    assert first.told() == "post /v1/x http/1.1" and second.told() == f"get {NEXT} http/1.1"
    assert json.loads(first.body)["cuerpo"] == (SMUGGLED.decode() if body is None else body)
    assert not [head for head in gateway.service.heads if head.startswith("get /v1/contrabando")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS",
                                    "PROPFIND", "QUERY", "PURGE"])  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/x", "/salud/viva", "/nada"])
async def test_a_body_that_nobody_reads_is_no_request(gateway, method, path):
    length = f"Content-Length: {len(SMUGGLED)}"
    data = asking(length, method=method, path=path, body=SMUGGLED)
    follow_up = b"HEAD" + FOLLOW_UP[3:] if method == "HEAD" else FOLLOW_UP
    first, second = await gateway.said(data + follow_up, heads_only=method == "HEAD")
    if method not in ("GET", "HEAD"):
        assert (first.status, first.told()) in (
            (405, "metodo-no-permitido"), (404, "ruta-no-encontrada"),
        )  # fmt: skip
    assert second.status == 200
    assert not [head for head in gateway.service.heads if head.startswith("get /v1/contrabando")]


TRAVERSALS = [
    prefix + step * 3 + "pyproject.toml"
    for prefix in ("/static/", "/docs/", "/")
    for step in ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", 
                 "%252e%252e%252f", "..;/", "./../", ".%2e/", "..%c3%a7/")
]  # fmt: skip


@pytest.mark.parametrize("path", [*TRAVERSALS, "/static//etc/passwd", "/static/%2fetc%2fpasswd",
                                  "/static", "/static/", "/static/.", "/static/..", "//metrics",
                                  "/salud/../metrics", "/./openapi.json", "/docs/../openapi.json",
                                  "/static/pagina/main.js%00.html"])  # fmt: skip
async def test_no_spelling_of_a_path_leads_out_of_the_pages(gateway, path):
    answer = await gateway.get(path)
    assert answer.status in (400, 404) and answer.told()
    assert b"[project]" not in answer.body and b"root:" not in answer.body


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "/metrics?a=b", "/metrics/",
                                  "//metrics", "http://x/metrics", "/metrics%2f",
                                  "/METRICS"])  # fmt: skip
async def test_no_spelling_opens_the_metrics_to_a_stranger(path):
    async with running(metrics_from="10.0.0.0/8") as gateway:
        answer = await gateway.get(path, "X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.1")
    assert answer.told() in ("acceso-denegado", "ruta-no-encontrada")


BREAK = "%0d%0aX-Inyectada:%201%0d%0a%0d%0a"


@pytest.mark.parametrize("path", ["/", "/docs", "/problemas/", "/static/", "/v1/", "/score_titulo/",
                                  "/recomendacion?titulo=", "/?", "//y.example/"])  # fmt: skip
async def test_an_address_with_line_ends_adds_no_header(gateway, path):
    answer = await gateway.get(path + BREAK)
    assert not [h for h in answer.headers.items() if "inyectada" in "".join(h)]
    assert answer.status < 500 and "location" not in answer.headers


@pytest.mark.parametrize("line", ["X-Request-ID: a\tb", "X-Request-ID: a b", "X-Request-ID: <a>",
                                  "X-Request-ID: " + "a" * 65, "X-Request-ID: a%0d%0aX: 1",
                                  "X-Request-ID:", "Accept-Language: en;q=1e999, %0d%0aX: 1",
                                  "Accept-Language: en;q=nan", "If-None-Match: \"a\", W/\"<b>\"",
                                  "Origin: http://y.example", "traceparent: 00-zz-zz-zz",
                                  "Accept-Language: " + "en," * 4000])  # fmt: skip
@pytest.mark.parametrize("path", [NEXT, "/v1/eco", "/nada", "/problemas", "/salud/viva"])
async def test_nothing_of_a_strange_header_comes_back_in_one(gateway, line, path):
    answer = await gateway.get(path, line)
    value = line.partition(":")[2].strip() or "nada que repetir"
    assert answer.status in (200, 404) and value not in answer.headers.values()
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/score_titulo/%ff", "/score_titulo/%00", "/v1/x?q=%c0%ae",
                                  "/v1/x?q=%ed%a0%80", "/v1/%zz", "/v1/%", "/v1/%u002e", "/%ff",
                                  "/problemas/%ff", "/static/%00"])  # fmt: skip
async def test_what_is_no_utf_8_is_told_so(gateway, path):
    answer = await gateway.get(path)
    assert (answer.status, answer.told()) == (400, "direccion-mal-formada")


async def poured(gateway, head, piece, most=60_000_000):
    """Bytes that the gateway took of something endless, and how it ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(head)
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < most and not writer.transport.is_closing():
            writer.write(piece)
            sent += len(piece)
            await asyncio.wait_for(writer.drain(), 3)
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        await asyncio.wait_for(reader.read(), 3)
    writer.transport.abort()
    return sent


ENDLESS = {
    "request line": (b"GET /v1/", b"a" * 50_000),
    "method": (b"", b"A" * 50_000),
    "name of a header": (b"GET /v1/x HTTP/1.1\r\nHost: x\r\n", b"a" * 50_000),
    "lines": (b"", b"\r\n" * 25_000),
    "body": (chunked(b""), b"C350\r\n" + b"a" * 50_000 + b"\r\n"),
    "announced body": (asking("Content-Length: 999999999999", body=b""), b"a" * 50_000),
    "body of a GET": (getting("/v1/x", "Content-Length: 999999999999"), b"a" * 50_000),
    "body of a PUT": (asking("Transfer-Encoding: chunked", method="PUT", body=b""),
                      b"C350\r\n" + b"a" * 50_000 + b"\r\n"),
    "chunk extension": (chunked(b"2;"), b"a" * 50_000),
    "trailer": (chunked(b"2\r\n{}\r\n0\r\nA: "), b"b" * 50_000),
    "trailers": (chunked(b"2\r\n{}\r\n0\r\n"), b"A: b\r\n" * 8000),
}  # fmt: skip


@pytest.mark.parametrize(("head", "piece"), ENDLESS.values(), ids=ENDLESS)
async def test_what_never_ends_is_cut_off(gateway, head, piece):
    assert await poured(gateway, head, piece) < 20_000_000
    assert await gateway.serves()


async def test_a_thousand_requests_at_once_are_answered_each_in_its_turn(gateway):
    paths = [f"/v1/{number}" for number in range(1000)]
    asked = b"".join(getting(path) for path in paths) + FOLLOW_UP
    answers = await gateway.said(asked, seconds=15)
    assert [answer.told() for answer in answers[:-1]] == [f"get {p} http/1.1" for p in paths]
    assert await gateway.serves()


async def test_upgrades_are_passed_over_however_many_come_and_in_however_many_pieces(gateway):
    asks = ("Connection: Upgrade", "Upgrade: h2c")
    many = b"".join(getting(f"/v1/{n}", *asks) for n in range(2500))
    answers = await gateway.said(many + FOLLOW_UP, seconds=20)
    assert [a.told() for a in answers[:-1]] == [f"get /v1/{n} http/1.1" for n in range(2500)]
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    for byte in asking(*asks, "Content-Length: 2") + getting("/v1/y", *asks) + FOLLOW_UP:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    told = [answer.told() for answer in await asyncio.wait_for(answers_of(reader), 5)]
    assert told == ["post /v1/x http/1.1", "get /v1/y http/1.1", f"get {NEXT} http/1.1"]
    writer.transport.abort()


BAD = [
    chunked(b"zz\r\n"),
    b"rubbish\r\n\r\n",
    asking("Content-Length: 2", "Content-Length: 2"),
    chunked(WHOLE, "Connection: Upgrade", "Upgrade: h2c", host="Host: a b"),
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("before", [1, 2])
async def test_a_bad_request_is_never_answered_in_the_place_of_one_before_it(gateway, bad, before):
    slow = [f"/v1/despacio/{number}" for number in range(before)]
    answers = await gateway.said(b"".join(getting(path) for path in slow) + bad + SMUGGLED)
    told = [answer.told() for answer in answers]
    assert told[:before] == [f"get {path} http/1.1" for path in slow]
    assert told[before:] in ([], ["peticion-mal-formada"])


@pytest.mark.parametrize(
    "rest", [b"zz\r\n", b"0\r\n" + SMUGGLED, b"0\r\nA: " + b"b" * 20_000 + b"\r\nB: c\r\n"]
)
async def test_rubbish_after_an_early_answer_gets_none_of_its_own(gateway, rest):
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(chunked(b"", method="PUT"))
    await reader.readuntil(b"\r\n\r\n")
    writer.write(rest)
    try:
        assert b"HTTP/1.1" not in await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.transport.abort()


async def test_a_client_that_leaves_with_its_questions_open_is_forgotten(gateway):
    for _ in range(50):
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(getting("/v1/lejos") * 20 + asking("Content-Length: 10", body=b"{"))
        await writer.drain()
        writer.transport.abort()
    assert await gateway.serves()


async def test_who_is_asked_to_wait_before_a_body_gets_the_word_only_where_it_is_wanted(gateway):
    expects = "Expect: 100-continue"
    word, answer = (await gateway.said(asking(expects, "Content-Length: 2") + FOLLOW_UP))[:2]
    assert (word.status, answer.status) == (100, 200)
    (refused,) = await gateway.said(
        asking(expects, "Content-Length: 9999999", "Connection: close", body=b"")
    )
    assert (refused.status, refused.told()) == (413, "cuerpo-demasiado-grande")
    assert (await gateway.get(NEXT, expects)).status == 200


MUTATED = 400


def mutations(seed):
    """Requests of all the kinds above with bytes changed, doubled, left out, or parts exchanged."""
    chance = random.Random(seed)
    sound = [
        getting("/score_titulo/a%20b?anio=1995", "Accept-Language: en", "If-None-Match: *"),
        getting("/problemas/error-interno", "Connection: Upgrade", "Upgrade: h2c"),
        *(request for request, _ in ONE_WAY.values() if len(request) < 500),
    ]
    pieces = [
        *(b"\r\n", b"\n", b"\r", b"\x00", b" ", b":", b"%", b"\xff", b"#", b"?", b"0", b"chunked"),
        *(b"\r\n\r\n", b"GET /v1/x", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    ]
    for _ in range(MUTATED):
        data = b"".join(chance.choices(sound, k=chance.randint(1, 3)))
        for _ in range(chance.randint(1, 4)):
            place, length = chance.randrange(len(data)), chance.choice((0, 0, 1, 2, 8))
            put = chance.choice([*pieces, bytes([chance.randrange(256)]), data[place:][:9]])
            data = data[:place] + put + data[place + length :]
        yield data


@pytest.mark.parametrize("seed", [1, 2])
async def test_requests_with_bytes_changed_at_random_are_answered_or_refused(gateway, seed):
    async def tried(data):
        with contextlib.suppress(TimeoutError):  # it waits for the rest, as it should
            for answer in await gateway.said(data + FOLLOW_UP, 0.3):
                assert answer.status < 500, data
                if answer.status not in (100, 200, 304):
                    assert answer.told(), data

    asked = list(mutations(seed))
    for start in range(0, MUTATED, 100):
        await asyncio.gather(*(tried(data) for data in asked[start : start + 100]))
    assert await gateway.serves()
