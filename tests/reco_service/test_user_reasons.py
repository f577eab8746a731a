"""Why a rating is expected: parts that add up to it, told in words."""

import pytest

from index.users.known import FACTORS, TASTE, Estimate
from reco_service.user_reasons import FILM, MEAN, SCALE, USER, Rated, of_estimate, of_share

NOTHING = Estimate(mean=3.5, user=0.0, film=0.0, factors=0.0, taste=0.0, because=())


def estimate(**parts: float) -> Estimate:
    return Estimate(**(dict(vars(NOTHING)) | parts))


def told(language: str = "es", because: Rated = (), **parts: float) -> dict[str, str]:
    _, reasons = of_estimate(estimate(**parts), because, language)
    return {reason.bloque: reason.texto for reason in reasons}


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"user": 0.33333, "film": -0.77777, "factors": 0.012345, "taste": -0.099999},
        {"user": 0.00004, "film": 0.00004, "factors": 0.00004, "taste": 0.00004},
        {"user": 1.5, "film": 0.9, "taste": 0.4},
        {"user": -2.0, "film": -1.1},
    ],
)
def test_the_parts_add_up_to_the_rating(parts: dict[str, float]) -> None:
    rating, reasons = of_estimate(estimate(**parts), [], "es")
    assert rating == round(sum(reason.aporte for reason in reasons), 4)
    assert rating == pytest.approx(estimate(**parts).rating, abs=1e-4)
    assert all(reason.aporte for reason in reasons)


@pytest.mark.parametrize(
    ("parts", "rating", "cut"), [({"user": 2.25}, 5.0, -0.75), ({"film": -3.0}, 1.0, 0.5)]
)
def test_what_the_scale_cuts_off_is_a_part(
    parts: dict[str, float], rating: float, cut: float
) -> None:
    found, reasons = of_estimate(estimate(**parts), [], "es")
    assert found == rating
    [scale] = [reason for reason in reasons if reason.bloque == SCALE]
    assert (scale.aporte, scale.texto) == (cut, "La escala va de 1 a 5")


def test_a_rating_on_the_scale_has_no_part_for_it() -> None:
    assert SCALE not in told(user=1.5)


def test_the_mean_stands_first_and_then_what_moves_the_rating_most() -> None:
    _, reasons = of_estimate(estimate(user=0.1, film=-0.6, factors=0.2, taste=0.3), [], "es")
    assert [reason.bloque for reason in reasons] == [MEAN, FILM, TASTE, FACTORS, USER]


@pytest.mark.parametrize(
    ("language", "sign", "said"),
    [
        ("es", 1, "El usuario valora más alto que la media"),
        ("es", -1, "El usuario valora más bajo que la media"),
        ("en", 1, "The user rates above the mean"),
        ("en", -1, "The user rates below the mean"),
    ],
)
def test_a_part_is_told_by_its_sign(language: str, sign: int, said: str) -> None:
    assert told(language, user=0.2 * sign)[USER] == said


def test_every_part_is_told_otherwise_when_it_lowers_the_rating() -> None:
    for language in ("es", "en"):
        more = told(language, user=0.1, film=0.1, factors=0.1, taste=0.1)
        less = told(language, user=-0.1, film=-0.1, factors=-0.1, taste=-0.1)
        assert [part for part in more if more[part] == less[part]] == [MEAN]


def test_a_taste_names_the_films_with_their_ratings_as_each_language_writes_them() -> None:
    because = [("Heat", 4.5), ("Ronin", 4.0)]
    assert told("es", because, taste=0.2)[TASTE] == (
        "Se parece a las que valoró más de lo esperado: Heat (4,5), Ronin (4)"
    )
    assert told("en", because, taste=-0.2)[TASTE] == (
        "Similar to films rated below expectation: Heat (4.5), Ronin (4)"
    )


def test_a_taste_that_no_film_decides_names_none() -> None:
    assert told(taste=0.2)[TASTE] == "Se parece a las que valoró más de lo esperado"


def test_a_share_of_a_recommendation_is_told_as_its_part() -> None:
    taste = of_share(TASTE, 0.01, ["8½", "Up"])
    assert taste.es == "Se parece a las que valoró más de lo esperado: 8½, Up"
    assert taste.en == "Similar to films rated above expectation: 8½, Up"
    assert of_share(FACTORS, 0.01, ["Up"]).es == "Gusta a quienes valoran como el usuario"
    assert of_share(FACTORS, -0.01, []).en == "Liked less by those who rate as the user"
