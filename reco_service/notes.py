"""What is to be known of an answer: why it is short, and where little speaks for its films."""

from collections.abc import Sequence

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
    if query.text is not None and not query.liked and not query.disliked:
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


def of_fewer(found: int, k: int, passing: int, given: int | None, per_saga: bool) -> list[Sentence]:
    """What is said of fewer films than the `k` asked for.

    `passing` films may be found, without those given; `given`: how many of the given ones pass
    the filters, None where there are none.
    """
    filtered = given is not None
    if found >= k or not (filtered or per_saga):
        return []
    if filtered and not passing:
        return [_none_passes(given or 0)]
    if found < passing:
        return [_left(found, filtered, per_saga)]
    return [_passing(passing, given or 0)] if filtered else []


def _none_passes(given: int) -> Sentence:
    if not given:
        return Sentence("Ninguna película cumple los filtros.", "No film passes the filters.")
    if given == 1:
        return Sentence(
            "Solo la película dada cumple los filtros.", "Only the film given passes the filters."
        )
    return Sentence(
        "Solo las películas dadas cumplen los filtros.", "Only the films given pass the filters."
    )


def _passing(films: int, given: int) -> Sentence:
    """Films that pass the filters; those given are told apart, as they never come back."""
    spanish = f"{_films(films).es} {'cumple' if films == 1 else 'cumplen'} los filtros"
    english = f"{_films(films).en} {'passes' if films == 1 else 'pass'} the filters"
    if given:
        one = given == 1
        spanish += f", además de {'la dada' if one else 'las dadas'}"
        english += f", beside the {'one' if one else 'ones'} given"
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
