"""What clients ask for in a body or in many parameters, and what is said when it is malformed."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.exceptions import HTTPException

from contracts.errors import InvalidRequest, Sentence
from contracts.http import MESSAGES, limits_of, said_wrong
from index.names.titles import shown
from reco_service.filters import Wanted

MOST_IDS = 50
"""Of each list: an answer takes longer with every film given."""

MOST_CHARACTERS = 1000
MOST_VALUES = 50

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Id = Annotated[int, Field(ge=0, lt=2**63)]
Ids = Annotated[list[Id], Field(max_length=MOST_IDS)]
Said = Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]
Block = Annotated[str, StringConstraints(max_length=100)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[Name], Field(max_length=MOST_VALUES), BeforeValidator(_listed)]
Year = Annotated[int, Field(ge=1800, le=2200)]
Mean = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
Votes = Annotated[int, Field(ge=0, lt=2**63)]
Diversity = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
OfOneSaga = Annotated[int, Field(ge=1, lt=2**31)]


class _Body(BaseModel):
    """What bodies share: no type is guessed, and nothing unknown is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Filtros(_Body):
    """Which films may be recommended; what is absent asks for nothing."""

    generos: Names | None = Field(default=None, description="al menos uno de estos géneros")
    generos_todos: Names | None = Field(default=None, description="todos estos géneros")
    generos_ninguno: Names | None = Field(default=None, description="ninguno de estos géneros")
    anio_desde: Year | None = None
    anio_hasta: Year | None = None
    voto_promedio_minimo: Mean | None = Field(default=None, description="de 0 a 10")
    voto_total_minimo: Votes | None = None
    idioma: Names | None = Field(
        default=None, description="idioma original: un código («es») o una lista de ellos"
    )
    plataforma: Names | None = Field(
        default=None, description="en alguna plataforma: su nombre («netflix») o una lista de ellos"
    )

    def wanted(self) -> Wanted:
        """As the films' filter reads it."""
        return Wanted(
            any_genre=tuple(self.generos or ()),
            all_genres=tuple(self.generos_todos or ()),
            no_genre=tuple(self.generos_ninguno or ()),
            first_year=self.anio_desde,
            last_year=self.anio_hasta,
            least_mean=self.voto_promedio_minimo,
            least_votes=self.voto_total_minimo,
            languages=tuple(self.idioma or ()),
            platforms=tuple(self.plataforma or ()),
        )


class Pedido(_Body):
    """A mix of films liked, films disliked, a text and a user's ratings; at least one of them."""

    gustan: Ids | None = Field(default=None, description="ids de TMDB de películas que gustan")
    no_gustan: Ids | None = Field(default=None, description="ids de películas que no gustan")
    texto: Said | None = Field(default=None, description="lo que se busca, en español o inglés")
    usuario: Id | None = Field(default=None, description="id de quien ha valorado películas")
    k: int = Field(default=10, ge=1, le=100)
    diversidad: Diversity = Field(default=0.0, description="0 ordena por puntaje solo")
    max_por_saga: OfOneSaga | None = Field(default=None, description="de una misma saga, a lo sumo")
    filtros: Filtros | None = None
    pesos: dict[Block, Weight] | None = Field(
        default=None, description="cuánto pesa cada bloque; los que faltan, nada"
    )


Platforms = Annotated[
    list[str] | None, Query(description="en alguna: «netflix», «disney», «hulu», «amazon»")
]


async def wanted_of_query(
    generos: Annotated[list[str] | None, Query(description="al menos uno")] = None,
    generos_todos: Annotated[list[str] | None, Query(description="todos")] = None,
    generos_ninguno: Annotated[list[str] | None, Query(description="ninguno")] = None,
    anio_desde: Annotated[Year | None, Query()] = None,
    anio_hasta: Annotated[Year | None, Query()] = None,
    voto_promedio_minimo: Annotated[Mean | None, Query(description="de 0 a 10")] = None,
    voto_total_minimo: Annotated[Votes | None, Query()] = None,
    idioma: Annotated[list[str] | None, Query(description="código original: «es»")] = None,
    plataforma: Platforms = None,
) -> Wanted:
    """The filters of an address; lists are repeated parameters or parted by commas."""
    return Wanted(
        any_genre=_parted("generos", generos),
        all_genres=_parted("generos_todos", generos_todos),
        no_genre=_parted("generos_ninguno", generos_ninguno),
        first_year=anio_desde,
        last_year=anio_hasta,
        least_mean=voto_promedio_minimo,
        least_votes=voto_total_minimo,
        languages=_parted("idioma", idioma),
        platforms=_parted("plataforma", plataforma),
    )


