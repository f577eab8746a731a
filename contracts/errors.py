"""What can go wrong, named: faults of the input data, and problems answered over HTTP.

`DataError` is for the jobs (ETL, index): its text is the one sentence the operator reads.
`ProductError` is for the services: it is rendered as an RFC 9457 problem, in Spanish or English.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar


class DataError(Exception):
    """Bad input or a fault of the machine, told in one sentence; nothing was published."""


class VersionError(DataError):
    """A published version that is gone, incomplete or altered."""


@dataclass(frozen=True)
class Sentence:
    """One sentence in both languages of the product."""

    es: str
    en: str

    def spoken_in(self, language: str) -> str:
        """The sentence in `language`: 'en' is English, all else Spanish."""
        return self.en if language == "en" else self.es


class ProductError(Exception):
    """A problem a client can be told of; subclasses fix slug, status and title.

    `headers` go with the answer, as `Retry-After` does; `members` are what the problem document
    says beyond RFC 9457, named as in `contracts.api.Problema`.
    """

    slug: ClassVar[str]
    status: ClassVar[HTTPStatus]
    title: ClassVar[Sentence]
    headers: Mapping[str, str] = MappingProxyType({})
    members: Mapping[str, str] = MappingProxyType({})

    def __init__(self, detail: Sentence, suggestions: Sequence[str] = ()) -> None:
        super().__init__(detail.en)
        self.detail = detail
        self.suggestions = tuple(suggestions)


class TitleNotFound(ProductError):
    """No film has this title."""

    slug, status = "titulo-no-encontrado", HTTPStatus.NOT_FOUND
    title = Sentence("Título no encontrado", "Title not found")


class YearNotFound(ProductError):
    """Films have this title, but none of that year."""

    slug, status = "anio-no-encontrado", HTTPStatus.NOT_FOUND
    title = Sentence("Año no encontrado", "Year not found")


class PersonNotFound(ProductError):
    """No actor or director has this name."""

    slug, status = "persona-no-encontrada", HTTPStatus.NOT_FOUND
    title = Sentence("Persona no encontrada", "Person not found")


class MovieNotFound(ProductError):
    """No film has this id."""

    slug, status = "pelicula-no-encontrada", HTTPStatus.NOT_FOUND
    title = Sentence("Película no encontrada", "Movie not found")


class UserNotFound(ProductError):
    """Nobody of this id is among those who rated."""

    slug, status = "usuario-no-encontrado", HTTPStatus.NOT_FOUND
    title = Sentence("Usuario no encontrado", "User not found")


class ValueNotFound(ProductError):
    """Nothing has this genre, language, country, company, collection, platform or year."""

    slug, status = "valor-no-encontrado", HTTPStatus.NOT_FOUND
    title = Sentence("Valor no encontrado", "Value not found")


class RouteNotFound(ProductError):
    """No endpoint has this path."""

    slug, status = "ruta-no-encontrada", HTTPStatus.NOT_FOUND
    title = Sentence("Ruta no encontrada", "Route not found")


class MethodNotAllowed(ProductError):
    """The endpoint exists, but not for this method."""

    slug, status = "metodo-no-permitido", HTTPStatus.METHOD_NOT_ALLOWED
    title = Sentence("Método no permitido", "Method not allowed")


class InvalidRequest(ProductError):
    """An argument is missing, of the wrong type or out of its range."""

    slug, status = "peticion-invalida", HTTPStatus.UNPROCESSABLE_ENTITY
    title = Sentence("Petición no válida", "Invalid request")


class ContradictoryRequest(ProductError):
    """Each argument is fine, but no answer can be right for all of them together."""

    slug, status = "peticion-contradictoria", HTTPStatus.UNPROCESSABLE_ENTITY
    title = Sentence("Petición contradictoria", "Contradictory request")


class MalformedAddress(ProductError):
    """The address is not correctly percent-encoded UTF-8."""

    slug, status = "direccion-mal-formada", HTTPStatus.BAD_REQUEST
    title = Sentence("Dirección mal formada", "Malformed address")


class AddressTooLong(ProductError):
    """The address has more characters than the gateway passes on."""

    slug, status = "direccion-demasiado-larga", HTTPStatus.REQUEST_URI_TOO_LONG
    title = Sentence("Dirección demasiado larga", "Address too long")


class BodyTooLarge(ProductError):
    """The request carries more bytes than the gateway passes on."""

    slug, status = "cuerpo-demasiado-grande", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = Sentence("Cuerpo demasiado grande", "Body too large")


class RejectedRequest(ProductError):
    """A 4xx that none of the other names covers."""

    slug, status = "peticion-rechazada", HTTPStatus.BAD_REQUEST
    title = Sentence("Petición rechazada", "Rejected request")


class InternalError(ProductError):
    """Unforeseen; the log has the details, the answer does not."""

    slug, status = "error-interno", HTTPStatus.INTERNAL_SERVER_ERROR
    title = Sentence("Error interno", "Internal error")


class TextUnavailable(ProductError):
    """This version of the index cannot be searched by text."""

    slug, status = "texto-no-disponible", HTTPStatus.SERVICE_UNAVAILABLE
    title = Sentence("Búsqueda por texto no disponible", "Search by text unavailable")


class UpstreamUnavailable(ProductError):
    """The service behind the gateway is down or refuses connections."""

    slug, status = "servicio-no-disponible", HTTPStatus.SERVICE_UNAVAILABLE
    title = Sentence("Servicio no disponible", "Service unavailable")
    headers = MappingProxyType({"retry-after": "1"})


class UpstreamTimeout(ProductError):
    """The service behind the gateway did not answer before the deadline."""

    slug, status = "servicio-sin-respuesta", HTTPStatus.GATEWAY_TIMEOUT
    title = Sentence("El servicio no responde", "Service timed out")


class UpstreamBroken(ProductError):
    """The service behind the gateway answered something that is not an answer."""

    slug, status = "respuesta-defectuosa", HTTPStatus.BAD_GATEWAY
    title = Sentence("Respuesta defectuosa del servicio", "Broken answer from the service")


class UpstreamOut(ProductError):
    """The service failed so often that it is asked no more for a while."""

    slug, status = "servicio-apartado", HTTPStatus.SERVICE_UNAVAILABLE
    title = Sentence("Servicio apartado por sus fallos", "Service set aside for its failures")
    headers = MappingProxyType({"retry-after": "1"})


class DeadlinePassed(ProductError):
    """The caller's deadline passed before the work was done."""

    slug, status = "plazo-agotado", HTTPStatus.GATEWAY_TIMEOUT
    title = Sentence("Plazo agotado", "Deadline passed")


