"""Which service answers what, and what of a request it gets."""

import re
from collections.abc import Iterable

from starlette.types import Scope

from contracts.context import badly_encoded, is_well_encoded
from contracts.errors import (
    AddressTooLong,
    BodyTooLarge,
    MethodNotAllowed,
    Sentence,
)
from gateway.clients import QUERY, RECO
from gateway.settings import Settings
from gateway.transport import Header

SERVICES = {
    "cantidad_filmaciones_mes": QUERY,
    "cantidad_filmaciones_dia": QUERY,
    "score_titulo": QUERY,
    "votos_titulo": QUERY,
    "get_actor": QUERY,
    "get_director": QUERY,
    "peliculas_idioma": QUERY,
    "peliculas_duracion": QUERY,
    "franquicia": QUERY,
    "peliculas_pais": QUERY,
    "productoras_exitosas": QUERY,
    "get_max_duration": QUERY,
    "get_score_count": QUERY,
    "get_count_platform": QUERY,
    "recomendacion": RECO,
    "recomendacion_usuario": RECO,
    "v1": RECO,
}
"""First segment of the path → the service that answers it."""

READS = ("GET", "HEAD")
WRITABLE = "v1"
"""The one segment of which a service also takes POST: questions too long for an address."""

POSTED = "/v1/recomendaciones"
"""The one endpoint there that takes it, and nothing else."""

PASSED_ON = frozenset({b"accept", b"accept-language", b"content-type"})
"""Headers of a request that a service gets; its request id is added."""

NOT_FOR_A_REQUEST_LINE = re.compile(rb"[^\x21\x22\x24-\x7e]")
SENDABLE = re.compile(rb"[\t\x20-\x7e]*")


def segment_of(path: str) -> str:
    """What the path begins with, by which it is routed."""
    return path[1:].partition("/")[0] if path.startswith("/") else ""


def service_for(method: str, path: str) -> str | None:
    """Name of the service that answers `path`, None where none does; or MethodNotAllowed."""
    segment = segment_of(path)
    service = SERVICES.get(segment)
    allowed = (*READS, "POST") if segment == WRITABLE else READS
    if service is None or method in allowed:
        return service
    problem = MethodNotAllowed(
        Sentence(
            f"«{path[:200]}» no admite el método {method}.",
            f"'{path[:200]}' does not take the method {method}.",
        )
    )
    problem.headers = {"allow": "POST" if path == POSTED else ", ".join(READS)}
    raise problem


def target_of(scope: Scope, settings: Settings) -> bytes:
    """Path and query as the client wrote them, but for bytes no request line may carry.

    Those (raw UTF-8, mostly: `?q=niño` typed at a shell) are percent-encoded. Raises the problem
    of an address that is too long, or is no UTF-8.
    """
    path, query = scope["raw_path"], scope["query_string"]
    target: bytes = path + b"?" + query if query else path
    if len(target) > settings.max_address_bytes:
        raise too_long(settings.max_address_bytes)
    if len(query) > settings.max_query_bytes:
        most = settings.max_query_bytes
        raise AddressTooLong(
            Sentence(
                f"Los parámetros superan los {most} caracteres.",
                f"The parameters are longer than {most} characters.",
            )
        )
    if not is_well_encoded(path, query):
        raise badly_encoded()
    return NOT_FOR_A_REQUEST_LINE.sub(lambda byte: b"%%%02X" % ord(byte[0]), target)


def passed_on(headers: Iterable[Header]) -> list[Header]:
    """Those of a request's headers that a service reads."""
    return [
        (name, value) for name, value in headers if name in PASSED_ON and SENDABLE.fullmatch(value)
    ]


def too_long(most: int) -> AddressTooLong:
    """The problem of an address of more than `most` bytes."""
    return AddressTooLong(
        Sentence(
            f"La dirección supera los {most} caracteres.",
            f"The address is longer than {most} characters.",
        )
    )


def too_large(most: int) -> BodyTooLarge:
    """The problem of a body of more than `most` bytes."""
    return BodyTooLarge(
        Sentence(f"El cuerpo supera los {most} bytes.", f"The body is longer than {most} bytes.")
    )
