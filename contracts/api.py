"""The answers of every service, as they cross the wire: Spanish names, added to, never renamed."""

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """What all answers share: immutable once made."""

    model_config = ConfigDict(frozen=True)


class Problema(Answer):
    """A problem, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    sugerencias: list[str] | None = None
    servicio: str | None = Field(default=None, description="the service that is out")
    desde: str | None = Field(default=None, description="since when, in UTC (RFC 3339)")


# The assignment's endpoints ---------------------------------------------------------------


class FilmacionesMes(Answer):
    """How many films came out in a month, over all years."""

    mes: str
    cantidad: int
    mensaje: str


class FilmacionesDia(Answer):
    """How many films came out on a weekday, over all years."""

    dia: str
    cantidad: int
    mensaje: str


class ScoreTitulo(Answer):
    """A film's popularity (TMDB's, 0 and up)."""

    titulo: str
    anio: int
    popularidad: float
    mensaje: str
    otras_versiones: list[int]


class VotosTitulo(Answer):
    """A film's votes; both figures are null below the minimum of votes."""

    titulo: str
    anio: int
    año: int
    voto_total: int | None
    voto_promedio: float | None
    mensaje: str
    otras_versiones: list[int]


class PeliculaDirigida(Answer):
    """One film of a director or actor; money in US dollars."""

    titulo: str
    anio: int
    fecha_estreno: str
    retorno_pelicula: float
    budget_pelicula: float
    revenue_pelicula: float


class Actor(Answer):
    """An actor's returns (revenue / budget), summed and averaged."""

    actor: str
    cantidad_filmaciones: int
    retorno_total: float
    retorno_promedio: float
    filmaciones_con_presupuesto: int
    retorno_promedio_con_presupuesto: float | None
    mensaje: str


class Director(Answer):
    """A director's returns, and the films by date."""

    director: str
    retorno_total_director: float
    retorno_promedio: float
    peliculas: list[PeliculaDirigida]
    mensaje: str


class ActorConPeliculas(Actor):
    """As Actor, with the films by date."""

    peliculas: list[PeliculaDirigida]


class PeliculasIdioma(Answer):
    """How many films have this original language."""

    idioma: str
    codigo: str
    cantidad: int
    mensaje: str


class PeliculaDuracion(Answer):
    """A film's running time in minutes; null where it is unknown."""

    pelicula: str
    duracion: float | None
    anio: int
    mensaje: str
    otras_versiones: list[int]


class Franquicia(Answer):
    """A collection of films; gain = revenue - budget, in US dollars."""

    franquicia: str
    cantidad: int
    ganancia_total: float
    ganancia_promedio: float
    mensaje: str


class PeliculasPais(Answer):
    """How many films this country took part in."""

    pais: str
    codigo: str
    cantidad: int
    mensaje: str


class Productora(Answer):
    """A company's revenue over the films it took part in, in US dollars."""

    productora: str
    revenue_total: float
    cantidad: int
    mensaje: str


# The recommendation service ---------------------------------------------------------------


class EnPlataforma(Answer):
    """A title that a film has on a streaming platform."""

    plataforma: str
    nombre: str = Field(description="the platform's name as people read it")
    id: str
    titulo: str
    fecha_catalogo: str | None = Field(description="as of when the catalogue is, if known")


class Pelicula(Answer):
    """A film's card."""

    id: int
    titulo: str
    anio: int
    titulos_alternativos: list[str]
    fecha_estreno: str
    generos: list[str]
    directores: list[str]
    reparto: list[str]
    palabras_clave: list[str]
    saga: str | None
    idioma_original: str | None
    paises: list[str]
    duracion: float | None
    sinopsis: str | None
    voto_promedio: float
    voto_total: int
    popularidad: float
    plataformas: list[EnPlataforma]


class PeliculaEncontrada(Answer):
    """A film as search lists it."""

    id: int
    titulo: str
    anio: int
    titulos_alternativos: list[str]
    voto_total: int
    plataformas: list[str]


class Busqueda(Answer):
    """Films whose title fits what was typed, best first."""

    consulta: str
    resultados: list[PeliculaEncontrada]
    version: str


class Motivo(Answer):
    """One reason of a recommendation and its share of the score."""

    bloque: str = Field(
        description="what the share comes from; 'saga' and 'plataformas' are told, and count 0"
    )
    texto: str
    aporte: float = Field(description="the shares of all reasons add up to the score")


class Recomendada(Answer):
    """A recommended film: its score, at most about 1, higher is more alike, and why."""

    id: int
    titulo: str
    anio: int
    puntaje: float
    puntaje_ajustado: float | None = Field(
        default=None, description="with 'diversidad' alone: less likeness to the films before"
    )
    plataformas: list[str]
    porque: list[Motivo]


class Similares(Answer):
    """The films nearest to one, best first."""

    pelicula: PeliculaEncontrada
    similares: list[Recomendada]
    version: str
    aviso: str | None = Field(default=None, description="what to know of this answer, if anything")


class Recomendaciones(Answer):
    """Films for a mix of films liked, films disliked and a text, best first."""

    resultados: list[Recomendada]
    version: str
    avisos: list[str]


class BusquedaPorTexto(Answer):
    """Films that answer a text, best first."""

    consulta: str
    resultados: list[Recomendada]
    version: str
    avisos: list[str]
