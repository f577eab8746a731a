"""The services' OpenAPI documents and the gateway's own, merged into one."""

import asyncio
import copy
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from contracts.context import PROBLEM_JSON
from contracts.errors import ProductError
from gateway.clients import Upstream
from gateway.routing import SERVICES

logger = logging.getLogger(__name__)

Document = dict[str, Any]

LIFETIME_S, INCOMPLETE_LIFETIME_S = 60.0, 2.0
"""How long a document is kept, and one that lacks a service: merging takes milliseconds of CPU, and
anybody may ask for it."""

OF_ALL = {
    400: "La petición, o su dirección, está mal formada",
    405: "La ruta no admite este método",
    408: "La petición no llegó entera a tiempo",
    414: "La dirección es demasiado larga",
    431: "Las cabeceras son demasiado grandes",
    500: "Algo falló en el servidor",
    503: "El servidor, o el servicio que responde, no puede atender ahora",
}
OF_SERVICES = {
    401: "Falta la llave, o no es válida, donde se pide una",
    429: "La dirección o la llave ya no tiene peticiones",
    502: "El servicio que responde dio una respuesta defectuosa",
    504: "El servicio que responde no lo hizo a tiempo",
}
OF_BODIES = {413: "El cuerpo es demasiado grande"}
"""What the gateway itself may answer: to anything, in a service's stead, to what has a body."""

