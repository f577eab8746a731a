"""The pages a browser opens: our own and the API's documentation, all from this host.

Swagger UI and ReDoc come from the package fastapi-offline (MIT, maintained: its releases are little
but current builds of the two), so nothing is vendored here and nothing is asked of a CDN. Only its
files are used: its app factory would add an /openapi.json of its own before the merged one.
"""

import hashlib
from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

TITLE = "Cartelera · API"

ONLY_FROM_HERE = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; worker-src blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy: a page that asks another host for anything is stopped by the browser."""


PAGE_HEADERS = {
    "cache-control": "no-cache",  # asked for again each time, and answered 304 while it is the same
    "content-security-policy": ONLY_FROM_HERE,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def install_pages(app: FastAPI) -> None:
    """Give `app` its pages. Their links are relative, so they also work below a prefix."""
    static = StaticFiles(packages=[("fastapi_offline", "static")])
    app.mount("/docs-static", static, name="docs-static")
    app.mount("/static", StaticFiles(packages=[("gateway", "static")]), name="static")
    pages = {
        "/": _page("index"),
        "/usuario": _page("usuario"),
        "/docs": _swagger(),
        "/redoc": _redoc(),
    }
    for path, content in pages.items():
        app.add_route(path, _serving(content), methods=["GET"], include_in_schema=False)


def _serving(content: bytes) -> Callable[[Request], Awaitable[Response]]:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**PAGE_HEADERS, "etag": tag}

    async def page(request: Request) -> Response:
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(content, headers=headers)

    return page


def _page(name: str) -> bytes:
    return files("gateway").joinpath(f"static/{name}.html").read_bytes()


def _swagger() -> bytes:
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=TITLE,
        swagger_js_url="docs-static/swagger-ui-bundle.js",
        swagger_css_url="docs-static/swagger-ui.css",
        swagger_favicon_url="docs-static/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},  # else it asks validator.swagger.io
    )
    return bytes(page.body)


def _redoc() -> bytes:
    page = get_redoc_html(
        openapi_url="openapi.json",
        title=TITLE,
        redoc_js_url="docs-static/redoc.standalone.js",
        redoc_favicon_url="docs-static/favicon.png",
        with_google_fonts=False,
    )
    return bytes(page.body)
