import pytest

from etl.names import Agreement, compare_directors, compare_names, shared_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alejandro g. iñárritu", "Alejandro Gonzalez Inarritu"),
        ("robert flaherty", "Robert J. Flaherty"),
        ("hark tsui", "Tsui Hark"),
        ("jung-woo park", "Park Jung-woo"),
        ("cary joji fukunaga", "Cary Fukunaga"),
        ("robert downey jr.", "Robert Downey"),
        ("o'hara", "OHara"),
        ("宮崎駿", "宮崎駿"),
    ],
)
def test_accents_initials_and_order_of_words_do_not_part_a_name(one: str, other: str) -> None:
    assert compare_names(one, other) is Agreement.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("osgood perkins", "Oz Perkins"),
        ("khalid mohamed", "Khalid Mohammed"),
        ("sopon sukdapisit", "Sophon Sakdaphisit"),
        ("krish", "Krish (Radhakrishna Jagarlamudi)"),
    ],
)
def test_a_shared_surname_or_another_transcription_is_alike(one: str, other: str) -> None:
    assert compare_names(one, other) is Agreement.ALIKE


@pytest.mark.parametrize(
    ("one", "other"), [("frank lin", "Tim Johnson"), ("hanro smitsman", "Anthony Fabian")]
)
def test_others_are_others(one: str, other: str) -> None:
    assert compare_names(one, other) is Agreement.OTHER


def test_of_several_directors_the_best_agreement_counts() -> None:
    assert compare_directors(["a b", "ethan coen"], ["Joel Coen", "Ethan Coen"]) is Agreement.SAME
    assert compare_directors(["larry wachowski"], ["Lana Wachowski"]) is Agreement.ALIKE
    assert compare_directors([], ["Lana Wachowski"]) is Agreement.UNKNOWN


def test_actors_in_common_are_counted_however_they_are_spelled() -> None:
    assert shared_names(["tony leung chiu-wai", "zhang ziyi"], ["Ziyi Zhang", "Tony Leung"]) == 1
