"""Finding films and people by exact, misspelt and half-typed names."""

import csv
import random
import string
from pathlib import Path

import pytest

from contracts.fold import fold, squash, words_of_name, words_typed
from index.names.name_index import NameIndex
from index.names.near import Near

REPOSITORY = Path(__file__).parents[3]
WHOLE = REPOSITORY.parent / "shared/data/the-movies-dataset/movies_dataset.csv"
SAMPLE = REPOSITORY / "data/sample/movies_dataset.csv"

FILMS = [
    ("Toy Story", 862, 5415),
    ("Toy Story 2", 863, 3914),
    ("Toilet Stories", 1, 2),
    ("Pan's Labyrinth", 1417, 3122),
    ("El laberinto del fauno", 1417, 3122),
    ("Up", 14160, 7048),
    ("Upside Down", 2, 1000),
    ("WALL·E", 10681, 6439),
    ("Face/Off", 754, 1900),
    ("Spider-Man", 557, 5398),
    ("Fast & Furious", 3, 2800),
    ("¿Qué he hecho yo para merecer esto!", 4, 60),
    ("Año uno", 5, 3),
    ("Ano uno", 6, 9),
    ("Cinderella", 11224, 1760),
    ("Cinderella", 7, 40),
    ("Cinderella", 8, 40),
    ("Harry Potter and the Philosopher's Stone", 671, 7188),
    ("Harry Potter and the Goblet of Fire", 674, 5758),
    ("The Lord of the Rings: The Two Towers", 121, 7641),
    ("8½", 422, 460),
    ("$", 9, 20),
    ("...", 10, 1),
    ("千と千尋の神隠し", 129, 3968),
]


def index_of(films: list[tuple[str, int, float]]) -> NameIndex:
    names, keys, weights = zip(*films, strict=True)
    return NameIndex(names, keys, weights)


@pytest.fixture(scope="module")
def films() -> NameIndex:
    return index_of(FILMS)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Amélie\t POULAIN\n", "amelie poulain"),
        ("ÑANDÚ", "nandu"),
        ("Straße", "strasse"),
        ("Søren Æsir Łódź İstanbul ışık", "soren aesir lodz istanbul isik"),
        ("½", "1/2"),
        ("ﬁlm ™ Ｆｕｌｌ", "film tm full"),
        ("“It’s”—a ‘test’…", "\"it's\"-a 'test'..."),
        ("a\u00a0b\u200bc", "a bc"),
        ("千と千尋の神隠し", "千と千尋の神隠し"),
        ("ガガ", "ガガ"),
        ("???", "???"),
        ("$", "$"),
        (" \n ", ""),
    ],
)
def test_folding_leaves_what_matters_for_matching(text, folded):
    assert fold(text) == folded


def test_folding_what_is_folded_changes_nothing():
    for name, _, _ in FILMS:
        assert fold(fold(name)) == fold(name)


def test_squashing_keeps_letters_and_digits_of_any_script():
    assert squash(fold("Spider-Man: 2½")) == "spiderman212"
    assert squash("प्रेम!") == "प्रेम"
    assert squash("...") == ""


def test_a_joined_word_is_found_whole_and_in_parts():
    assert words_of_name("spider-man 2") == {"spiderman", "spider", "man", "2"}
    assert words_typed("pan's - lab") == ["pans", "lab"]


def test_distances_are_right_however_the_sieve_cuts():
    words = ["heat", "heart", "eat", "haet", "he at", "hat", "tea", "", "qqqq", "hxeat"]
    rows, edits = Near(words).within("heat", 2)
    assert dict(zip([words[row] for row in rows], edits.tolist(), strict=True)) == {
        "heat": 0, "heart": 1, "eat": 1, "haet": 1, "he at": 1, "hat": 1, "tea": 2, "hxeat": 1,
    }  # fmt: skip


def test_a_letter_typed_between_two_swapped_ones_is_two_edits():
    rows, edits = Near(["heat"]).within("haxet", 2)
    assert rows.tolist() == [0]
    assert edits.tolist() == [2]