class Saturated(ProductError):
    """More requests are being served than this process takes at once."""

    slug, status = "servidor-saturado", HTTPStatus.SERVICE_UNAVAILABLE
    title = Sentence("Servidor saturado", "Server saturated")
    headers = MappingProxyType({"retry-after": "1"})


class TooManyRequests(ProductError):
    """The client's address or key has used up its rate."""

    slug, status = "demasiadas-peticiones", HTTPStatus.TOO_MANY_REQUESTS
    title = Sentence("Demasiadas peticiones", "Too many requests")


class KeyRequired(ProductError):
    """No API key came with the request, and one is needed."""

    slug, status = "llave-requerida", HTTPStatus.UNAUTHORIZED
    title = Sentence("Falta la llave", "API key required")
    headers = MappingProxyType({"www-authenticate": 'Bearer realm="cartelera"'})


class KeyRefused(ProductError):
    """The API key is unknown or was revoked."""

    slug, status = "llave-no-valida", HTTPStatus.UNAUTHORIZED
    title = Sentence("Llave no válida", "API key not valid")
    headers = MappingProxyType(
        {"www-authenticate": 'Bearer realm="cartelera", error="invalid_token"'}
    )


class Forbidden(ProductError):
    """This is not for the client's address."""

    slug, status = "acceso-denegado", HTTPStatus.FORBIDDEN
    title = Sentence("Acceso denegado", "Access denied")


class MalformedRequest(ProductError):
    """What came is not HTTP, or is HTTP that two servers could read in two ways."""

    slug, status = "peticion-mal-formada", HTTPStatus.BAD_REQUEST
    title = Sentence("Petición mal formada", "Malformed request")


class HeadersTooLarge(ProductError):
    """The headers have more bytes than are taken."""

    slug, status = "cabeceras-demasiado-grandes", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    title = Sentence("Cabeceras demasiado grandes", "Headers too large")


class RequestTooSlow(ProductError):
    """The request was not here, whole, in time."""

    slug, status = "peticion-demasiado-lenta", HTTPStatus.REQUEST_TIMEOUT
    title = Sentence("Petición demasiado lenta", "Request too slow")


def catalogue() -> list[type[ProductError]]:
    """Every problem the product can answer, in the order they are defined."""
    return list(ProductError.__subclasses__())
