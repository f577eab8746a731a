"""For the operator: which index is served, which builds there are, and how good they measured."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from contracts.api_health import EstadoBloque
from contracts.api_operation import DetalleIndice, ModeloUsuarios, Versiones
from contracts.builds import Builds, Details, pointing
from contracts.columns import DATA_FORMAT
from contracts.errors import Sentence
from contracts.http import language_of
from contracts.versions import Manifest
from contracts.whole import Root, Whole
from index.blocks import INDEX_FORMAT, INDEX_KIND

DECIMALS = 4

NO_DATA = Sentence(
    "Los datos de los que se hizo la versión anterior ya no están, o están dañados.",
    "The data that the version before was built from are gone, or damaged.",
)


class _Users(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    users: int
    ratings: int
    rmse_by_fold: list[float] = []
    rmse_of_biases_by_fold: list[float] = []


class _Block(BaseModel):
    name: str
    films: int
    state: str


class _Settings(BaseModel):
    """What is read of an index manifest's settings; earlier formats say less."""

    model_config = ConfigDict(allow_inf_nan=False)

    bloques: list[_Block] = []
    quality: dict[str, float] = {}
    users: _Users | None = None
    weights: str | None = None


class IndexDetails(Details):
    """What an index version was made of, and what was measured of it."""

    def __init__(self, data_dir: Path, whole: Whole) -> None:
        self._data = Root(data_dir, "data", DATA_FORMAT, "datos")
        self._whole = whole

    def of(self, manifest: Manifest, folder: Path, served: bool) -> dict[str, object]:
        """See Details."""
        settings = _Settings.model_validate(manifest.settings)
        return {
            "indice": DetalleIndice(
                datos=manifest.inputs.get("data"),
                pesos=settings.weights,
                calidad=settings.quality,
                bloques=[
                    EstadoBloque(bloque=block.name, peliculas=block.films, estado=block.state)
                    for block in settings.bloques
                ],
                usuarios=_model(settings.users),
            )
        }

    def refuses(self, manifest: Manifest) -> Sentence | None:
        """See Details: without its data the service would not take the index."""
        data = manifest.inputs.get("data", "")
        return self._whole.fault(self._data, data, NO_DATA) if data else NO_DATA

    def command(self, root: Path, version: str) -> str:
        """See Details: the command that checks first, where the folders are as it knows them."""
        var = root.absolute().parent
        if (var / "index", var / "data") != (root.absolute(), self._data.path.absolute()):
            return pointing(root, version)
        return f"cartelera index --rollback --var {shlex.quote(str(var))}"


def operation_of(service: str, index_dir: Path, data_dir: Path) -> APIRouter:
    """`/operacion/versiones`, which the gateway asks for its operator's page."""
    router = APIRouter()
    whole = Whole()
    root = Root(index_dir, INDEX_KIND, INDEX_FORMAT, "indice")
    builds = Builds(service, root, IndexDetails(data_dir, whole), whole)

    @router.get("/operacion/versiones", include_in_schema=False)
    def versiones(request: Request) -> Versiones:
        """Qué versión se sirve, y las últimas compilaciones."""
        language = language_of(request.headers.get("accept-language", ""))
        return builds.told(request.app.state.serving, language)

    return router


def _model(users: _Users | None) -> ModeloUsuarios | None:
    if users is None:
        return None
    return ModeloUsuarios(
        usuarios=users.users,
        valoraciones=users.ratings,
        rmse=_mean(users.rmse_by_fold),
        rmse_sesgos=_mean(users.rmse_of_biases_by_fold),
    )


def _mean(folds: Sequence[float]) -> float | None:
    return round(fmean(folds), DECIMALS) if folds else None
