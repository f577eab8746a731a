"""The pages a browser opens: our own and the API's documentation, all from this host.

Swagger UI and ReDoc come from the package fastapi-offline (MIT, maintained: its releases are little
but current builds of the two), so nothing is vendored here and nothing is asked of a CDN. Only its
files are used: its app factory would add an /openapi.json of its own before the merged one.
"""

import hashlib
from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from gateway.report import Report
from gateway.settings import Settings

TITLE = "Cartelera · API"

NOTHING_ELSE = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
OWN = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:{images}; "
    f"style-src 'self'; script-src 'self'; {NOTHING_ELSE}"
)
"""Content-Security-Policy of our pages: no script or style but our files; posters from where the
operator has them. A page that asks another host for anything else is stopped by the browser."""

DOCUMENTATION = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; worker-src blob:; "
    f"{NOTHING_ELSE}"
)
"""That of Swagger UI and ReDoc, which are started by a script within their pages."""

REPORT = (
    "default-src 'none'; img-src 'self' data: blob:; "
    f"style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; {NOTHING_ELSE}"
)
"""That of the report on the data, which is one file with all that it needs."""

ASKED_AGAIN = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
"""Asked for again each time, and answered 304 while it is the same: an upgrade is seen at once."""

PAGE_HEADERS = {
    **ASKED_AGAIN,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}

NO_POSTERS = '<meta name="carteles" content="">'
NO_REPORT = '<a href="informe" data-t="report" hidden>'

Page = Callable[[Request], Awaitable[Response]]


class Static(StaticFiles):
    """Starlette's, whose files browsers ask about each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See StaticFiles."""
        response = await super().get_response(path, scope)
        response.headers.update(ASKED_AGAIN)
        return response


def install_pages(app: FastAPI, settings: Settings) -> None:
    """Give `app` its pages. Their links are relative, so they also work below a prefix."""
    app.mount("/docs-static", Static(packages=[("fastapi_offline", "static")]), name="docs-static")
    app.mount("/static", Static(packages=[("gateway", "static")]), name="static")
    report = Report(settings.report_dir)
    own = OWN.format(images=_origin(settings.poster_url))
    pages = {
        "/": _start(settings.poster_url, report, own),
        "/usuario": _moved("./?ver=usuario"),
        "/operacion": _serving(_page("operacion"), own),
        "/informe": _reporting(report),
        "/docs": _serving(_swagger(), DOCUMENTATION),
        "/redoc": _serving(_redoc(), DOCUMENTATION),
    }
    icon = files("gateway").joinpath("static/pagina/icon.svg").read_bytes()
    pages["/favicon.ico"] = _serving(icon, own, "image/svg+xml")  # asked for beside plain answers
    for path, page in pages.items():
        app.add_route(path, page, methods=["GET"], include_in_schema=False)


def _origin(poster_url: str) -> str:
    parts = urlsplit(poster_url)
    return f" {parts.scheme}://{parts.netloc}" if poster_url else ""


def _start(poster_url: str, report: Report, policy: str) -> Page:
    """The start page, which links the report once there is one."""
    plain = _page("index").replace(
        NO_POSTERS.encode(), NO_POSTERS.replace('""', f'"{escape(poster_url)}"').encode()
    )
    linking = plain.replace(NO_REPORT.encode(), NO_REPORT.replace(" hidden", "").encode())
    without, with_report = _serving(plain, policy), _serving(linking, policy)

    async def start(request: Request) -> Response:
        return await (with_report if report.path() else without)(request)

    return start


def _serving(content: bytes, policy: str, media_type: str = "text/html") -> Page:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**PAGE_HEADERS, "content-security-policy": policy, "etag": tag}

    async def page(request: Request) -> Response:
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    return page


def _moved(target: str) -> Page:
    """Leads to where a page is now; relative, so that it also works below a prefix."""

    async def moved(request: Request) -> Response:
        return RedirectResponse(target, 308)

    return moved


def _reporting(report: Report) -> Page:
    headers = {**PAGE_HEADERS, "content-security-policy": REPORT}

    async def page(request: Request) -> Response:
        return report.answer(request, headers)

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
