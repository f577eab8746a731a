"""The answer that tells what there is to recommend from; Spanish names, added to, never renamed."""

from pydantic import Field

from contracts.api import Answer, PeliculaEncontrada


class Cantidad(Answer):
    """How many films have something, by its name or code."""

    nombre: str
    cantidad: int


class PlataformaDelCatalogo(Answer):
    """A platform whose titles are loaded, and how many films they are matched with."""

    plataforma: str
    nombre: str = Field(description="the platform's name as people read it")
    fecha_catalogo: str | None = Field(description="as of when the catalogue is, if known")
    cantidad: int


class Catalogo(Answer):
    """What there is to recommend from, and what can be asked of it."""

    peliculas: int
    anio_desde: int | None = Field(description="year of the oldest film; null without films")
    anio_hasta: int | None
    generos: list[Cantidad] = Field(description="most films first")
    idiomas: list[Cantidad] = Field(description="codes of original languages, most films first")
    plataformas: list[PlataformaDelCatalogo]
    conocidas: list[PeliculaEncontrada] = Field(description="the films with most votes")
    usuarios: int = Field(description="users whose ratings are known")
    usuario_de_ejemplo: int | None = Field(description="one of them, to try with")
    por_texto: bool = Field(description="whether films can be found by a description")
    version: str
