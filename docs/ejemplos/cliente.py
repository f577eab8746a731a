"""Un cliente de Cartelera con httpx: `python cliente.py` da un paseo, `import cliente` lo usa.

CARTELERA es la dirección del gateway, CARTELERA_LLAVE la llave de la API si la instalación la pide.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

ADDRESS = "http://127.0.0.1:8000"
LONGEST_WAIT_S = 30.0
TRIES = 3
WORTH_ANOTHER_TRY = (429, 503)


class Problem(Exception):
    """Un error de la API: qué pasó, qué se quiso decir quizá, y cómo encontrarlo en el registro."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(document.get("detail") or document.get("title") or f"estado {status}")
        self.status = status
        self.kind = str(document.get("type", "")).rpartition("/")[2]
        self.suggestions: Sequence[str] = document.get("sugerencias") or ()
        self.request_id = document.get("request_id")


class Cartelera:
    """La API, un método por pregunta; lo que no sale es un `Problem`."""

    def __init__(self, address: str = ADDRESS, key: str = "", language: str = "es") -> None:
        headers = {"Accept-Language": language} | ({"X-API-Key": key} if key else {})
        self._client = httpx.Client(base_url=address, headers=headers, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def search(self, text: str, k: int = 5) -> list[dict[str, Any]]:
        """Películas por título mientras se escribe; de aquí salen los `id`."""
        found: list[dict[str, Any]] = self._get("/v1/peliculas", q=text, k=k)["resultados"]
        return found

    def similar(self, film: int, k: int = 5, **filters: Any) -> list[dict[str, Any]]:
        """Parecidas a una, con motivos; los filtros se llaman como los de la API."""
        answer = self._get(f"/v1/peliculas/{film}/similares", k=k, **filters)
        similar: list[dict[str, Any]] = answer["similares"]
        return similar

    def recommend(
        self,
        liked: Sequence[int] = (),
        disliked: Sequence[int] = (),
        text: str = "",
        k: int = 5,
        **filters: Any,
    ) -> list[dict[str, Any]]:
        """Para una mezcla de lo que gusta, lo que no y un texto; al menos una de las tres cosas."""
        body = {
            "gustan": list(liked),
            "no_gustan": list(disliked),
            "texto": text,
            "filtros": filters,
        }
        given = {name: value for name, value in body.items() if value} | {"k": k}
        found: list[dict[str, Any]] = self._ask("POST", "/v1/recomendaciones", json=given)[
            "resultados"
        ]
        return found

    def expected_rating(self, user: int, title: str) -> dict[str, Any]:
        """La valoración que se espera de un usuario, y si conviene recomendarle la película."""
        answer: dict[str, Any] = self._get(f"/recomendacion_usuario/{user}/{quote(title, safe='')}")
        return answer

    def for_user(self, user: int, k: int = 5, **filters: Any) -> list[dict[str, Any]]:
        """Películas que un usuario aún no ha valorado."""
        answer = self._get(f"/v1/usuarios/{user}/recomendaciones", k=k, **filters)
        found: list[dict[str, Any]] = answer["resultados"]
        return found

    def statistic(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Una de las estadísticas por su nombre: `statistic("score_titulo", titulo="Heat")`."""
        answer: dict[str, Any] = self._get(f"/{name}", **arguments)
        return answer

    def _get(self, path: str, **parameters: Any) -> Any:
        return self._ask("GET", path, params=parameters)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        """La respuesta; ante un 429 o un 503 espera lo que dice `Retry-After` y vuelve a pedir."""
        for tries_left in reversed(range(TRIES)):
            response = self._client.request(method, path, **how)
            if response.status_code not in WORTH_ANOTHER_TRY or not tries_left:
                break
            time.sleep(min(float(response.headers.get("Retry-After", 1)), LONGEST_WAIT_S))
        if response.is_success:
            return response.json()
        told = "problem+json" in response.headers.get("Content-Type", "")
        raise Problem(response.status_code, response.json() if told else {})


def reasons(film: Mapping[str, Any], most: int = 3) -> str:
    """Los motivos que más aportan, en una línea."""
    told = [f"{one['texto']} ({one['aporte']:+.2f})" for one in film["porque"][:most]]
    return "; ".join(told)


def show(*lines: str) -> None:
    """Escribe las líneas en la salida."""
    sys.stdout.write("\n".join(lines) + "\n")


def tour(api: Cartelera) -> None:
    """Una pregunta de cada clase."""
    film = api.search("toi stori")[0]
    show(f"Por «toi stori»: {film['titulo']} ({film['anio']}), id {film['id']}", "")

    show("Parecidas, de 2000 en adelante y a lo sumo una por saga:")
    for one in api.similar(film["id"], k=3, anio_desde=2000, max_por_saga=1):
        show(f"  {one['puntaje']:.2f}  {one['titulo']} ({one['anio']}): {reasons(one)}")

    liked, disliked = api.search("Spirited Away")[0]["id"], api.search("Titanic")[0]["id"]
    show("", "Si gusta Spirited Away y no gusta Titanic:")
    for one in api.recommend([liked], [disliked], k=3):
        show(f"  {one['puntaje']:.2f}  {one['titulo']}: {reasons(one)}")

    show("", api.expected_rating(1, "Inception")["mensaje"], "Para el usuario 1:")
    for one in api.for_user(1, k=3):
        show(f"  {one['titulo']}: la valoraría con {one['valoracion_estimada']:.1f} de 5")

    show("", api.statistic("cantidad_filmaciones_mes", mes="enero")["mensaje"])
    show(api.statistic("get_count_platform", platform="netflix")["mensaje"], "")
    try:
        api.statistic("score_titulo", titulo="Toi Stori")
    except Problem as problem:
        show(f"{problem} ¿Quizá {', '.join(problem.suggestions[:3])}? ({problem.kind})")


def main() -> int:
    """Da el paseo; 1 si la API no está o responde con un problema."""
    address = os.environ.get("CARTELERA", ADDRESS)
    try:
        with Cartelera(address, os.environ.get("CARTELERA_LLAVE", "")) as api:
            tour(api)
    except Problem as problem:
        sys.stderr.write(f"cliente.py: {problem} (petición {problem.request_id})\n")
        return 1
    except httpx.TransportError as error:
        sys.stderr.write(f"cliente.py: no se llega a {address}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
