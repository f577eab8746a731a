"""For the operator: which data is served, which builds there are, and what their ledgers hold."""

import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import APIRouter, Request
from pydantic import BaseModel

from contracts.api_operation import CatalogoPublicado, DetalleDatos, MotivoRegistro, Versiones
from contracts.builds import Builds, Details
from contracts.columns import DATA_FORMAT
from contracts.http import language_of
from contracts.platforms import PLATFORMS
from contracts.versions import Manifest
from contracts.whole import Root, Whole
from query_service.catalogue import DATA_KIND

LEDGER_FILE, COUNTED = "ledger.parquet", "ledger."
SPOKEN = {"dropped": "descartado", "repaired": "reparado", "kept": "conservado"}
"""The ledger's actions, as the API tells them."""

Entries = Mapping[tuple[str, str, str], int]
"""How many entries of a ledger have this reason, action and file."""


class _Catalogue(BaseModel):
    titles: int
    matched: int
    movies: int | None = None
    snapshot: str | None = None


class _Settings(BaseModel):
    """What is read of a data manifest's settings; earlier formats say less."""

    platforms: dict[str, _Catalogue] = {}
    simulated_ratings: bool | None = None


class DataDetails(Details):
    """What a data version holds; of the one served, the ledger itself is read, once."""

    def __init__(self) -> None:
        self._read: tuple[str, Entries] = "", {}
        self._lock = threading.Lock()

    def of(self, manifest: Manifest, folder: Path, served: bool) -> dict[str, object]:
        """See Details."""
        settings = _Settings.model_validate(manifest.settings)
        entries = self._entries(folder) if served else {}
        return {
            "datos": DetalleDatos(
                catalogos=_catalogues(settings.platforms),
                valoraciones_simuladas=settings.simulated_ratings,
                registro=_from_entries(entries) or _from_counts(manifest.counts),
            )
        }

    def _entries(self, folder: Path) -> Entries:
        with self._lock:  # else each of many who ask at once would read it all
            if self._read[0] != folder.name:
                self._read = folder.name, _entries_of(folder / LEDGER_FILE)
            return self._read[1]


def operation_of(service: str, data_dir: Path) -> APIRouter:
    """`/operacion/versiones`, which the gateway asks for its operator's page."""
    router = APIRouter()
    root = Root(data_dir, DATA_KIND, DATA_FORMAT, "datos")
    builds = Builds(service, root, DataDetails(), Whole())

    @router.get("/operacion/versiones", include_in_schema=False)
    def versiones(request: Request) -> Versiones:
        """Qué versión se sirve, y las últimas compilaciones."""
        language = language_of(request.headers.get("accept-language", ""))
        return builds.told(request.app.state.serving, language)

    return router


def _catalogues(sizes: Mapping[str, _Catalogue]) -> list[CatalogoPublicado]:
    return [
        CatalogoPublicado(
            plataforma=platform.name,
            nombre=platform.display,
            titulos=sizes[platform.name].titles,
            peliculas=sizes[platform.name].movies,
            emparejados=sizes[platform.name].matched,
            fecha=sizes[platform.name].snapshot,
        )
        for platform in PLATFORMS
        if platform.name in sizes
    ]


def _entries_of(ledger: Path) -> Entries:
    """Counted a batch at a time: a ledger may have as many rows as the ratings; none if damaged."""
    names = ["reason", "action", "file"]
    entries: Counter[tuple[str, str, str]] = Counter()
    try:
        with pq.ParquetFile(ledger, read_dictionary=names) as file:
            for batch in file.iter_batches(columns=names):
                entries.update(_counted(pa.table(batch), names))
    except (OSError, pa.ArrowException):
        return {}
    return entries


def _counted(rows: Any, names: list[str]) -> dict[tuple[str, str, str], int]:
    grouped = rows.group_by(names).aggregate([([], "count_all")]).to_pylist()
    return {
        (str(row["reason"]), str(row["action"]), str(row["file"])): row["count_all"]
        for row in grouped
    }


def _from_entries(entries: Entries) -> list[MotivoRegistro]:
    totals: Counter[tuple[str, str]] = Counter()
    files: dict[tuple[str, str], list[str]] = {}
    for (reason, action, file), count in sorted(entries.items()):
        totals[reason, action] += count
        files.setdefault((reason, action), []).append(file)
    return [
        MotivoRegistro(
            motivo=reason,
            cantidad=count,
            accion=SPOKEN.get(action, action),
            archivos=files[reason, action],
        )
        for (reason, action), count in sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    ]


def _from_counts(counts: Mapping[str, int]) -> list[MotivoRegistro]:
    told = {
        name.removeprefix(COUNTED): count
        for name, count in counts.items()
        if name.startswith(COUNTED)
    }
    return [
        MotivoRegistro(motivo=reason, cantidad=count)
        for reason, count in sorted(told.items(), key=lambda one: (-one[1], one[0]))
    ]
