"""The answers for one user; Spanish names, added to, never renamed."""

from pydantic import Field

from contracts.api import Answer, Motivo, PeliculaEncontrada, Recomendada


class RecomendacionUsuario(Answer):
    """Whether to recommend a film to a user: the rating to be expected, and the threshold."""

    usuario: int
    pelicula: PeliculaEncontrada
    valoracion_estimada: float = Field(description="from 1 to 5")
    recomendar: bool = Field(description="whether the estimate reaches the threshold")
    umbral: float
    valoracion_propia: float | None = Field(
        default=None, description="what the user gave the film, if it is among the ratings"
    )
    porque: list[Motivo] = Field(description="parts of the estimate; they add up to it")
    mensaje: str
    version: str
    avisos: list[str]


class Partes(Answer):
    """What each part gives to a score; they add up to it."""

    contenido: float = Field(description="likeness to the films liked")
    asociacion: float = Field(description="liked by the same people as the films liked")
    gustos: float = Field(description="likeness to all films rated, by how they were rated")
    factores: float = Field(description="factors of the user and of the film")


class RecomendadaAUsuario(Recomendada):
    """A film recommended to a user; `valoracion_estimada` from 1 to 5."""

    valoracion_estimada: float
    partes: Partes


class RecomendacionesUsuario(Answer):
    """Films a user has not rated yet, best first."""

    usuario: int
    valoradas: int = Field(description="films the user has rated")
    resultados: list[RecomendadaAUsuario]
    version: str
    avisos: list[str]
