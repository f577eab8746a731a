"""Where films can be watched: on which platforms, called what there, as of when."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.api import EnPlataforma, Motivo
from contracts.api_catalogue import PlataformaDelCatalogo
from contracts.errors import ValueNotFound
from contracts.platforms import PLATFORMS, not_loaded, platform_called, unknown_platform
from index.names.titles import shown
from reco_service.wording import available

BLOCK = "plataformas"
"""Told as a reason, but not a block: it counts nothing, like the saga."""

COLUMNS = ["title_id", "platform", "display_title", "movie_id"]

PLACES = {platform.name: place for place, platform in enumerate(PLATFORMS)}
"""Each platform's bit in a film's set of platforms."""

COMBINATIONS = range(1 << len(PLATFORMS))


class WhereToWatch:
    """The platforms of all films of one data version; a film is its row.

    A film's platforms are one number, a bit each. There are so few combinations that the names
    and the sentences of all are made when it is loaded: a request only picks its own.
    """

    def __init__(
        self, titles: pa.Table, told: Mapping[str, Mapping[str, Any]], movie_ids: NDArray[np.int64]
    ) -> None:
        """From the COLUMNS of a table TITLES; `told` is what the manifest says of platforms."""
        there = set(pc.unique(titles["platform"]).to_pylist())
        self._loaded = [name for name in PLACES if name in there]
        self._dates = {name: told.get(name, {}).get("snapshot") for name in self._loaded}
        self._titles, self._rows = _by_film(titles, movie_ids)
        self._held: NDArray[np.uint8] = np.zeros(len(movie_ids), np.uint8)
        bits = [1 << PLACES[name] for name in self._titles["platform"].to_pylist()]
        np.bitwise_or.at(self._held, self._rows, np.array(bits, np.uint8))
        self._names = [_named(held) for held in COMBINATIONS]
        self._spanish = [_reasons(names, self._dates, "es") for names in self._names]
        self._english = [_reasons(names, self._dates, "en") for names in self._names]

    @classmethod
    def load(
        cls, folder: Path, settings: Mapping[str, Any], movie_ids: NDArray[np.int64]
    ) -> "WhereToWatch":
        """From the data version in `folder`, whose manifest has these settings."""
        titles = pq.ParquetFile(folder / "titles.parquet").read(COLUMNS)
        return cls(titles, settings.get("platforms") or {}, movie_ids)

    def names(self, row: int) -> list[str]:
        """The names of a film's platforms, in the order of PLATFORMS."""
        return self._names[self._held[row]]

    def reasons(self, row: int, language: str) -> list[Motivo]:
        """What a recommendation says of where to watch the film; empty for nowhere."""
        return (self._english if language == "en" else self._spanish)[self._held[row]]

    def titles(self, row: int) -> list[EnPlataforma]:
        """The titles that a film has on platforms, in the order of PLATFORMS."""
        first, end = np.searchsorted(self._rows, [row, row + 1]).tolist()
        return [
            EnPlataforma(
                plataforma=title["platform"],
                nombre=PLATFORMS[PLACES[title["platform"]]].display,
                id=title["title_id"],
                titulo=title["display_title"],
                fecha_catalogo=self._dates[title["platform"]],
            )
            for title in self._titles.slice(first, end - first).to_pylist()
        ]

    def loaded(self) -> list[PlataformaDelCatalogo]:
        """The platforms whose titles are here, in the order of PLATFORMS."""
        return [
            PlataformaDelCatalogo(
                plataforma=name,
                nombre=PLATFORMS[PLACES[name]].display,
                fecha_catalogo=self._dates[name],
                cantidad=int(self.on_any([name]).sum()),
            )
            for name in self._loaded
        ]

    def on_any(self, called: Sequence[str]) -> NDArray[np.bool_]:
        """Whether each film is on one of these platforms; raises ValueNotFound."""
        wanted = sum({1 << PLACES[self._name(text)] for text in called})
        mask: NDArray[np.bool_] = (self._held & np.uint8(wanted)) > 0
        return mask

    def _name(self, text: str) -> str:
        platform = platform_called(text)
        if platform is None:
            raise ValueNotFound(unknown_platform(shown(text)), list(PLACES))
        if platform.name not in self._loaded:
            raise ValueNotFound(not_loaded(platform), self._loaded)
        return platform.name


def _by_film(titles: pa.Table, movie_ids: NDArray[np.int64]) -> tuple[pa.Table, NDArray[np.int32]]:
    """The titles of films and those films' rows, by row and platform."""
    matched = titles.filter(pc.is_valid(titles["movie_id"]))
    rows = np.searchsorted(movie_ids, matched["movie_id"].to_numpy()).astype(np.int32)
    places = [PLACES[name] for name in matched["platform"].to_pylist()]
    order = np.lexsort((np.array(places, np.int8), rows))
    kept = matched.drop_columns(["movie_id"]).take(pa.array(order)).combine_chunks()
    return kept, rows[order]


def _named(held: int) -> list[str]:
    return [name for name, place in PLACES.items() if held >> place & 1]


def _reasons(names: Sequence[str], dates: Mapping[str, str | None], language: str) -> list[Motivo]:
    if not names:
        return []
    days = [date.fromisoformat(day) if (day := dates.get(name)) else None for name in names]
    displayed = [PLATFORMS[PLACES[name]].display for name in names]
    said = available(list(zip(displayed, days, strict=True)))
    return [Motivo(bloque=BLOCK, texto=said.spoken_in(language), aporte=0.0)]
