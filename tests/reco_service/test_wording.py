"""Figures of a film in words."""

from datetime import date

import pytest

from reco_service.wording import available, original_language, rating, renown, years


@pytest.mark.parametrize(
    ("votes", "spanish", "english"),
    [
        (0, "Poco conocida: sin votos", "Little known: no votes"),
        (1, "Poco conocida: 1 voto", "Little known: 1 vote"),
        (499, "Poco conocida: 499 votos", "Little known: 499 votes"),
        (500, "Conocida por el público", "Known to the public"),
    ],
)
def test_only_a_film_with_votes_is_said_to_be_known(votes: int, spanish: str, english: str) -> None:
    assert (renown(votes).es, renown(votes).en) == (spanish, english)


@pytest.mark.parametrize(
    ("mean", "votes", "spanish", "english"),
    [
        (7.3, 20, "Valoración del público: 7,3", "Public rating: 7.3"),
        (10.0, 1, "Valoración con pocos votos: 10 (1 voto)", "Rating by few votes: 10 (1 vote)"),
        (
            6.5,
            19,
            "Valoración con pocos votos: 6,5 (19 votos)",
            "Rating by few votes: 6.5 (19 votes)",
        ),
        (0.0, 0, "Sin valoración del público", "Not rated by the public"),
        (0.0, 40, "Sin valoración del público", "Not rated by the public"),
    ],
)
def test_a_rating_says_where_few_votes_made_it(
    mean: float, votes: int, spanish: str, english: str
) -> None:
    told = rating(mean, votes)
    assert (told.es, told.en) == (spanish, english)


@pytest.mark.parametrize(
    ("code", "spanish", "english"),
    [
        ("ja", "Mismo idioma original: japonés", "Same original language: Japanese"),
        ("qu", "Mismo idioma original: qu", "Same original language: qu"),
        (None, "Mismo idioma original", "Same original language"),
    ],
)
def test_a_language_is_named(code: str | None, spanish: str, english: str) -> None:
    told = original_language(code)
    assert (told.es, told.en) == (spanish, english)


def test_years_are_told_as_the_two_they_are() -> None:
    assert years(1995, 1999).es == "De época cercana: 1995 y 1999"
    assert years(1995, 1999).en == "Of about the same time: 1995 and 1999"
    assert years(1995, 1950).es == "Años de estreno: 1995 y 1950"
    assert years(1995, 1995).en == "Of the same year: 1995"


JANUARY, MAY = date(2021, 1, 1), date(2020, 5, 31)


@pytest.mark.parametrize(
    ("platforms", "spanish", "english"),
    [
        (
            [("Hulu", MAY)],
            "Hulu (catálogo del 31 de mayo de 2020)",
            "Hulu (catalogue of 31 May 2020)",
        ),
        (
            [("Disney+", MAY), ("Hulu", MAY), ("Netflix", MAY)],
            "Disney+, Hulu y Netflix (catálogos del 31 de mayo de 2020)",
            "Disney+, Hulu and Netflix (catalogues of 31 May 2020)",
        ),
        (
            [("Disney+", MAY), ("Hulu", JANUARY), ("Netflix", MAY)],
            "Disney+ (catálogo del 31 de mayo de 2020), Hulu (del 1 de enero de 2021)"
            " y Netflix (del 31 de mayo de 2020)",
            "Disney+ (catalogue of 31 May 2020), Hulu (of 1 January 2021)"
            " and Netflix (of 31 May 2020)",
        ),
        (
            [("Disney+", None), ("Hulu", JANUARY)],
            "Disney+ (catálogo sin fecha) y Hulu (del 1 de enero de 2021)",
            "Disney+ (catalogue without a date) and Hulu (of 1 January 2021)",
        ),
        ([("Hulu", None)], "Hulu", "Hulu"),
        ([("Hulu", None), ("Netflix", None)], "Hulu y Netflix", "Hulu and Netflix"),
    ],
)
def test_each_catalogue_is_told_with_its_date_but_a_shared_one_once(
    platforms: list[tuple[str, date | None]], spanish: str, english: str
) -> None:
    told = available(platforms)
    assert (told.es, told.en) == (f"Disponible en {spanish}", f"Available on {english}")