@pytest.mark.parametrize("text", ["toy story", "TOY STORY", "  Toy   Story ", "Tóy Störy"])
def test_case_accents_and_spaces_do_not_count(films, text):
    assert films.find(text) == [862]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Face/Off", 754),
        ("faceoff", 754),
        ("spiderman", 557),
        ("Spider Man", 557),
        ("wall-e", 10681),
        ("walle", 10681),
        ("que he hecho yo para merecer esto", 4),
        ("fast and furious", 3),
        ("8 1/2", 422),
        ("$", 9),
        ("...", 10),
        ("千と千尋の神隠し", 129),
        ("El Laberinto del Fauno", 1417),
    ],
)
def test_punctuation_counts_only_if_something_matches_it(films, text, key):
    assert films.find(text) == [key]


def test_a_name_with_the_punctuation_hides_those_without():
    index = index_of([("Wall-E", 1, 1), ("Walle", 2, 9)])
    assert index.find("walle") == [2]
    assert index.find("wall-e") == [1]


def test_exact_spelling_comes_before_renown(films):
    assert films.find("Año uno") == [5, 6]
    assert films.find("año uno") == [5, 6]
    assert films.find("Ano uno") == [6, 5]
    assert films.find("ANO UNO") == [6, 5]


def test_equal_names_come_by_renown_then_key(films):
    assert films.find("cinderella") == [11224, 7, 8]


def test_a_film_whose_aliases_match_alike_comes_once():
    assert index_of([("Amélie", 1, 5), ("Amelie", 1, 5)]).find("amelie") == [1]


@pytest.mark.parametrize("text", ["", "   ", "no such film", "\0", "toy"])
def test_what_is_not_there_is_not_found(films, text):
    assert films.find(text) == []


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Toi Stori", "Toy Story"),
        ("Tpo", "Up"),
        ("spidermann", "Spider-Man"),
        ("wale", "WALL·E"),
        ("harry potter piedra", "Harry Potter and the Philosopher's Stone"),
        ("lord rings", "The Lord of the Rings: The Two Towers"),
        ("el labernito del fauno", "El laberinto del fauno"),
        ("goblet fire", "Harry Potter and the Goblet of Fire"),
    ],
)
def test_a_misspelt_or_partial_title_suggests_the_right_one(films, text, title):
    assert films.suggest(text)[0] == title


def test_a_film_is_suggested_once_under_its_nearest_name(films):
    names = films.suggest("el laberinto del fauna")
    assert "El laberinto del fauno" in names
    assert "Pan's Labyrinth" not in names
    assert films.suggest("cindrella") == ["Cinderella"]


def test_suggestions_stop_at_the_limit(films):
    assert films.suggest("toy stori", limit=1) == ["Toy Story"]
    assert films.suggest("toy stori", limit=0) == []


def test_nothing_alike_suggests_nothing(films):
    assert films.suggest("qwertyuiop") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("u", 14160),
        ("toy s", 862),
        ("stor", 862),
        ("story toy", 862),
        ("el laber", 1417),
        ("lab fau", 1417),
        ("pan's l", 1417),
        ("spiderm", 557),
        ("千と", 129),
        ("8", 422),
        ("..", 10),
        ("potter gob", 674),
        ("hary pot", 671),
        ("lrod of the ri", 121),
        ("cinderrel", 11224),
    ],
)
def test_letters_typed_so_far_find_the_film(films, text, first):
    assert films.complete(text)[0] == first


def test_completions_come_by_class_then_renown(films):
    assert films.complete("toi sto")[:3] == [1, 862, 863]
    assert films.complete("up")[:2] == [14160, 2]
    assert films.complete("cinder") == [11224, 7, 8]


def test_the_name_typed_in_full_comes_before_better_known_longer_ones():
    assert index_of([("Hercules", 1, 9), ("Her", 2, 1)]).complete("her") == [2, 1]