async def platforms_of_query(plataforma: Platforms = None) -> tuple[str, ...]:
    """The one filter of those that a search for titles has."""
    return _parted("plataforma", plataforma)


WantedOfQuery = Annotated[Wanted, Depends(wanted_of_query)]
PlatformsOfQuery = Annotated[tuple[str, ...], Depends(platforms_of_query)]


def readable(text: str) -> str:
    """The text without spare space; raises InvalidRequest where there is nothing to read."""
    text = " ".join(text.split())
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(
            Sentence(
                f"El parámetro «texto» es demasiado largo (como mucho {MOST_CHARACTERS}"
                " caracteres).",
                f"Parameter 'texto' is too long ({MOST_CHARACTERS} characters at most).",
            )
        )
    if not any(letter.isalnum() for letter in text):
        raise InvalidRequest(
            Sentence(
                "El parámetro «texto» no tiene ninguna letra ni cifra que leer.",
                "Parameter 'texto' has no letter or digit to read.",
            )
        )
    return text


class BodyRoute(APIRoute):
    """A route whose malformed bodies are told with the place of the fault."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See APIRoute."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as exc:
                raise InvalidRequest(said_of_body(exc.errors())) from exc
            except HTTPException as exc:  # FastAPI's, for what json.loads cannot take
                raise InvalidRequest(NOT_JSON) from exc

        return told


NOT_JSON = Sentence("El cuerpo no es JSON válido.", "The body is not valid JSON.")

NOT_AN_OBJECT = Sentence(
    "El cuerpo debe ser un objeto JSON, enviado como application/json.",
    "The body must be a JSON object, sent as application/json.",
)

OF_BODIES = MESSAGES | {
    "bool_type": "debe ser verdadero o falso",
    "dict_type": "debe ser un objeto JSON",
    "extra_forbidden": "no existe",
    "float_type": "debe ser un número",
    "list_type": "debe ser una lista",
    "model_attributes_type": "debe ser un objeto JSON",
    "model_type": "debe ser un objeto JSON",
    "string_type": "debe ser un texto",
    "string_unicode": "no es un texto válido",
    "too_long": "tiene demasiados elementos (como mucho {max_length})",
}
"""As MESSAGES, for the faults that only bodies can have."""


def said_of_body(errors: Sequence[Any]) -> Sentence:
    """The first fault of a body, as a sentence naming the place: 'filtros.generos[0]'."""
    first = errors[0]
    kind, where = first["type"], first.get("loc", ())[1:]
    if kind == "json_invalid":
        return NOT_JSON
    if not where:
        return NOT_AN_OBJECT
    if kind not in OF_BODIES:
        return said_wrong(errors)
    name = _place(where)
    spanish = OF_BODIES[kind].format(**limits_of(first))
    return Sentence(f"El parámetro «{name}» {spanish}.", f"Parameter '{name}': {first['msg']}.")


def _place(where: Sequence[object]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in where]
    # a client's own names may hold half a character, which no answer could be written with
    name = "".join(parts).lstrip(".").encode("utf-8", "replace").decode()
    return shown(name)


def _parted(name: str, values: list[str] | None) -> tuple[str, ...]:
    parts = [part.strip() for value in values or () for part in value.split(",")]
    if len(parts) > MOST_VALUES:
        raise InvalidRequest(
            Sentence(
                f"El parámetro «{name}» tiene demasiados elementos (como mucho {MOST_VALUES}).",
                f"Parameter '{name}' has too many values ({MOST_VALUES} at most).",
            )
        )
    if not all(parts):
        raise InvalidRequest(
            Sentence(
                f"El parámetro «{name}» está vacío o es demasiado corto.",
                f"Parameter '{name}' is empty or too short.",
            )
        )
    return tuple(parts)
