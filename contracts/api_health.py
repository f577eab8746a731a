"""The health of services, as it crosses the wire, and as the gateway hands it on."""

from pydantic import Field

from contracts.api import Answer


class Salud(Answer):
    """Whether a service is alive or ready, and which version it serves."""

    estado: str
    servicio: str
    version: str | None = None


class EstadoBloque(Answer):
    """How many films have one block of the index: nearly all, some, none, or no place for it."""

    bloque: str
    peliculas: int
    estado: str = Field(description="completo, parcial, vacio or ausente")


class EstadoMotor(Answer):
    """What finds the films nearest to a vector; without it all films are compared."""

    nombre: str = Field(description="flat, hnsw, ivfpq or milvus")
    estado: str = Field(description="en_servicio or caido")


class MotorConMotivo(EstadoMotor):
    """As EstadoMotor, for those behind the gateway: the reason may tell where a server stands."""

    motivo: str | None = Field(default=None, description="why it is caido, in a sentence")


class SaludConBloques(Salud):
    """As Salud, of a service whose index is made of blocks."""

    bloques: list[EstadoBloque] | None = None
    faltan: list[str] | None = Field(default=None, description="blocks that no film has")
    motor: EstadoMotor | None = None


class SaludDeIndice(SaludConBloques):
    """As SaludConBloques, told by the service itself."""

    motor: MotorConMotivo


class SaludServicio(SaludConBloques):
    """As SaludConBloques, with what the gateway makes of the service."""

    circuito: str = Field(description="cerrado, abierto (apartado) or semiabierto (a prueba)")
    desde: str | None = Field(default=None, description="since when it is set aside (UTC)")


class SaludGateway(Answer):
    """Whether the gateway is ready, and each service behind it."""

    estado: str
    servicio: str
    servicios: dict[str, SaludServicio]
