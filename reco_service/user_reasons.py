"""Why a rating is expected of a user, and what the user's ratings give to a recommendation."""

from collections.abc import Sequence

import numpy as np

from contracts.api import Motivo
from contracts.errors import Sentence
from index.search_space import DECIMALS, apportioned
from index.users.known import FACTORS, LEAST, MOST, TASTE, Estimate

MEAN, USER, FILM, SCALE = "media", "usuario", "pelicula", "escala"
"""Parts of an estimate beside taste and factors; names are API words."""

Rated = Sequence[tuple[str, float]]
"""Titles of films that the user rated, with the rating."""


def of_estimate(estimate: Estimate, because: Rated, language: str) -> tuple[float, list[Motivo]]:
    """The rating as it is told, and its parts: the mean first, then those that move it most.

    The parts add up to the rating; what the scale cuts off is one of them.
    """
    parts = {
        MEAN: estimate.mean,
        USER: estimate.user,
        FILM: estimate.film,
        FACTORS: estimate.factors,
        TASTE: estimate.taste,
    }
    whole, shown = apportioned(np.array([list(parts.values())]))
    told = dict(zip(parts, shown[0].tolist(), strict=True))
    rating = round(min(max(float(whole[0]), LEAST), MOST), DECIMALS)
    if cut := round(rating - float(whole[0]), DECIMALS):
        told[SCALE] = cut
    order = sorted(told, key=lambda part: (part != MEAN, -abs(told[part])))
    return rating, [
        Motivo(
            bloque=part,
            texto=_said(part, told[part], because).spoken_in(language),
            aporte=told[part],
        )
        for part in order
        if told[part]
    ]


def of_share(block: str, share: float, because: Sequence[str]) -> Sentence:
    """What a user's taste or factors give to the score of a film recommended."""
    if block == FACTORS:
        return _factors(share)
    named = ", ".join(because)
    return _taste(share, Sentence(named, named))


def _said(part: str, share: float, because: Rated) -> Sentence:
    if part == MEAN:
        return Sentence("Media de todas las valoraciones", "Mean of all ratings")
    if part == USER:
        return _compared(
            share,
            Sentence("El usuario valora más alto que la media", "The user rates above the mean"),
            Sentence("El usuario valora más bajo que la media", "The user rates below the mean"),
        )
    if part == FILM:
        return _compared(
            share,
            Sentence("La película se valora más que la media", "The film is rated above the mean"),
            Sentence(
                "La película se valora menos que la media", "The film is rated below the mean"
            ),
        )
    if part == FACTORS:
        return _factors(share)
    if part == SCALE:
        return Sentence("La escala va de 1 a 5", "The scale runs from 1 to 5")
    english = [f"{rating:g}" for _, rating in because]
    spanish = [rating.replace(".", ",") for rating in english]
    titles = [title for title, _ in because]
    return _taste(share, Sentence(_rated(titles, spanish), _rated(titles, english)))


def _rated(titles: Sequence[str], ratings: Sequence[str]) -> str:
    return ", ".join(f"{title} ({said})" for title, said in zip(titles, ratings, strict=True))


def _factors(share: float) -> Sentence:
    return _compared(
        share,
        Sentence("Gusta a quienes valoran como el usuario", "Liked by those who rate as the user"),
        Sentence(
            "Gusta menos a quienes valoran como el usuario",
            "Liked less by those who rate as the user",
        ),
    )


def _taste(share: float, named: Sentence) -> Sentence:
    spanish, english = (f": {titles}" if titles else "" for titles in (named.es, named.en))
    return _compared(
        share,
        Sentence(
            f"Se parece a las que valoró más de lo esperado{spanish}",
            f"Similar to films rated above expectation{english}",
        ),
        Sentence(
            f"Se parece a las que valoró menos de lo esperado{spanish}",
            f"Similar to films rated below expectation{english}",
        ),
    )


def _compared(share: float, more: Sentence, less: Sentence) -> Sentence:
    return more if share > 0 else less
