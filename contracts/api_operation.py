"""What the operator is told: versions and builds by each service, the whole by the gateway."""

from pydantic import Field

from contracts.api import Answer, Problema
from contracts.api_health import EstadoBloque, SaludServicio


class CatalogoPublicado(Answer):
    """One platform's catalogue in a data version."""

    plataforma: str
    nombre: str = Field(description="the platform's name as people read it")
    titulos: int
    peliculas: int | None = None
    emparejados: int = Field(description="titles that were matched to a film")
    fecha: str | None = Field(description="as of when the catalogue is, if known")


class MotivoRegistro(Answer):
    """How often something befell rows of the raw files, as the ledger has it."""

    motivo: str = Field(description="reason code of the ledger")
    cantidad: int
    accion: str | None = Field(
        default=None,
        description="descartado, reparado or conservado; null where only the manifest was read",
    )
    archivos: list[str] = Field(default=[], description="raw files it was found in")


class DetalleDatos(Answer):
    """What a data version holds beside its counts."""

    catalogos: list[CatalogoPublicado]
    valoraciones_simuladas: bool | None = Field(
        description="whether the ratings of platforms' titles are made up; null where unsaid"
    )
    registro: list[MotivoRegistro]


class ModeloUsuarios(Answer):
    """The model of users in an index version; the errors are means over the folds held out."""

    usuarios: int
    valoraciones: int
    rmse: float | None = Field(description="root mean square error, lower is better")
    rmse_sesgos: float | None = Field(description="that of user and film biases alone")


class DetalleIndice(Answer):
    """What an index version was made of, and how well it did before it was published."""

    datos: str | None = Field(description="the data version it was built from")
    pesos: str | None = Field(description="learnt or default")
    calidad: dict[str, float] = Field(description="measures from 0 to 1, higher is better")
    bloques: list[EstadoBloque]
    usuarios: ModeloUsuarios | None


class Compilacion(Answer):
    """One build: a version in its folder, whole or not."""

    version: str
    publicada: str | None = Field(description="when it was published, in UTC (RFC 3339)")
    problema: str | None = Field(default=None, description="why it cannot be served, if so")
    formato: int | None = None
    bytes: int | None = None
    cuentas: dict[str, int] = {}
    entradas: list[str] = Field(default=[], description="names of what it was built from")
    datos: DetalleDatos | None = None
    indice: DetalleIndice | None = None


class VueltaAtras(Answer):
    """How to go back to the version before: a command to run, or why there is none."""

    orden: str | None = None
    motivo: str | None = None


class Versiones(Answer):
    """What a service serves, what is published, and the latest builds, newest first."""

    servicio: str
    tipo: str = Field(description="datos or indice")
    servida: str
    publicada: str | None = Field(description="what the pointer names, if it can be read")
    rechazada: bool = Field(description="whether the one published was refused by the service")
    anterior: str | None = Field(description="the one published before, if any")
    compilaciones: list[Compilacion]
    omitidas: int = Field(description="older builds that are not listed")
    vuelta_atras: VueltaAtras


# The gateway -------------------------------------------------------------------------------


class Ajustes(Answer):
    """The gateway's settings that matter in operation; nothing secret is among them."""

    procesos: int
    plazo_ms: int
    peticiones_a_la_vez: int
    conexiones_de_clientes: int
    cache_bytes: int
    cache_segundos: int = Field(description="how long browsers and proxies may keep an answer")
    llaves: bool = Field(description="whether a key is asked for")
    limite_por_direccion: bool
    limite_por_llave: bool
    cuenta_compartida: bool = Field(description="whether several gateways count together")
    trazas: bool


class EstadoCache(Answer):
    """The answers that this process of the gateway keeps."""

    respuestas: int
    bytes: int
    limite_bytes: int


class Contadas(Answer):
    """What all processes of the gateway have counted since the first of them began."""

    respuestas: int
    por_cache: dict[str, int] = Field(description="by X-Cache: HIT, MISS, STALE or NONE")
    por_estado: dict[str, int] = Field(description="by class of status: 2xx, 3xx, 4xx, 5xx")
    rechazos: dict[str, int] = Field(description="by the problem's slug")
    mitad_ms: float | None = Field(description="half of the answers took at most this, about")
    casi_todas_ms: float | None = Field(description="99 of 100 took at most this, about")


class EstadoServicio(SaludServicio):
    """A service: its health and breaker, what it answers from, and what it says of its versions."""

    version_confirmada: str | None = Field(description="tag of the version it last answered from")
    confirmada_hace_s: int | None = Field(description="seconds since it last said so")
    versiones: Versiones | None = None
    problema: Problema | None = Field(default=None, description="why it does not say, if so")


class EstadoOperacion(Answer):
    """All that the operator's page shows."""

    momento: str = Field(description="when this was true, in UTC (RFC 3339)")
    estado: str = Field(description="lista or degradada")
    entrega: str = Field(description="release of the gateway")
    en_marcha_s: int = Field(description="seconds that this process has been running")
    ajustes: Ajustes
    cache: EstadoCache
    en_curso: int = Field(description="requests that this process has with its services")
    contadas: Contadas
    servicios: dict[str, EstadoServicio]
