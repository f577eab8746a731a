import io
from collections import Counter

from PIL import Image

from eda.tables import Data
from eda.words import count_words, share_in_english, words_section


def test_a_word_counts_once_for_each_text_that_holds_it() -> None:
    assert count_words(["Love love LOVE", "love story", None, ""]) == Counter({"love": 2})


def test_stop_words_of_both_languages_and_short_words_are_left_out() -> None:
    assert count_words(["The end of the world", "Los hijos de la noche", "Mad Max 2"]) == Counter(
        ["world", "hijos", "noche", "mad", "max"]
    )


def test_the_language_of_texts_is_told_by_their_usual_words() -> None:
    texts = ["The man with the gun and his dog", "El hombre que vive con los lobos por una mujer"]
    assert share_in_english([*texts, None]) == 0.5 and share_in_english([]) == 0


def test_clouds_are_images_and_the_same_each_time(data: Data) -> None:
    once, again = words_section(data), words_section(data)
    assert once == again and len(once.blocks) == 2
    for picture in once.blocks:
        for image in (picture.light, picture.dark):  # type: ignore[union-attr]
            assert Image.open(io.BytesIO(image)).size == (1000, 460)
        assert picture.light != picture.dark  # type: ignore[union-attr]
