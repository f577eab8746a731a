"""Every scene says what it shows, in both languages, and the files that say it are WebVTT."""

import re

import pytest

from demo.captions import LANGUAGES, Caption, Cue, webvtt
from demo.scene import LONGEST_S
from demo.script import SCENES

CUE = re.compile(
    r"(\d+)\n(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n([^\n]+)\n", re.MULTILINE
)
LONGEST_CAPTION = 100
"""Characters that two lines of the bar hold."""
CUES = [
    Cue(0.0, 2.5, Caption("Título: 1 < 2 & «sí»", "Title: 1 < 2 & “yes”")),
    Cue(2.5, 3_661.0421, Caption("Después", "Then")),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_captions_is_webvtt(language):
    text = webvtt(CUES, language)
    assert text.startswith("WEBVTT\n\n") and text.endswith("\n")
    found = CUE.findall(text)
    assert [number for number, *_ in found] == ["1", "2"]
    assert [times for _, *times, _ in found] == [
        ["00:00:00.000", "00:00:02.500"],
        ["00:00:02.500", "01:01:01.042"],
    ]
    assert text.count("-->") == len(CUES)


def test_a_caption_is_never_taken_for_markup():
    assert "1 &lt; 2 &amp; «sí»" in webvtt(CUES, "es")


def test_both_languages_have_the_same_cues_at_the_same_time():
    spanish, english = (CUE.findall(webvtt(CUES, language)) for language in ("es", "en"))
    assert [cue[:3] for cue in spanish] == [cue[:3] for cue in english]
    assert all(one[3] != other[3] for one, other in zip(spanish, english, strict=True))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_says_what_it_shows_in_both_languages(scene):
    assert scene.captions
    for caption in scene.captions:
        for language in LANGUAGES:
            said = caption.said_in(language)
            assert said.strip() == said and 0 < len(said) <= LONGEST_CAPTION
        assert caption.es != caption.en


def test_figures_of_a_caption_are_filled_in():
    assert Caption("{n} películas", "{n} films").told({"n": "290"}) == Caption(
        "290 películas", "290 films"
    )
    with pytest.raises(KeyError):
        Caption("{n} películas", "{n} films").told({})


def test_scenes_have_names_of_their_own_and_are_not_too_long_together():
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names)) > 20
    assert 150 < sum(scene.seconds for scene in SCENES) < LONGEST_S
