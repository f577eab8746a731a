"""One user: what to expect him or her to rate a film, and whether to recommend it."""

from dataclasses import dataclass

import numpy as np

from contracts.api_users import RecomendacionUsuario
from contracts.errors import Sentence, UserNotFound
from index.search_space import DECIMALS
from index.users.known import MOST, KnownUser, KnownUsers, UserShares
from reco_service.catalogue import Cards
from reco_service.user_reasons import of_estimate

SIMULATED = Sentence(
    "Las valoraciones son simuladas: no son de personas.",
    "The ratings are simulated: no persons gave them.",
)


RATED = Sentence(
    "El usuario ya valoró esta película, y la estimación lo tiene en cuenta.",
    "The user has rated this film, and the estimate takes that into account.",
)


@dataclass(frozen=True)
class Users:
    """The users of one index version; `known` is None where fewer than two rated.

    From `recommend_from` on an expected rating recommends a film.
    """

    version: str
    cards: Cards
    known: KnownUsers | None
    recommend_from: float
    simulated: bool = False

    def find(self, user_id: int) -> KnownUser:
        """The user of this id; raises UserNotFound, which tells of a way without an account."""
        user = self.known.find(user_id) if self.known is not None else None
        if user is None:
            raise UserNotFound(_nobody(user_id) if self.known is not None else NOBODY_RATED)
        return user

    def shares(self, user: KnownUser) -> UserShares:
        """What the user's ratings add to the scores of films."""
        assert self.known is not None  # or there would be no user
        return UserShares(self.known, user)

    def expected(self, user: KnownUser, rows: list[int]) -> list[float]:
        """The rating to be expected of the user for each film, as it is told."""
        assert self.known is not None
        places = np.array(rows, np.int64)
        found = self.known.expected(user, places, self.known.tastes(user, places))
        return [round(rating, DECIMALS) for rating in found.tolist()]

    def notes(self, language: str) -> list[str]:
        """What is to be known of whatever is said of users."""
        return [SIMULATED.spoken_in(language)] if self.simulated else []

    def judge(
        self, user_id: int, title: str, year: int | None, language: str, movie_id: int | None = None
    ) -> RecomendacionUsuario:
        """Whether to recommend the most voted film of that title to the user, and why.

        Films can share title and year: `movie_id` says which one it is, whatever the title.
        """
        user = self.find(user_id)
        if movie_id is None:
            row = self.cards.titles.meant(title, year, self.cards.votes).row
        else:
            row = self.cards.row_of(movie_id)
        assert self.known is not None
        estimate = self.known.estimates(user, np.array([row]))[0]
        titles = self.cards.titles.titles
        because = [(titles[film], user.rating_of(film) or 0.0) for film in estimate.because]
        rating, reasons = of_estimate(estimate, because, language)
        recommended = rating >= self.recommend_from
        own = user.rating_of(row)
        said = _verdict(user_id, titles[row], rating, recommended, self.recommend_from, own)
        return RecomendacionUsuario(
            usuario=user_id,
            pelicula=self.cards.found(row),
            valoracion_estimada=rating,
            recomendar=recommended,
            umbral=self.recommend_from,
            valoracion_propia=own,
            porque=[*reasons, *self.cards.platforms.reasons(row, language)],
            mensaje=said.spoken_in(language),
            version=self.version,
            avisos=[*([] if own is None else [RATED.spoken_in(language)]), *self.notes(language)],
        )


NOBODY_RATED = Sentence(
    "Este índice no conoce a ningún usuario: le faltan valoraciones de películas, de al menos dos"
    " usuarios. Sin cuenta:"
    " POST /v1/recomendaciones con los ids de películas que gustan en «gustan».",
    "This index knows no user: it lacks ratings of films, by two users or more. Without an account:"
    " POST /v1/recomendaciones with the ids of films liked in 'gustan'.",
)


def _nobody(user_id: int) -> Sentence:
    return Sentence(
        f"Ningún usuario con el id {user_id} ha valorado películas. Sin cuenta:"
        " POST /v1/recomendaciones con los ids de películas que gustan en «gustan».",
        f"No user of id {user_id} has rated films. Without an account:"
        " POST /v1/recomendaciones with the ids of films liked in 'gustan'.",
    )


def _verdict(
    user: int, title: str, rating: float, yes: bool, least: float, own: float | None
) -> Sentence:
    english = f"{rating:.2f}"
    if (float(english) >= least) != yes:  # rounded, it would belie the verdict
        english = f"{rating:.4f}"
    spanish = english.replace(".", ",")
    threshold = f"{least:g}".replace(".", ",")
    rated = Sentence("", "")
    if own is not None:
        given = f"{own:g}"
        comma = given.replace(".", ",")
        rated = Sentence(f"; ya la valoró con {comma}", f"; it was rated {given} already")
    return Sentence(
        f"{'Se recomienda' if yes else 'No se recomienda'} «{title}» al usuario {user}:"
        f" se estima que la valoraría con {spanish} de {MOST:g}"
        f" (se recomienda desde {threshold}){rated.es}",
        f"'{title}' is {'recommended' if yes else 'not recommended'} to user {user}:"
        f" the expected rating is {english} of {MOST:g} (recommended from {least:g}){rated.en}",
    )
