"""What is to be known of an answer: why it is short, and where little speaks for its films."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.errors import Sentence
from index.search import Found, Query

ANSWERS_TEXT = 0.12
"""Shares of the best film, without those of fame, below which it does not answer a text.

On all films, texts that some film is about reach 0.2 to 0.5; letters at random 0.05 to 0.12.
"""

RENOWN = "renombre"
"""The block that every well-known film has, whatever is asked."""

NOTHING_SPEAKS = Sentence(
    "Nada habla a favor de ninguno de los resultados.", "Nothing speaks for any of the results."
)

ALL_RATED = Sentence(
    "El usuario ya ha valorado todas las películas.", "The user has rated all films already."
)

NO_ANSWER = Sentence(
    "Ninguna película responde bien a este texto: se dan las más conocidas.",
    "No film fits this text well: the best-known ones are given.",
)

NO_ANSWER_FILTERED = Sentence(
    "Ninguna película que cumpla los filtros responde bien a este texto: se dan las más conocidas.",
    "No film that passes the filters fits this text well: the best-known ones are given.",
)


def of_answer(query: Query, best: Sequence[Found], filtered: bool) -> list[Sentence]:
    """What is said where little speaks for the films found, best first."""
    if not best:
        return []
    films = bool(query.liked or query.disliked or query.user)
    if query.text is not None and not films:
        fits = sum(share.value for share in best[0].shares if share.block != RENOWN)
        if fits < ANSWERS_TEXT:
            return [NO_ANSWER_FILTERED if filtered else NO_ANSWER]
    return of_scores([film.score for film in best])


def of_scores(scores: Sequence[float]) -> list[Sentence]:
    """What is said where nothing speaks for some films, or for all."""
    unlike = sum(score <= 0 for score in scores)
    if not unlike:
        return []
    if unlike == len(scores):
        return [NOTHING_SPEAKS]
    # with variety, they may stand among the others
    return [_of_unlike(unlike, last=max(scores[-unlike:]) <= 0)]


@dataclass(frozen=True)
class LeftOut:
    """Films that never come back, though the filters let them through: those given, and of the
    others those that the user rated."""

    given: int = 0
    rated: int = 0

    def __len__(self) -> int:
        return self.given + self.rated

    def told(self) -> Sentence:
        """What they are: 'dadas', 'ya valorada', 'dadas o ya valoradas'."""
        many = "" if len(self) == 1 else "s"
        ways = [
            *([Sentence(f"dada{many}", "given")] if self.given else []),
            *([Sentence(f"ya valorada{many}", "already rated")] if self.rated else []),
        ]
        return Sentence(" o ".join(way.es for way in ways), " or ".join(way.en for way in ways))


def of_fewer(
    found: int, k: int, passing: int, filtered: bool, per_saga: bool, left_out: LeftOut
) -> list[Sentence]:
    """What is said of fewer films than the `k` asked for.

    `passing` films may be found, without those `left_out`; all films pass where none is `filtered`.
    """
    if found < k and left_out.rated and not (passing or filtered):
        return [ALL_RATED]
    if found >= k or not (filtered or per_saga):
        return []
    if filtered and not passing:
        return [_none_passes(left_out)]
    if found < passing:
        return [_left(found, filtered, per_saga)]
    return [_passing(passing, left_out)] if filtered else []


def _none_passes(left_out: LeftOut) -> Sentence:
    if not left_out:
        return Sentence("Ninguna película cumple los filtros.", "No film passes the filters.")
    told = left_out.told()
    if len(left_out) == 1:
        return Sentence(
            f"Solo la película {told.es} cumple los filtros.",
            f"Only the film {told.en} passes the filters.",
        )
    return Sentence(
        f"Solo las películas {told.es} cumplen los filtros.",
        f"Only the films {told.en} pass the filters.",
    )


def _passing(films: int, left_out: LeftOut) -> Sentence:
    """Films that pass the filters; those that never come back are told apart."""
    spanish = f"{_films(films).es} {'cumple' if films == 1 else 'cumplen'} los filtros"
    english = f"{_films(films).en} {'passes' if films == 1 else 'pass'} the filters"
    if left_out:
        one, told = len(left_out) == 1, left_out.told()
        spanish += f", además de {'la' if one else 'las'} {told.es}"
        english += f", beside the {'one' if one else 'ones'} {told.en}"
    return Sentence(f"Solo {spanish}.", f"Only {english}.")


def _left(films: int, filtered: bool, per_saga: bool) -> Sentence:
    """Films left by a limit to each saga, which leaves out some that pass the filters."""
    limits = [
        *([Sentence("los filtros", "the filters")] if filtered else []),
        *([Sentence("«max_por_saga»", "'max_por_saga'")] if per_saga else []),
    ]
    spanish = " y ".join(limit.es for limit in limits)
    english = " and ".join(limit.en for limit in limits)
    left = "queda" if films == 1 else "quedan"
    return Sentence(
        f"Con {spanish} solo {left} {_films(films).es}.",
        f"With {english} only {_films(films).en} {'is' if films == 1 else 'are'} left.",
    )


def _films(count: int) -> Sentence:
    if count == 1:
        return Sentence("1 película", "1 film")
    return Sentence(f"{count} películas", f"{count} films")


def _of_unlike(films: int, last: bool) -> Sentence:
    where = Sentence(", al final de la lista", ", at the end of the list")
    if not last:
        where = Sentence("", "")
    return Sentence(
        f"Resultados sin nada a favor{where.es}: {films}.",
        f"Results with nothing in their favour{where.en}: {films}.",
    )
