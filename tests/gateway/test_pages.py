"""The pages: they open, and need nothing from any other host."""

import re

import httpx
import pytest
from pydantic import ValidationError

import query_service.api
import query_service.streaming_api
import reco_service.api
from gateway.routing import SERVICES
from gateway.settings import Settings
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio

OUR_PAGES = ["/", "/operacion"]
PAGES = [*OUR_PAGES, "/docs", "/redoc"]
PAGE_FILES = sorted((ROOT / "gateway" / "static" / "pagina").iterdir())
MOST_BYTES = 150_000
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
        answers = [await gateway.get(f"/{link}") for link in links]
    kinds = {answer.headers["content-type"].split(";")[0] for answer in answers}
    assert {"text/css", "text/javascript"} <= kinds
    assert all(answer.status_code == 200 for answer in answers)
    assert all(answer.headers["cache-control"] == "no-cache" for answer in answers)
    assert all(answer.headers["x-content-type-options"] == "nosniff" for answer in answers)


async def test_the_start_page_loads_every_module_at_once(fronting):
    async with fronting(never) as gateway:
        text = (await gateway.get("/")).text
    loaded = {link.rsplit("/", 1)[1] for link in LINK.findall(text) if link.endswith(".js")}
    modules = {path.name for path in PAGE_FILES if path.suffix == ".js"}
    assert loaded == modules


async def test_our_pages_run_no_script_and_no_style_but_their_files(fronting):
    async with fronting(never) as gateway:
        for page in OUR_PAGES:
            answer = await gateway.get(page)
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert not re.findall(r"<style|style=|<script(?![^>]*src=)|\son[a-z]+=", answer.text)


async def test_the_page_asks_an_example_of_every_endpoint_that_answers():
    asked = "".join(path.read_text() for path in PAGE_FILES if path.suffix == ".js")
    routers = query_service.api, query_service.streaming_api, reco_service.api
    routes = [route for module in routers for route in module.router.routes]
    answering = {route.path.split("/")[1] for route in routes}
    assert answering == set(SERVICES)
    assert not [segment for segment in answering if f"{segment}" not in asked]


@pytest.mark.parametrize("source", PAGE_FILES, ids=lambda path: path.name)
def test_our_pages_write_data_as_text_only(source):
    text = source.read_text()
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


async def test_the_page_and_all_it_loads_stay_small(fronting):
    async with fronting(never) as gateway:
        page = await gateway.get("/")
        links = {link for link in LINK.findall(page.text) if "static/" in link}
        sizes = [len((await gateway.get(f"/{link}")).content) for link in links]
    assert len(page.content) + sum(sizes) <= MOST_BYTES


async def test_the_page_of_users_moved_into_the_start_page(fronting):
    async with fronting(never) as gateway:
        answer = await gateway.get("/usuario")
    assert (answer.status_code, answer.headers["location"]) == (308, "./?ver=usuario")


async def test_a_page_that_a_browser_has_is_not_sent_again(fronting):
    async with fronting(never) as gateway:
        tag = (await gateway.get("/")).headers["etag"]
        answer = await gateway.get("/", headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_posters_are_drawn_unless_there_is_an_address_for_them(fronting):
    async with fronting(never) as gateway:
        answer = await gateway.get("/")
    assert 'name="carteles" content=""' in answer.text
    assert "img-src 'self' data:;" in answer.headers["content-security-policy"]


async def test_the_operators_posters_may_be_shown_and_nothing_else_from_their_host(fronting):
    url = 'https://img.example.org:8443/w342/{id}.jpg?a=1&b="2"'
    async with fronting(never, poster_url=url) as gateway:
        answer = await gateway.get("/")
    assert (
        'content="https://img.example.org:8443/w342/{id}.jpg?a=1&amp;b=&quot;2&quot;"'
        in answer.text
    )
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data: https://img.example.org:8443;" in policy
    assert policy.count("example.org") == 1


@pytest.mark.parametrize(
    "url",
    ["ftp://host/{id}", "//host/{id}", "https:///{id}", "https://host/same.jpg",
     "https://user:word@host/{id}", "https://host;script-src */{id}", "javascript:alert('{id}')"],
)  # fmt: skip
def test_a_poster_address_that_is_none_is_refused(url):
    with pytest.raises(ValidationError, match="poster_url"):
        Settings(poster_url=url)


async def test_there_is_no_report_until_one_is_written(fronting, tmp_path):
    async with fronting(never, report_dir=tmp_path) as gateway:
        page, report = await gateway.get("/"), await gateway.get("/informe")
    assert 'data-t="report" hidden' in page.text
    assert report.status_code == 404 and report.json()["type"] == "/problemas/ruta-no-encontrada"


async def test_the_report_is_linked_and_served_once_it_is_written(fronting, tmp_path):
    async with fronting(never, report_dir=tmp_path) as gateway:
        before = (await gateway.get("/")).headers["etag"]
        written(tmp_path, "0123456789abcdef", "<p>informe</p>")
        page, report = await gateway.get("/"), await gateway.get("/informe")
        again = await gateway.get("/informe", headers={"if-none-match": report.headers["etag"]})
    assert page.headers["etag"] != before
    assert '<a href="informe" data-t="report">' in page.text
    assert (report.status_code, report.text) == (200, "<p>informe</p>")
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert "connect-src" not in report.headers["content-security-policy"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("pointer", ["../secret", "", "no such version", "fff", "é"])
async def test_a_pointer_leads_to_no_file_but_a_report(fronting, tmp_path, pointer):
    written(tmp_path / "secret", "0123456789abcdef", "secret")
    folder = tmp_path / "eda"
    folder.mkdir()
    (folder / "current").write_text(pointer)
    async with fronting(never, report_dir=folder) as gateway:
        assert (await gateway.get("/informe")).status_code == 404


def written(folder, version, text):
    (folder / version).mkdir(parents=True)
    (folder / version / "informe.html").write_text(text)
    (folder / "current").write_text(f"{version}\n")


async def test_static_files_do_not_lead_out_of_their_folder(fronting):
    async with fronting(never) as gateway:
        answer = await gateway.get("/docs-static/..%2Fcore.py")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
