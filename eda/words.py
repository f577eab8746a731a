"""Word clouds of titles and overviews, the same for the same words."""

import io
import re
from collections import Counter
from collections.abc import Iterable

from PIL import Image
from wordcloud import STOPWORDS, WordCloud

from contracts.errors import Sentence
from eda.blocks import Block, Paragraph, Picture, Section
from eda.charts import DARK, LIGHT
from eda.tables import Data
from eda.wording import listed, number, say

WORDS = 120
SIZE = (1000, 460)
SEED = 20
COLORS_KEPT = 48
"""Colours of the image's palette: text needs few, and the page stays small."""

NAMED = 10
LETTERS = re.compile(r"[^\W\d_]{3,}(?:'[^\W\d_]+)?")

SPANISH = frozenset(
    "algo algún alguna algunas alguno algunos ante antes aquel así aunque bajo bien cada casi como "
    "con contra cual cuando cuyo del desde después día donde dos durante ella ellas ello ellos "
    "entre era eran eres esa esas ese eso esos esta está están estas este esto estos fue fueron "
    "gran había habían han hasta hay las les los más mientras muy nada nos otra otro otros para "
    "pero poco por porque pronto pues que qué quien ser según será sido sin sobre son sus tal "
    "también tan tanto todo todos tras una unas uno unos vez ver sólo solo tiene sí yo".split()
)
ENGLISH = frozenset(STOPWORDS) | frozenset(
    "will one two must find finds get gets take takes new film movie story become becomes back "
    "around first three set will now make makes way another also however still even many much "
    "decide decides begin begins help help may upon named called using based follow follows "
    "including time end made without within along across whose".split()
)
ENGLISH_SIGNS, SPANISH_SIGNS = (
    frozenset("the and with his her from who their for".split()),
    frozenset("los las del con una por para que sus".split()),
)
"""Words that tell the language of a text."""

TITLE = Sentence("Nubes de palabras", "Word clouds")
NOTHING = Sentence("No hay textos con palabras que contar.", "There are no texts with words.")


def count_words(texts: Iterable[str | None]) -> Counter[str]:
    """How many texts hold each word of three letters or more that is no stop word."""
    counts: Counter[str] = Counter()
    for text in texts:
        if text:
            found = dict.fromkeys(word.lower() for word in LETTERS.findall(text))
            counts.update(found.keys())
    for word in [w for w in counts if w in ENGLISH or w in SPANISH]:
        del counts[word]
    return counts


def share_in_english(texts: Iterable[str | None]) -> float:
    """The share of texts with more of the usual words of English than of Spanish."""
    kept = [{word.lower() for word in LETTERS.findall(text)} for text in texts if text]
    english = sum(len(w & ENGLISH_SIGNS) > len(w & SPANISH_SIGNS) for w in kept)
    return english / len(kept) if kept else 0.0


def words_section(data: Data) -> Section:
    """The section of word clouds."""
    kinds = (
        ("nube-titulos", Sentence("Títulos", "Titles"), data.movies["title"]),
        ("nube-sinopsis", Sentence("Sinopsis", "Overviews"), data.movies["overview"]),
    )
    blocks: list[Block] = []
    for name, title, texts in kinds:
        if counts := count_words(texts):
            blocks.append(_picture(name, title, counts, int(texts.notna().sum())))
    return Section("palabras", TITLE, blocks or [Paragraph(NOTHING)])


def _picture(name: str, title: Sentence, counts: Counter[str], texts: int) -> Picture:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    first = listed(
        Sentence(f"{word} ({number(n).es})", f"{word} ({number(n).en})")
        for word, n in ranked[:NAMED]
    )
    caption = say(
        "Palabras de {n} textos, sin las vacías del inglés y el español; el tamaño dice en cuántos "
        "textos están. Las primeras: {first}.",
        "Words of {n} texts, without the stop words of English and Spanish; size tells how many "
        "texts hold them. The first: {first}.",
        n=texts,
        first=first,
    )
    frequencies = dict(ranked[:WORDS])
    light, dark = _draw(frequencies, LIGHT), _draw(frequencies, DARK)
    return Picture(name, title, caption, light, dark)


def _draw(frequencies: dict[str, int], palette: dict[str, str]) -> bytes:
    """The cloud as PNG bytes; places and colours depend on the words alone."""
    inks = [palette[name] for name in ("accent", "main", "ink", "gold", "teal")]
    cloud = WordCloud(
        width=SIZE[0],
        height=SIZE[1],
        background_color=palette["paper"],
        random_state=SEED,
        prefer_horizontal=1.0,
        relative_scaling=0.5,
        min_font_size=11,
        color_func=lambda word, **_: inks[sum(word.encode()) % len(inks)],
    ).generate_from_frequencies(frequencies)
    image: Image.Image = cloud.to_image().quantize(COLORS_KEPT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
