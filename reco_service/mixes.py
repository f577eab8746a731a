"""Films for a mix of films liked, films disliked and a text, among those a filter lets through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from contracts.api import BusquedaPorTexto, Recomendaciones, Recomendada
from contracts.api_users import Partes, RecomendacionesUsuario, RecomendadaAUsuario
from contracts.errors import (
    ContradictoryRequest,
    InvalidRequest,
    MovieNotFound,
    Sentence,
    TextUnavailable,
)
from index.blocks import ASSOCIATION
from index.names.titles import shown
from index.search import FilmSearch, Found, Query, Variety
from index.search_space import DECIMALS
from index.users.known import FACTORS, TASTE, KnownUser
from reco_service.bodies import Pedido, readable
from reco_service.catalogue import Cards
from reco_service.filters import Mask, Wanted
from reco_service.notes import LeftOut, of_answer, of_fewer
from reco_service.reasons import mixed_reasons
from reco_service.users import Users

LEAST_KNOWN = 3
"""A film of which fewer things are known (overview, keywords, genres, cast, directors, and who
likes it), beside its title, year and renown, says little of what is like it."""

IDS_NAMED = 10
"""How many ids a sentence lists."""


@dataclass(frozen=True)
class Narrowed:
    """What an answer must keep to: a filter, variety, and how many films of one saga."""

    wanted: Wanted = Wanted()
    diversity: float = 0.0
    at_most: int | None = None


class Mixes:
    """Answers over one version's films, found by `search`, and what its `users` rated."""

    def __init__(self, version: str, cards: Cards, search: FilmSearch, users: Users) -> None:
        self._version = version
        self._cards = cards
        self._search = search
        self._users = users
        self._filter = cards.filter()
        self._known = cards.told_of() + (search.space.evidence > 0)

    @property
    def answers_text(self) -> bool:
        """Whether films can be found by a text."""
        return self._search.text is not None

    def for_mix(self, asked: Pedido, language: str) -> Recomendaciones:
        """The best films for what a body asks."""
        liked, disliked = self._rows(asked.gustan or (), asked.no_gustan or ())
        text = None if asked.texto is None else readable(asked.texto)
        if not liked and not disliked and text is None and asked.usuario is None:
            raise InvalidRequest(NOTHING_ASKED)
        self._check_text(text)
        weights = self._weights(asked.pesos)
        wanted = asked.filtros.wanted() if asked.filtros else Wanted()
        narrowed = Narrowed(wanted, asked.diversidad, asked.max_por_saga)
        query = Query(tuple(liked), tuple(disliked), text, weights)
        if asked.usuario is not None:
            query = self._with_user(query, self._users.find(asked.usuario))
        found, notes = self.found(query, asked.k, narrowed, language)
        if weights and (text is not None or asked.usuario is not None):
            notes.insert(0, WEIGHTS_OF_FILMS.spoken_in(language))
        little = [self.little_known(row, language) for row in liked]
        told = [note for note in little if note is not None] + notes
        if asked.usuario is not None:
            told += self._users.notes(language)
        return Recomendaciones(resultados=found, version=self._version, avisos=told)

    def for_user(
        self, user_id: int, k: int, narrowed: Narrowed, language: str
    ) -> RecomendacionesUsuario:
        """The best films that a user has not rated, each with the rating to be expected."""
        user = self._users.find(user_id)
        query = self._with_user(Query(), user)
        best, notes = self._best(query, k, narrowed, language)
        told = self._explained(query, best, language)
        expected = self._users.expected(user, [film.row for film in best])
        return RecomendacionesUsuario(
            usuario=user_id,
            valoradas=len(user.rows),
            resultados=[
                RecomendadaAUsuario(**dict(film), valoracion_estimada=rating, partes=_parts(found))
                for film, rating, found in zip(told, expected, best, strict=True)
            ],
            version=self._version,
            avisos=notes + self._users.notes(language),
        )

    def _with_user(self, query: Query, user: KnownUser) -> Query:
        """The query with what a user's ratings say; what is given beside them goes first."""
        given = {*query.liked, *query.disliked}
        liked = [row for row in user.liked.tolist() if row not in given]
        whole = (*query.liked, *liked)
        return replace(query, liked=whole, known=len(liked), user=self._users.shares(user))

    def for_text(self, text: str, k: int, wanted: Wanted, language: str) -> BusquedaPorTexto:
        """The best films for a text."""
        text = readable(text)
        self._check_text(text)
        found, notes = self.found(Query(text=text), k, Narrowed(wanted), language)
        return BusquedaPorTexto(
            consulta=text, resultados=found, version=self._version, avisos=notes
        )

    def found(
        self, query: Query, k: int, narrowed: Narrowed, language: str
    ) -> tuple[list[Recomendada], list[str]]:
        """The films with their reasons, and what is to be known of the answer."""
        best, notes = self._best(query, k, narrowed, language)
        return self._explained(query, best, language), notes

    def _best(
        self, query: Query, k: int, narrowed: Narrowed, language: str
    ) -> tuple[list[Found], list[str]]:
        """The films, and what is to be known of the answer."""
        among = self._filter.among(narrowed.wanted)
        variety = Variety(narrowed.diversity, narrowed.at_most, self._cards.sagas)
        best = self._search.best(query, k, among, variety)
        allowed = None if among is None else among.rows
        notes = self._of_fewer(query, len(best), k, allowed, narrowed.at_most is not None)
        notes += of_answer(query, best, allowed is not None)
        return best, [note.spoken_in(language) for note in notes]

    def little_known(self, row: int, language: str) -> str | None:
        """What is to be said of a film given of which too little is known."""
        if self._known[row] >= LEAST_KNOWN:
            return None
        title = self._cards.titles.titles[row]
        said = Sentence(
            f"De «{title}» se sabe poco más que el título y el año: las parecidas son dudosas.",
            f"Little more than title and year is known of '{title}': its likes are doubtful.",
        )
        return said.spoken_in(language)

    def _of_fewer(
        self, query: Query, found: int, k: int, allowed: Mask | None, per_saga: bool
    ) -> list[Sentence]:
        """What is said of a short answer; the films given or rated never come back."""
        passing = np.ones(len(self._cards.movie_ids), bool) if allowed is None else allowed
        rated = [] if query.user is None else query.user.rows.tolist()
        given = list(set(query.given) - set(rated))
        left_out = LeftOut(int(passing[given].sum()), int(passing[rated].sum()))
        free = int(passing.sum()) - len(left_out)
        return of_fewer(found, k, free, allowed is not None, per_saga, left_out)

    def _explained(self, query: Query, best: Sequence[Found], language: str) -> list[Recomendada]:
        named = {row for film in best for share in film.shares for row in share.seeds}
        given = list({*query.liked, *query.disliked, *named})
        facts = self._cards.facts([*given, *(film.row for film in best)])
        seeds = dict(zip(given, facts, strict=False))
        return [
            self._cards.recommended(
                film.row,
                film.score,
                mixed_reasons(seeds, query.liked, other, film.shares, language),
                language,
                film.adjusted,
            )
            for film, other in zip(best, facts[len(given) :], strict=True)
        ]

    def _rows(self, liked: Sequence[int], disliked: Sequence[int]) -> tuple[list[int], list[int]]:
        """Rows of the films given, each once; all that are unknown or in both are named."""
        ids = list(dict.fromkeys([*liked, *disliked]))
        known = set(self._cards.movie_ids[np.isin(self._cards.movie_ids, ids)].tolist())
        if unknown := [movie_id for movie_id in ids if movie_id not in known]:
            named = _ids(unknown)
            raise MovieNotFound(
                Sentence(f"Ninguna película tiene el id {named}.", f"No film has the id {named}.")
            )
        if both := [movie_id for movie_id in dict.fromkeys(liked) if movie_id in set(disliked)]:
            named = _ids(both)
            raise ContradictoryRequest(
                Sentence(
                    f"En «gustan» y en «no_gustan» está el mismo id: {named}.",
                    f"The same id is in 'gustan' and in 'no_gustan': {named}.",
                )
            )
        rows = self._cards.rows_of
        return rows(dict.fromkeys(liked)), rows(dict.fromkeys(disliked))

    def _weights(self, given: Mapping[str, float] | None) -> Mapping[str, float] | None:
        if given is None:
            return None
        names = [block.name for block in self._search.space.layout.blocks]
        if unknown := [name for name in given if name not in names]:
            named = shown(unknown[0])
            raise InvalidRequest(
                Sentence(
                    f"El parámetro «pesos» nombra «{named}», que no es un bloque de este índice.",
                    f"Parameter 'pesos' names '{named}', which is no block of this index.",
                ),
                names,
            )
        if not any(given.values()):
            raise InvalidRequest(
                Sentence(
                    "El parámetro «pesos» necesita algún peso mayor que 0.",
                    "Parameter 'pesos' needs a weight above 0.",
                )
            )
        return given

    def _check_text(self, text: str | None) -> None:
        if text is not None and self._search.text is None:
            raise TextUnavailable(
                Sentence(
                    "El índice que se sirve no permite buscar por texto.",
                    "The index being served cannot be searched by text.",
                )
            )


def _parts(found: Found) -> Partes:
    """What each part gives to the score."""
    parts = dict.fromkeys(("contenido", ASSOCIATION.name, TASTE, FACTORS), 0.0)
    for share in found.shares:
        parts[share.block if share.block in parts else "contenido"] += share.value
    return Partes(**{name: round(value, DECIMALS) for name, value in parts.items()})


NOTHING_ASKED = Sentence(
    "Hace falta al menos uno de «gustan», «no_gustan», «texto» y «usuario».",
    "At least one of 'gustan', 'no_gustan', 'texto' and 'usuario' is needed.",
)

WEIGHTS_OF_FILMS = Sentence(
    "Los «pesos» valen para el parecido con películas; lo demás pesa como siempre.",
    "The 'pesos' hold for likeness to films; all else weighs as ever.",
)


def _ids(ids: Sequence[int]) -> str:
    more = len(ids) - IDS_NAMED
    return ", ".join(map(str, ids[:IDS_NAMED])) + (f" (+{more})" if more > 0 else "")
