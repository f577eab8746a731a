"""Films like a film: the index's answers, with cards and reasons."""

from collections.abc import Sequence

from contracts.api import Busqueda, Pelicula, Recomendada, Similares
from contracts.columns import DATA_FORMAT
from contracts.errors import VersionError
from contracts.versions import open_current, open_version
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.names.fold import fold
from index.similar import Similar, SimilarFilms
from reco_service.catalogue import Cards
from reco_service.reasons import reasons
from reco_service.settings import Settings

FIVE = 5
"""How many titles the assignment's recommendation gives."""


class Recommender:
    """Answers for one index version and the data version it was built from."""

    def __init__(self, version: str, cards: Cards, similar: SimilarFilms) -> None:
        self.version = version
        self._cards = cards
        self._similar = similar

    @classmethod
    def load(cls, settings: Settings) -> "Recommender":
        """From the current index version; raises VersionError."""
        folder, manifest = open_current(settings.index_dir, INDEX_KIND, INDEX_FORMAT)
        built_from = manifest.inputs.get("data", "")
        data, _ = open_version(settings.data_dir, built_from, "data", DATA_FORMAT)
        cards, similar = Cards(data), SimilarFilms.load(folder, manifest)
        if cards.movie_ids.tolist() != similar.movie_ids.tolist():
            raise VersionError(f"{folder} and {data} do not hold the same films")
        return cls(manifest.version, cards, similar)

    def five_like(self, title: str, year: int | None) -> list[str]:
        """Five titles nearest to the most voted film of that title, best first.

        A title stands once, and none that reads like the film's own: a remake would look as if
        the film recommended itself.
        """
        row = self._cards.titles.meant(title, year, self._cards.votes).row
        titles = self._cards.titles.titles
        told = {fold(titles[row])}
        chosen: list[str] = []
        for other in self._similar.rows_like(row):
            name = titles[other]
            if len(chosen) < FIVE and fold(name) not in told:
                told.add(fold(name))
                chosen.append(name)
        return chosen

    def similar_to(self, movie_id: int, k: int, language: str) -> Similares:
        """The `k` films nearest to one, with reasons in 'es' or 'en'."""
        row = self._cards.row_of(movie_id)
        found = self._similar.to_film(row, k)
        return Similares(
            pelicula=self._cards.found(row),
            similares=self._explained(row, found, language),
            version=self.version,
        )

    def search(self, text: str, k: int) -> Busqueda:
        """Films whose title fits a text half typed."""
        rows = self._cards.titles.complete(text, k)
        found = [self._cards.found(row) for row in rows]
        return Busqueda(consulta=text, resultados=found, version=self.version)

    def card(self, movie_id: int) -> Pelicula:
        """One film's card."""
        return self._cards.card(self._cards.row_of(movie_id))

    def _explained(self, row: int, found: Sequence[Similar], language: str) -> list[Recomendada]:
        seed, *others = self._cards.facts([row, *(similar.row for similar in found)])
        return [
            Recomendada(
                id=int(self._cards.movie_ids[similar.row]),
                titulo=other.title,
                anio=other.year,
                puntaje=round(similar.score, 4),
                porque=reasons(seed, other, similar.shares, language),
            )
            for similar, other in zip(found, others, strict=True)
        ]
