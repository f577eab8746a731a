"""What each problem means, so that the `type` of every problem document resolves."""

from http import HTTPStatus

from contracts.api import Answer
from contracts.errors import ProductError, Sentence, catalogue


class ProblemaDescrito(Answer):
    """One kind of problem: its slug, the status it comes with, and what it means."""

    slug: str
    status: int
    titulo: str
    descripcion: str


DESCRIPTIONS = {
    "titulo-no-encontrado": Sentence(
        "Ninguna película tiene ese título. Si hay títulos parecidos, vienen en «sugerencias».",
        "No film has this title. Similar titles, if any, are in 'sugerencias'.",
    ),
    "anio-no-encontrado": Sentence(
        "Hay películas con ese título, pero ninguna de ese año.",
        "Films have this title, but none is of that year.",
    ),
    "persona-no-encontrada": Sentence(
        "Nadie del reparto o de la dirección se llama así. Si hay nombres parecidos, vienen en"
        " «sugerencias».",
        "No actor or director has this name. Similar names, if any, are in 'sugerencias'.",
    ),
    "pelicula-no-encontrada": Sentence(
        "Ninguna película tiene ese identificador.", "No film has this id."
    ),
    "valor-no-encontrado": Sentence(
        "Nada en los datos tiene ese género, idioma, país, productora, franquicia, plataforma o"
        " año. Si hay valores parecidos, vienen en «sugerencias».",
        "Nothing in the data has this genre, language, country, company, collection, platform or"
        " year. Similar values, if any, are in 'sugerencias'.",
    ),
    "usuario-no-encontrado": Sentence(
        "Nadie con ese identificador ha valorado películas; «detail» dice cómo pedir"
        " recomendaciones sin cuenta.",
        "Nobody of this id has rated films; 'detail' says how to ask for recommendations without"
        " an account.",
    ),
    "ruta-no-encontrada": Sentence(
        "La dirección no corresponde a ninguna consulta; todas están en /docs.",
        "The address belongs to no endpoint; all of them are at /docs.",
    ),
    "metodo-no-permitido": Sentence(
        "La ruta existe, pero no para ese método; «Allow» dice cuáles admite.",
        "The endpoint exists, but not for this method; 'Allow' lists those it takes.",
    ),
    "peticion-invalida": Sentence(
        "Falta un parámetro, no existe, es de otro tipo o está fuera de rango; «detail» dice cuál.",
        "A parameter is missing, unknown, of the wrong type or out of range; 'detail' says which.",
    ),
    "peticion-contradictoria": Sentence(
        "Cada parámetro es válido, pero juntos se contradicen; «detail» dice cuáles.",
        "Each parameter is valid, but together they contradict one another; 'detail' says which.",
    ),
    "direccion-mal-formada": Sentence(
        "La dirección no es UTF-8 bien codificado con porcentajes.",
        "The address is not correctly percent-encoded UTF-8.",
    ),
    "direccion-demasiado-larga": Sentence(
        "La ruta y los parámetros juntos tienen más caracteres de los que se admiten.",
        "Path and parameters together have more characters than are taken.",
    ),
    "cuerpo-demasiado-grande": Sentence(
        "El cuerpo de la petición tiene más bytes de los que se admiten.",
        "The request's body has more bytes than are taken.",
    ),
    "peticion-rechazada": Sentence(
        "La petición no se puede atender tal como llegó; «detail» dice por qué.",
        "The request cannot be served as it came; 'detail' says why.",
    ),
    "error-interno": Sentence(
        "Algo imprevisto falló en el servidor; su registro lo guarda bajo el «request_id».",
        "Something unforeseen failed in the server; its log has it under the 'request_id'.",
    ),
    "texto-no-disponible": Sentence(
        "El índice que se sirve no permite buscar por texto; el resto responde.",
        "The index being served cannot be searched by text; everything else answers.",
    ),
    "servicio-no-disponible": Sentence(
        "El servicio que responde a esta ruta está caído o arrancando; conviene reintentar"
        " pasados los segundos que dice «Retry-After».",
        "The service behind this endpoint is down or starting; try again after the seconds"
        " that 'Retry-After' says.",
    ),
    "servicio-sin-respuesta": Sentence(
        "El servicio que responde a esta ruta no terminó dentro del plazo.",
        "The service behind this endpoint did not finish before the deadline.",
    ),
    "respuesta-defectuosa": Sentence(
        "El servicio que responde a esta ruta envió algo cortado o que no es HTTP.",
        "The service behind this endpoint sent something cut short, or that is not HTTP.",
    ),
    "servicio-apartado": Sentence(
        "El servicio que responde a esta ruta falló tantas veces que se le deja descansar; "
        "«servicio» y «desde» dicen cuál y desde cuándo, y «Retry-After» cuándo reintentar.",
        "The service behind this endpoint failed so often that it is left alone for a while; "
        "'servicio' and 'desde' say which and since when, 'Retry-After' when to try again.",
    ),
    "plazo-agotado": Sentence(
        "La petición no se pudo terminar en el plazo que traía.",
        "The request could not be finished before the deadline it came with.",
    ),
    "servidor-saturado": Sentence(
        "Hay más peticiones o conexiones a la vez de las que se admiten; conviene reintentar "
        "pasados los segundos que dice «Retry-After».",
        "More requests or connections are open at once than are taken; try again after the "
        "seconds that 'Retry-After' says.",
    ),
    "demasiadas-peticiones": Sentence(
        "Desde esta dirección o con esta llave se ha preguntado más de lo admitido; «Retry-"
        "After» dice cuándo vuelve a haber sitio.",
        "This address or key has asked more than it may; 'Retry-After' says when there is "
        "room again.",
    ),
    "llave-requerida": Sentence(
        "Esta instalación pide una llave: en la cabecera «X-API-Key» o como «Authorization: "
        "Bearer».",
        "This installation asks for an API key: in the header 'X-API-Key', or as "
        "'Authorization: Bearer'.",
    ),
    "llave-no-valida": Sentence(
        "La llave no existe o se revocó.",
        "The key does not exist, or was revoked.",
    ),
    "acceso-denegado": Sentence(
        "Esta ruta no se sirve a la dirección desde la que se pide.",
        "This endpoint is not served to the address that asks.",
    ),
    "peticion-mal-formada": Sentence(
        "Lo recibido no es HTTP, o lo es de un modo que dos servidores podrían leer distinto.",
        "What came is not HTTP, or is HTTP that two servers could read in two ways.",
    ),
    "cabeceras-demasiado-grandes": Sentence(
        "Las cabeceras tienen más bytes de los que se admiten.",
        "The headers have more bytes than are taken.",
    ),
    "peticion-demasiado-lenta": Sentence(
        "La petición no llegó entera a tiempo.",
        "The request did not come whole in time.",
    ),
}
"""Slug → what the problem means; a test holds it to the catalogue."""


def described(language: str) -> dict[str, ProblemaDescrito]:
    """Every problem of the catalogue by slug, told in `language` ('es' or 'en')."""
    return {problem.slug: _described(problem, language) for problem in catalogue()}


def _described(problem: type[ProductError], language: str) -> ProblemaDescrito:
    meaning = DESCRIPTIONS.get(problem.slug, problem.title)
    return ProblemaDescrito(
        slug=problem.slug,
        status=HTTPStatus(problem.status),
        titulo=problem.title.spoken_in(language),
        descripcion=meaning.spoken_in(language),
    )
