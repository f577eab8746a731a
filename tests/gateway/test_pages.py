"""The pages: they open, and need nothing from any other host."""

import re

import httpx
import pytest

import query_service.api
import query_service.streaming_api
import reco_service.api
from gateway.routing import SERVICES

pytestmark = pytest.mark.anyio

OUR_PAGES = ["/", "/usuario"]
PAGES = [*OUR_PAGES, "/docs", "/redoc"]
LINK = re.compile(r"""(?:src|href)=["']([^"']+)["']""")


def never(service, request):
    raise httpx.ConnectError("refused")


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_opens_even_when_the_services_are_down(fronting, page):
    async with fronting(never) as gateway:
        answer = await gateway.get(page)
        assert (await gateway.head(page)).status_code == 200
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_names_no_other_host_and_may_not_ask_one(fronting, page):
    async with fronting(never) as gateway:
        answer = await gateway.get(page)
    assert "//" not in "".join(LINK.findall(answer.text))
    assert not re.findall(r"https?://[^\s\"'<]+", answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_what_a_documentation_page_loads_is_served_here(fronting, page):
    async with fronting(never) as gateway:
        text = (await gateway.get(page)).text
        for link in LINK.findall(text):
            assert (await gateway.get(f"/{link}")).status_code == 200, link
    assert "openapi.json" in text


@pytest.mark.parametrize("page", OUR_PAGES)
async def test_the_styles_and_scripts_of_our_pages_are_served_here(fronting, page):
    async with fronting(never) as gateway:
        links = [link for link in LINK.findall((await gateway.get(page)).text) if "static/" in link]
        kinds = [(await gateway.get(f"/{link}")).headers["content-type"] for link in links]
    assert kinds == ["text/css; charset=utf-8", "text/javascript; charset=utf-8"]


async def test_the_start_page_links_an_example_of_every_endpoint_that_answers(fronting):
    async with fronting(never) as gateway:
        links = LINK.findall((await gateway.get("/")).text)
    pages = {"static", "usuario"}
    segments = {link.split("?")[0].split("/")[0] for link in links if ":" not in link} - pages
    routers = query_service.api, query_service.streaming_api, reco_service.api
    routes = [route for module in routers for route in module.router.routes]
    answering = {route.path.split("/")[1] for route in routes} - {"v1"}
    assert segments == answering | {"v1", "docs", "redoc", "problemas", "salud"}
    assert answering < set(SERVICES)


@pytest.mark.parametrize("source", [*OUR_PAGES, "/static/comun.js"])
async def test_our_pages_write_data_as_text_only(fronting, source):
    async with fronting(never) as gateway:
        text = (await gateway.get(source)).text
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


async def test_static_files_do_not_lead_out_of_their_folder(fronting):
    async with fronting(never) as gateway:
        answer = await gateway.get("/docs-static/..%2Fcore.py")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
