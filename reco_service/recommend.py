"""Films like a film: the index's answers, with cards and reasons."""

from collections.abc import Sequence

from contracts.api import Busqueda, Pelicula, Similares
from contracts.api_catalogue import Catalogo
from contracts.columns import DATA_FORMAT
from contracts.errors import VersionError
from contracts.fold import fold
from contracts.versions import open_current, open_version
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.encoders.free_text_encoder import serving_encoder
from index.encoders.text_encoder import TextEncoder
from index.free_text import FreeText
from index.search import FilmSearch, Query
from index.search_text import TextScorer
from index.similar import SimilarFilms
from index.users.known import KnownUsers
from reco_service.catalogue import Cards
from reco_service.contents import contents
from reco_service.mixes import Mixes, Narrowed
from reco_service.notes import of_scores
from reco_service.reasons import reasons
from reco_service.settings import Settings
from reco_service.users import Users

FIVE = 5
"""How many titles the assignment's recommendation gives."""

LIKELIEST = 500
"""Films of a title search that a filter tries first; it mostly lets enough of them through."""


class Recommender:
    """Answers for one index version and the data version it was built from."""

    def __init__(
        self,
        version: str,
        cards: Cards,
        similar: SimilarFilms,
        users: Users,
        text: TextScorer | None = None,
    ) -> None:
        self.version = version
        self.vectors = similar.space.vectors
        self.users = users
        self._cards = cards
        self._similar = similar
        self._best_known = int(cards.votes.argmax()) if len(cards.votes) else 0
        search = FilmSearch(similar.space, self._best_known, text)
        self.mixes = Mixes(version, cards, search, users)
        self.catalogue: Catalogo = contents(version, cards, users, self.mixes.answers_text)

    @classmethod
    def load(cls, settings: Settings, encoder: TextEncoder | None = None) -> "Recommender":
        """From the current index version; raises VersionError.

        `encoder` is that of free text, if it is not to be the version's own.
        """
        folder, manifest = open_current(settings.index_dir, INDEX_KIND, INDEX_FORMAT)
        built_from = manifest.inputs.get("data", "")
        data, data_manifest = open_version(settings.data_dir, built_from, "data", DATA_FORMAT)
        cards = Cards(data, data_manifest.settings)
        similar = SimilarFilms.load(folder, manifest)
        if cards.movie_ids.tolist() != similar.space.movie_ids.tolist():
            raise VersionError(f"{folder} and {data} do not hold the same films")
        encoder = encoder or serving_encoder(
            folder,
            manifest.inputs.get("multilingual_encoder", ""),
            settings.free_text_model,
            settings.models_dir,
        )
        users = Users(
            manifest.version,
            cards,
            KnownUsers.load(folder, manifest, similar.space),
            settings.recommend_from,
            bool(data_manifest.settings.get("simulated_ratings")),
        )
        return cls(manifest.version, cards, similar, users, FreeText.load(folder, encoder))

    def films(self) -> int:
        """How many films there are."""
        return len(self._cards.movie_ids)

    def best_known(self) -> tuple[int, str, int]:
        """Id, title and year of the film with the most votes, of a version that has films."""
        row = self._best_known
        titles = self._cards.titles
        return int(self._cards.movie_ids[row]), titles.titles[row], int(titles.years[row])

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
        """The `k` films nearest to one, best first, each with its reasons."""
        row = self._cards.row_of(movie_id)
        found = self._similar.to_film(row, k)
        seed, *others = self._cards.facts([row, *(similar.row for similar in found)])
        explained = [
            self._cards.recommended(
                similar.row,
                similar.score,
                reasons(seed, other, similar.shares, language),
                language,
            )
            for similar, other in zip(found, others, strict=True)
        ]
        little = self.mixes.little_known(row, language)
        notes = of_scores([similar.score for similar in found])
        told = [*([little] if little else []), *(note.spoken_in(language) for note in notes)]
        return Similares(
            pelicula=self._cards.found(row),
            similares=explained,
            version=self.version,
            aviso=" ".join(told) or None,
        )

    def similar_among(self, movie_id: int, k: int, narrowed: Narrowed, language: str) -> Similares:
        """As `similar_to`, among some films or with more variety than the score alone gives."""
        row = self._cards.row_of(movie_id)
        found, notes = self.mixes.found(Query(liked=(row,)), k, narrowed, language)
        little = self.mixes.little_known(row, language)
        notes = [*([little] if little else []), *notes]
        return Similares(
            pelicula=self._cards.found(row),
            similares=found,
            version=self.version,
            aviso=" ".join(notes) or None,
        )

    def search(self, text: str, k: int, platforms: Sequence[str] = ()) -> Busqueda:
        """Films whose title fits a text half typed, on one of the platforms if any are named."""
        rows = (
            self._completed_on(platforms, text, k)
            if platforms
            else self._cards.titles.complete(text, k)
        )
        found = [self._cards.found(row) for row in rows]
        return Busqueda(consulta=text, resultados=found, version=self.version)

    def _completed_on(self, platforms: Sequence[str], text: str, k: int) -> list[int]:
        """The likeliest are tried before all: a letter or two begin thousands of titles."""
        there = self._cards.platforms.on_any(platforms)
        for most in (LIKELIEST, len(there)):
            likely = self._cards.titles.complete(text, most)
            rows = [row for row in likely if there[row]][:k]
            if len(rows) == k or len(likely) < most:
                break
        return rows

    def card(self, movie_id: int) -> Pelicula:
        """One film's card."""
        return self._cards.card(self._cards.row_of(movie_id))
