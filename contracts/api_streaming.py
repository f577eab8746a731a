"""The answers about streaming platforms' catalogues; Spanish names, added to, never renamed."""

from pydantic import Field

from contracts.api import Answer


class TituloDePlataforma(Answer):
    """One title of a platform's catalogue; `duracion` in minutes or seasons (`min`, `season`)."""

    id: str
    titulo: str
    plataforma: str
    anio: int | None
    tipo: str = Field(description="pelicula or serie")
    duracion: int
    tipo_duracion: str


class DuracionMaxima(Answer):
    """The longest title under these filters, and all that are as long, by platform and title."""

    titulo: str
    plataforma: str
    anio: int | None
    duracion: int
    tipo_duracion: str
    empates: list[TituloDePlataforma]
    mensaje: str


class CantidadPorPuntaje(Answer):
    """How many movies of a platform and year have a mean score above `puntaje` (1 to 5).

    Of all its `peliculas` only those `con_puntaje` can have one.
    """

    plataforma: str
    anio: int
    puntaje: float
    cantidad: int
    con_puntaje: int
    peliculas: int
    mensaje: str


class CantidadPorPlataforma(Answer):
    """How many titles a platform has; `fecha_catalogo` is when the last of them was added."""

    plataforma: str
    cantidad: int
    peliculas: int
    series: int
    fecha_catalogo: str | None
    mensaje: str


class ActorDePlataforma(Answer):
    """The most repeated actor of a platform and year; of several, all in `actores`, by name."""

    plataforma: str
    anio: int
    actor: str
    actores: list[str]
    apariciones: int
    mensaje: str
