"""Which films may be recommended: genres, years, votes, platforms, as one truth value a film."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contracts.errors import ContradictoryRequest, Sentence, ValueNotFound
from contracts.fold import fold
from index.names.name_index import NameIndex
from index.names.titles import shown
from index.store import Among
from reco_service.columns import numbered
from reco_service.platforms import WhereToWatch

Mask = NDArray[np.bool_]

SUGGESTED = 5

IN_SPANISH = {
    "accion": "Action",
    "animacion": "Animation",
    "aventura": "Adventure",
    "aventuras": "Adventure",
    "belica": "War",
    "belico": "War",
    "ciencia ficcion": "Science Fiction",
    "comedia": "Comedy",
    "crimen": "Crime",
    "documental": "Documentary",
    "extranjera": "Foreign",
    "familia": "Family",
    "familiar": "Family",
    "fantasia": "Fantasy",
    "guerra": "War",
    "historia": "History",
    "misterio": "Mystery",
    "musica": "Music",
    "musical": "Music",
    "pelicula de tv": "TV Movie",
    "romantica": "Romance",
    "suspenso": "Thriller",
    "suspense": "Thriller",
    "terror": "Horror",
}
"""Genres as our users call them, folded, where TMDB says otherwise."""


@dataclass(frozen=True)
class Wanted:
    """What films must be; None and empty mean anything. Votes are means from 0 to 10."""

    any_genre: tuple[str, ...] = ()
    all_genres: tuple[str, ...] = ()
    no_genre: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    least_mean: float | None = None
    least_votes: int | None = None
    languages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


class FilmFilter:
    """All films of one data version, held as a few arrays."""

    def __init__(self, movies: pa.Table, platforms: WhereToWatch) -> None:
        self._platforms = platforms
        self._years: NDArray[Any] = movies["release_year"].to_numpy()
        self._means: NDArray[Any] = movies["vote_average"].to_numpy()
        self._votes: NDArray[Any] = movies["vote_count"].to_numpy()
        self._language, self._languages = numbered(movies["original_language"])
        genres = movies["genres"].combine_chunks()
        if isinstance(genres, pa.ChunkedArray):
            genres = pa.concat_arrays(genres.chunks)
        held, self._genres = numbered(pa.chunked_array([genres.flatten()]))
        films = np.repeat(np.arange(len(movies), dtype=np.int32), np.diff(genres.offsets))
        self._films_of = [films[held == place] for place in range(len(self._genres))]
        self._place_of = {fold(name): place for place, name in enumerate(self._genres)}
        counts = [len(rows) for rows in self._films_of]
        self._near = NameIndex(self._genres, range(len(self._genres)), counts)

    def among(self, wanted: Wanted) -> Among | None:
        """The films that may be recommended; None where all may. Raises as `mask` does."""
        mask = self.mask(wanted)
        if mask is None:
            return None
        codes = tuple(self._languages[self._code(name)] for name in wanted.languages)
        return Among(mask, (wanted.first_year, wanted.last_year), codes)

    def mask(self, wanted: Wanted) -> Mask | None:
        """Whether each film may be recommended; None where all may.

        Raises ValueNotFound for a genre or language of no film and for a platform that is not
        known or not loaded, ContradictoryRequest for wishes that no film could fulfil.
        """
        if wanted == Wanted():
            return None
        self._check(wanted)
        mask = np.ones(len(self._years), bool)
        if wanted.any_genre:
            mask &= np.any([self._of_genre(name) for name in wanted.any_genre], axis=0)
        for name in wanted.all_genres:
            mask &= self._of_genre(name)
        for name in wanted.no_genre:
            mask &= ~self._of_genre(name)
        if wanted.languages:
            mask &= np.isin(self._language, [self._code(name) for name in wanted.languages])
        if wanted.platforms:
            mask &= self._platforms.on_any(wanted.platforms)
        least = [
            (self._years, wanted.first_year),
            (self._means, wanted.least_mean),
            (self._votes, wanted.least_votes),
        ]
        for values, limit in least:
            if limit is not None:
                mask &= values >= limit
        if wanted.last_year is not None:
            mask &= self._years <= wanted.last_year
        return mask

    def _check(self, wanted: Wanted) -> None:
        first, last = wanted.first_year, wanted.last_year
        if first is not None and last is not None and first > last:
            raise ContradictoryRequest(
                Sentence(
                    f"«anio_desde» ({first}) es posterior a «anio_hasta» ({last}).",
                    f"'anio_desde' ({first}) is after 'anio_hasta' ({last}).",
                )
            )
        refused = {self._place(name) for name in wanted.no_genre}
        for name in (*wanted.any_genre, *wanted.all_genres):
            if self._place(name) in refused:
                raise ContradictoryRequest(
                    Sentence(
                        f"El género «{shown(name)}» se pide y se excluye a la vez.",
                        f"The genre '{shown(name)}' is both wanted and excluded.",
                    )
                )

    def _of_genre(self, name: str) -> Mask:
        mask = np.zeros(len(self._years), bool)
        mask[self._films_of[self._place(name)]] = True
        return mask

    def _place(self, name: str) -> int:
        folded = fold(name)
        place = self._place_of.get(folded, self._place_of.get(fold(IN_SPANISH.get(folded, ""))))
        if place is None:
            often = sorted(self._genres, key=lambda genre: -len(self._films_of[self._place(genre)]))
            raise ValueNotFound(
                Sentence(
                    f"Ninguna película es del género «{shown(name)}».",
                    f"No film is of the genre '{shown(name)}'.",
                ),
                self._near.suggest(name) or often[:SUGGESTED],
            )
        return place

    def _code(self, name: str) -> int:
        code = fold(name)
        if code in self._languages:
            return self._languages.index(code)
        raise ValueNotFound(
            Sentence(
                f"Ninguna película tiene el idioma original «{shown(name)}»: se espera un código"
                " como «es» o «en».",
                f"No film has the original language '{shown(name)}': a code such as 'es' or 'en'"
                " is expected.",
            ),
            self._languages_like(code),
        )

    def _languages_like(self, code: str) -> Sequence[str]:
        often = Counter(self._language[self._language >= 0].tolist()).most_common()
        known = [self._languages[place] for place, _ in often]
        same = [name for name in known if name[:1] == code[:1]]
        return list(dict.fromkeys([*same, *known]))[:SUGGESTED]