HEADERS: Document = {
    "X-Request-ID": {
        "description": "el de la petición, si era válido, u otro; el registro lo nombra",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "X-Cache": {
        "description": "si la respuesta estaba guardada, y si era la última (STALE: no)",
        "schema": {"type": "string", "enum": ["HIT", "MISS", "STALE"]},
    },
    "ETag": {"schema": {"type": "string"}},
    "Age": {"schema": {"type": "integer", "minimum": 0}},
    "Allow": {"description": "los métodos que sí", "schema": {"type": "string"}},
    "Retry-After": {"description": "segundos", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": {"schema": {"type": "string"}},
    "RateLimit": {"description": "lo que queda, donde se cuenta", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "lo que se cuenta", "schema": {"type": "string"}},
}
HEADERS_OF = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}
OF_KEPT = ("X-Cache", "ETag", "Age", "RateLimit", "RateLimit-Policy")

SECURITY: Document = {
    "X-API-Key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}
KEY_WHERE_ONE_IS_ASKED_FOR: list[Document] = [{}, *({name: []} for name in SECURITY)]


class MergedOpenAPI:
    """The document that /openapi.json answers, fetched when asked for and kept for a while."""

    def __init__(self, own: Callable[[], Document], upstreams: Mapping[str, Upstream]) -> None:
        self._own = own
        self._upstreams = upstreams
        self._kept = b""
        self._kept_until = float("-inf")
        self._merging = asyncio.Lock()

    async def as_json(self) -> bytes:
        """The document as JSON; services that do not answer are left out of it, and named."""
        async with self._merging:
            if time.monotonic() >= self._kept_until:
                await self._merge()
            return self._kept

    async def _merge(self) -> None:
        upstreams = self._upstreams.values()
        answers = await asyncio.gather(*(_document_of(upstream) for upstream in upstreams))
        fetched = dict(zip(self._upstreams, answers, strict=True))
        parts = {name: part for name, part in fetched.items() if part is not None}
        missing = [self._upstreams[name].spoken.es for name in fetched if name not in parts]
        self._kept = orjson.dumps(_naming(missing, merge(self._own(), parts)))
        lifetime_s = INCOMPLETE_LIFETIME_S if missing else LIFETIME_S
        self._kept_until = time.monotonic() + lifetime_s


def merge(own: Document, parts: Mapping[str, Document]) -> Document:
    """`own` with the paths that each service answers through the gateway, and their components.

    Components of the same name and content become one. Of two that differ the later is renamed
    `<service>_<name>` and the clash is logged: a contract has forked, which wants mending.
    """
    merged = copy.deepcopy(own)
    for service, part in parts.items():
        kept = _with_references(part, _take_components(merged, service, part))
        for path, operations in kept.get("paths", {}).items():
            if SERVICES.get(path[1:].partition("/")[0]) == service:
                merged["paths"][path] = _forwarded(operations)
        _add_tags(merged, kept)
    merged.pop("servers", None)
    return _with_own_answers(merged)


async def _document_of(upstream: Upstream) -> Document | None:
    try:
        reply = await upstream.forward("GET", b"/openapi.json")
        document = orjson.loads(reply.body)
    except (ProductError, orjson.JSONDecodeError):
        return None
    well_formed = isinstance(document, dict) and isinstance(document.get("paths"), dict)
    return document if reply.status == 200 and well_formed else None


def _take_components(merged: Document, service: str, part: Document) -> dict[str, str]:
    """Add the part's components to `merged`; the references that changed, old → new."""
    renamed = _clashes(merged, service, part)
    components = merged.setdefault("components", {})
    for section, entries in _with_references(part.get("components", {}), renamed).items():
        taken = components.setdefault(section, {})
        for name, entry in entries.items():
            new = renamed.get(f"#/components/{section}/{name}", name)
            taken[new.rpartition("/")[2]] = entry
    return renamed


def _clashes(merged: Document, service: str, part: Document) -> dict[str, str]:
    renamed = {}
    for section, entries in part.get("components", {}).items():
        taken = merged.get("components", {}).get(section, {})
        for name, entry in entries.items():
            if taken.get(name, entry) != entry:
                logger.error("openapi_clash section=%s name=%s service=%s", section, name, service)
                prefix = f"#/components/{section}/"
                renamed[prefix + name] = f"{prefix}{service}_{name}"
    return renamed


def _with_references(node: Any, renamed: Mapping[str, str]) -> Any:
    """A copy of `node` whose references follow the renaming."""
    if isinstance(node, dict):
        return {
            key: renamed.get(value, value)
            if key == "$ref" and isinstance(value, str)
            else _with_references(value, renamed)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_with_references(value, renamed) for value in node]
    return node


def _forwarded(operations: Document) -> Document:
    """The operations with what the gateway itself may answer in the service's stead."""
    for method, operation in operations.items():
        if not isinstance(operation, dict) or "responses" not in operation:
            continue
        operation["security"] = KEY_WHERE_ONE_IS_ASKED_FOR
        _may_answer(operation, OF_SERVICES | (OF_BODIES if "requestBody" in operation else {}))
        if method == "get":
            if given := operation["responses"].get("200"):
                given["headers"] = _headers(*OF_KEPT) | given.get("headers", {})
            operation["responses"]["304"] = {
                "description": "Es la que dice If-None-Match",
                "headers": _headers(*OF_KEPT),
            }
    return operations


def _with_own_answers(merged: Document) -> Document:
    """The document with what the gateway may answer to anything, and the parts that needs."""
    components = merged.setdefault("components", {})
    components["headers"] = {**components.get("headers", {}), **HEADERS}
    components["securitySchemes"] = {**components.get("securitySchemes", {}), **SECURITY}
    own = components.setdefault("responses", {})
    for status, description in (OF_ALL | OF_SERVICES | OF_BODIES).items():
        own[f"Problema{status}"] = _problem(status, description)
    for operations in merged["paths"].values():
        for operation in operations.values():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            _may_answer(operation, OF_ALL)
            for answer in operation["responses"].values():
                if "$ref" not in answer:
                    answer["headers"] = _headers("X-Request-ID") | answer.get("headers", {})
    return merged


def _may_answer(operation: Document, statuses: Mapping[int, str]) -> None:
    """Add these statuses, in order, but for those that the operation describes itself."""
    added = {str(s): {"$ref": f"#/components/responses/Problema{s}"} for s in statuses}
    operation["responses"] = dict(sorted({**added, **operation["responses"]}.items()))


def _problem(status: int, description: str) -> Document:
    return {
        "description": description,
        "headers": _headers("X-Request-ID", *HEADERS_OF.get(status, ())),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problema"}}},
    }


def _headers(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _add_tags(merged: Document, part: Document) -> None:
    tags = merged.setdefault("tags", [])
    known = {tag["name"] for tag in tags}
    tags += [tag for tag in part.get("tags", []) if tag["name"] not in known]


def _naming(missing: list[str], document: Document) -> Document:
    for service in missing:
        document["info"]["description"] += (
            f"\n\n**{service} no está disponible en este momento**: faltan aquí sus rutas."
        )
    return document
