"""Figures of a film in words."""

import pytest

from reco_service.wording import original_language, rating, renown, years


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
