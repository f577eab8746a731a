"""The services' OpenAPI documents and the gateway's own, merged into one."""

import asyncio
import copy
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from contracts.errors import ProductError, UpstreamBroken, UpstreamTimeout, UpstreamUnavailable
from contracts.http import problems
from gateway.clients import Upstream
from gateway.routing import SERVICES

logger = logging.getLogger(__name__)

Document = dict[str, Any]

LIFETIME_S = 60.0
"""How long a complete document is kept; an incomplete one is asked for again each time."""

UPSTREAM_PROBLEMS = (UpstreamBroken.status, UpstreamUnavailable.status, UpstreamTimeout.status)


class MergedOpenAPI:
    """The document that /openapi.json answers, fetched when asked for and kept for a while."""

    def __init__(self, own: Callable[[], Document], upstreams: Mapping[str, Upstream]) -> None:
        self._own = own
        self._upstreams = upstreams
        self._kept = b""
        self._kept_until = float("-inf")

    async def as_json(self) -> bytes:
        """The document as JSON; services that do not answer are left out of it, and named."""
        if time.monotonic() < self._kept_until:
            return self._kept
        upstreams = self._upstreams.values()
        answers = await asyncio.gather(*(_document_of(upstream) for upstream in upstreams))
        fetched = dict(zip(self._upstreams, answers, strict=True))
        parts = {name: part for name, part in fetched.items() if part is not None}
        missing = [self._upstreams[name].spoken.es for name in fetched if name not in parts]
        document = orjson.dumps(_naming(missing, merge(self._own(), parts)))
        if not missing:
            self._kept, self._kept_until = document, time.monotonic() + LIFETIME_S
        return document


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
                merged["paths"][path] = _with_upstream_problems(operations)
        _add_tags(merged, kept)
    merged.pop("servers", None)
    return merged


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


def _with_upstream_problems(operations: Document) -> Document:
    """The operations with what the gateway itself may answer in the service's stead."""
    answers = {str(status): answer for status, answer in problems(*UPSTREAM_PROBLEMS).items()}
    del answers["422"]
    for operation in operations.values():
        if isinstance(operation, dict) and "responses" in operation:
            operation["responses"] = {**answers, **operation["responses"]}
    return operations


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