def test_completions_stop_at_the_limit(films):
    assert films.complete("toy", limit=1) == [862]


@pytest.mark.parametrize("text", ["", "  ", "\0", "qwertyuiop"])
def test_nothing_to_go_by_completes_nothing(films, text):
    assert films.complete(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "the " * 2_500,
        "é" * 10_000,
        "🎬",
        "\0\0",
        "\ud800",
        "a\ud800b",
        "'\"`;--",
        "½",
    ],
)
def test_no_text_breaks_it(films, text):
    films.find(text)
    assert len(films.suggest(text)) <= 5
    assert len(films.complete(text)) <= 10


def test_an_empty_index_answers_nothing():
    empty = NameIndex([], [], [])
    assert (empty.find("a"), empty.suggest("abc"), empty.complete("abc")) == ([], [], [])


def test_names_without_a_visible_character_are_left_out():
    index = index_of([("", 1, 9), ("  ", 2, 9), ("Up", 3, 1)])
    assert index.suggest("Upp") == ["Up"]
    assert index.find("") == []


def test_odd_weights_count_as_unknown():
    index = index_of([("Heat", 1, float("nan")), ("Heat", 2, -5), ("Heat", 3, 1)])
    assert index.find("heat") == [3, 1, 2]


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        NameIndex(["a", "b"], [1], [1, 2])


def test_the_order_of_the_input_does_not_show(films):
    shuffled = random.Random(5).sample(FILMS, len(FILMS))
    again = index_of(shuffled)
    for text in ["ano uno", "cinderella", "toi", "t", "story", "harry poter", "u"]:
        assert again.find(text) == films.find(text)
        assert again.suggest(text) == films.suggest(text)
        assert again.complete(text) == films.complete(text)


def titles_of(path: Path) -> list[tuple[str, int, float]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        (row["title"], number, float(row["vote_count"] or 0))
        for number, row in enumerate(rows)
        if row.get("title") and row.get("vote_count") is not None
    ]


def with_typo(rng: random.Random, text: str) -> str:
    """`text` with a letter more, less or replaced, or with two neighbours swapped."""
    letter, kind = rng.choice(string.ascii_lowercase), rng.randrange(4 if len(text) > 1 else 3)
    at = rng.randrange(len(text) + (1, 0, 0, -1)[kind])
    middle = (letter + text[at : at + 1], "", letter, text[at : at + 2][::-1])[kind]
    return text[:at] + middle + text[at + (1, 1, 1, 2)[kind] :]


def top_1_rate(path: Path, known: int, typos: int) -> float:
    """How often the title meant comes first, over typos of the `known` best known titles."""
    films = titles_of(path)
    index = index_of(films)
    real = {fold(title) for title, _, _ in films}
    titles = [title for title, _, _ in sorted(films, key=lambda film: -film[2])[:known]]
    rng = random.Random(11)
    right = asked = 0
    while asked < typos:
        title = rng.choice(titles)
        text = with_typo(rng, title)
        if asked % 2 and text:
            text = with_typo(rng, text)
        if fold(text) and fold(text) not in real:
            right += [fold(title)] == [fold(name) for name in index.suggest(text, limit=1)]
            asked += 1
    return right / asked


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole movies dataset is not at hand")
def test_typos_of_known_titles_suggest_them_among_the_whole_catalogue():
    assert top_1_rate(WHOLE, known=2000, typos=600) >= 0.97


def test_typos_of_the_samples_titles_suggest_them():
    assert top_1_rate(SAMPLE, known=2000, typos=600) >= 0.97


def test_a_renowned_name_that_holds_the_word_beats_an_unknown_one_that_begins_with_it():
    known = ("El laberinto del fauno", 1, 3122)
    unknown = ("Laberinto de pasiones", 2, 26)
    assert index_of([known, unknown]).complete("laber") == [1, 2]
    assert index_of([known, (*unknown[:2], 3000)]).complete("laber") == [2, 1]
