"""Genres are told in Spanish by the API and by the page alike."""

import re

from reco_service.genres import SPANISH, spanish
from tests.conftest import ROOT


def test_a_genre_of_another_source_is_told_as_it_is():
    assert (spanish("Horror"), spanish("Anime")) == ("Terror", "Anime")


def test_the_page_calls_genres_as_the_api_does():
    texts = (ROOT / "gateway" / "static" / "pagina" / "texts.js").read_text()
    block = texts[texts.index("const GENRES_ES") : texts.index("export const TEXTS")]
    named = {
        one or two: said for one, two, said in re.findall(r'(?:(\w+)|"([^"]+)"): "([^"]+)"', block)
    }
    assert named == SPANISH
