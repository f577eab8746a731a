"""A real service over a real Milvus: it is not there yet, it serves, it is killed, it is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.versions import current_version
from etl.run import run_etl
from index.build import run_index
from index.embeddings import Encoders
from index.encoders.multilingual import MultilingualEncoder
from index.gate import Floors
from tests.fakes import HashEncoder
from tests.milvus_server import MilvusServer, milvus_server
from tests.raw import credit, film, raw_folder
from tests.system.test_swap import Built, Running, running
from tests.waiting import until

pytestmark = pytest.mark.slow

FILMS, TITLES, PLOTS = 1100, 40, 30
"""More films than are compared one by one, so that Milvus is asked; few texts to embed."""

BACK_S = 120.0
"""An upper bound: a server started again waits for the leases of the one that was killed."""

PATHS = [
    *(f"/v1/peliculas/{movie_id}/similares?anio_desde=1900" for movie_id in (7, 70, 700)),
    "/v1/peliculas/77/similares?anio_desde=1990&anio_hasta=1999",
    "/v1/buscar?texto=plot%20number%207",
    "/recomendacion/Film%207",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as started:
        yield started


@pytest.fixture(scope="module")
def built(
    server: MilvusServer, real_var: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """A version on Milvus, with the real encoder of texts, and the setting that names it."""
    var = tmp_path_factory.mktemp("reco")
    films = [
        film(
            n,
            f"Film {n % TITLES}",
            overview=f"Plot number {n % PLOTS}.",
            release_date=f"{1925 + n % 90}-03-04",
            vote_count=str(n),
        )
        for n in range(1, FILMS + 1)
    ]
    credits = [credit(n, [f"Actor {n % 70}"], [f"Director {n % 50}"]) for n in range(1, FILMS + 1)]
    run_etl(raw_folder(var / "raw", films, credits), var / "data")
    encoders = Encoders(HashEncoder(), MultilingualEncoder())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEX_STORE", server.address)
        cache = real_var / "cache" / "embeddings"
        run_index(var / "data", var / "index", encoders, cache, Floors(canaries=0))
        version = current_version(var / "index")
        assert version is not None
        yield Built("reco", var / "index", (version, version), {version: FILMS})


def engine(started: Running) -> tuple[str, str | None]:
    told = started.get("/salud/lista").json()["motor"]
    assert told["nombre"] == "milvus"
    return told["estado"], told["motivo"]


def answers(started: Running) -> list[dict]:
    """What is answered, all of it at once."""
    found = [started.get(path) for path in PATHS]
    assert [each.status_code for each in found] == [200] * len(PATHS)
    return [each.json() for each in found]


def back(started: Running) -> bool:
    return engine(started) == ("en_servicio", None)


def test_a_service_answers_the_same_whether_milvus_is_there_or_not(
    server: MilvusServer, built: Built
) -> None:
    down = "caido", f"Milvus at http://127.0.0.1:{server.port} does not answer"
    server.kill()
    try:
        with running(built) as started:
            assert engine(started) == down
            without = answers(started)
            server.start()
            assert until(lambda: back(started), BACK_S)  # though nobody asked for films
            faults = started.metric("cartelera_motor_vectores_fallos_total")
            assert answers(started) == without and back(started)
            assert started.metric("cartelera_motor_vectores_fallos_total") == faults > 0
            server.kill()
            assert answers(started) == without
            assert engine(started) == down
            assert started.metric("cartelera_motor_vectores_caido") == 1
            server.start()
            assert until(lambda: back(started), BACK_S)
            assert answers(started) == without and back(started)
    finally:
        server.kill()
        server.start()


def test_a_service_that_starts_over_milvus_asks_it(server: MilvusServer, built: Built) -> None:
    with running(built) as started:
        assert until(lambda: back(started), BACK_S)
        with server.hanging():
            first = answers(started)
            assert engine(started)[0] == "caido"
        assert until(lambda: back(started), BACK_S)
        assert answers(started) == first
