import pytest

from etl.title_keys import title_keys


@pytest.mark.parametrize(
    "spelling",
    [
        "Pan's Labyrinth (4K UHD)",
        "PANS LABYRINTH [HD]",
        "Pan’s Labyrinth (English Subtitled)",
        "Pan's Labyrinth (Dubbed)",
        "(Sub) Pan's Labyrinth",
        "Pan's Labyrinth (2006)",
        "Pan's Labyrinth: Extended Edition",
    ],
)
def test_case_punctuation_and_editions_leave_the_exact_key_alone(spelling: str) -> None:
    assert title_keys(spelling).exact == title_keys("Pan's Labyrinth").exact


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Salesman", "Salesman"),
        ("Eagle, The", "The Eagle"),
        ("Rocky II", "Rocky 2"),
        ("Kill Bill: Vol. 1", "Kill Bill: Volume One"),
        ("Romeo & Juliet", "Romeo and Juliet"),
        ("Khosla Ka Ghosla!", "Khosla Ka Ghosla"),
        (
            "Star Wars: Attack of the Clones (Episode II)",
            "Star Wars: Episode II - Attack of the Clones",
        ),
        ("Dhobi Ghat (Mumbai Diaries)", "Dhobi Ghat"),
    ],
)
def test_articles_numbers_marks_and_brackets_leave_the_loose_key_alone(
    one: str, other: str
) -> None:
    assert title_keys(one).loose == title_keys(other).loose


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky", "Rocky II"),
        ("Malcolm X", "Malcolm"),
        ("Berlin: Episode 1", "Berlin: Episode 2"),
        ("V for Vendetta", "5 for Vendetta"),
        ("Blame!", "Blame"),
        ("Amélie", "Emily"),
        ("...", "???"),
    ],
)
def test_other_titles_have_other_keys(one: str, other: str) -> None:
    assert title_keys(one).exact != title_keys(other).exact


@pytest.mark.parametrize(
    ("title", "main", "rest", "owned"),
    [
        ("Lagaan: Once Upon a Time in India", "lagaan", "onceuponatimeinindia", ""),
        ("Natsamrat – Asa Nat Hone Nahi", "natsamrat", "asanathonenahi", ""),
        ("Kill Bill: Vol. 2", "", "vol2", ""),
        ("Spider-Man", "", "", ""),
        ("Bram Stoker's Dracula", "", "", "dracula"),
        ("Dr. Seuss' The Lorax", "", "", "lorax"),
    ],
)
def test_halves_and_owned_titles_are_keys_too_but_for_numbered_parts(
    title: str, main: str, rest: str, owned: str
) -> None:
    keys = title_keys(title)
    assert (keys.main, keys.rest, keys.owned) == (main, rest, owned)


@pytest.mark.parametrize("title", ["千尋", "***", "(HD)", "A", "The", " ", "[rec]"])
def test_any_title_has_an_exact_key_unless_it_is_blank(title: str) -> None:
    assert bool(title_keys(title).exact) == bool(title.strip())
