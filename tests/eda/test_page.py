import json
import re
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pytest

from contracts.errors import Sentence
from eda.blocks import Figure, Paragraph, Section
from eda.charts import DARK, LIGHT, Color, literal, resolve
from eda.page import as_html, as_json, both
from eda.tables import Data, read_data
from etl.run import run_etl
from tests.eda.catalogues import data_of, sections_of
from tests.raw import add_titles, credit, film, link, rating, raw_folder, title

HOSTILE = """</script><script>alert("1")</script><b>%{x} {n} $figures &amp;"""


class Outline(HTMLParser):
    """What the page asks for, its headings and its languages."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.headings: list[int] = []
        self.scripts: list[dict[str, str | None]] = []
        self.figures: list[str] = []
        self.scopes: list[str | None] = []
        self.ids: list[str] = []
        self.described: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.addresses += [v for k in ("src", "href", "srcset", "action") if (v := found.get(k))]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script":
            self.scripts.append(found)
        if tag == "th":
            self.scopes.append(found.get("scope"))
        self.figures += [v] if (v := found.get("data-figure")) else []
        self.ids += [v] if (v := found.get("id")) else []
        self.described += [
            v for k in ("aria-labelledby", "aria-describedby") if (v := found.get(k))
        ]


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def test_the_page_asks_for_nothing(sample_page: str) -> None:
    found = outline(sample_page)
    assert found.addresses
    assert not [a for a in found.addresses if not a.startswith(("#", "data:"))]
    style = sample_page.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style
    own = sample_page.rsplit("<script>", 1)[1]
    assert "fetch(" not in own and "http" not in own and "eval(" not in own


def test_plotly_is_there_once(sample_page: str) -> None:
    assert sample_page.count("plotly.js v") == 1 and len(outline(sample_page).scripts) == 5


def test_headings_follow_one_another_and_every_reference_leads_somewhere(sample_page: str) -> None:
    found = outline(sample_page)
    assert found.headings[0] == 1 and found.headings.count(1) == 1
    steps = zip(found.headings[:-1], found.headings[1:], strict=True)
    assert all(after <= before + 1 for before, after in steps)
    assert len(found.ids) == len(set(found.ids))
    assert set(found.described) <= set(found.ids)
    assert {a[1:] for a in found.addresses if a.startswith("#")} <= set(found.ids)


def test_every_head_of_a_table_has_a_scope(sample_page: str) -> None:
    assert set(outline(sample_page).scopes) == {"col", "row"}


def test_every_text_in_spanish_is_followed_by_its_english(sample_page: str) -> None:
    body = sample_page.split("</head>")[1].split('<script type="application/json"')[0]
    spoken = re.findall(r'<span lang="(es|en)">(.*?)</span>', body, re.S)
    assert [language for language, _ in spoken] == ["es", "en"] * (len(spoken) // 2)
    assert len(spoken) > 500 and all(text.strip() for _, text in spoken)


def test_every_figure_is_drawn_in_both_languages(data: Data) -> None:
    figures = [b for s in sections_of(data) for b in s.blocks if isinstance(b, Figure)]
    names = [figure.name for figure in figures]
    assert len(names) == len(set(names)) > 30
    for figure in figures:
        for language in ("es", "en"):
            for palette in (LIGHT, DARK):
                spec = resolve(figure.spec, language, palette)
                go.Figure(spec)  # refuses what plotly does not know
                assert "Sentence(" not in str(spec) and "Color(" not in str(spec)
        assert figure.title.es and figure.title.en and figure.caption.es and figure.caption.en


def test_the_page_holds_every_figure_it_names(sample_page: str) -> None:
    text = sample_page.split('id="figures">')[1].split("</script>")[0]
    assert set(json.loads(text)) == set(outline(sample_page).figures)


def test_json_in_a_script_cannot_end_it() -> None:
    told = as_json({"t": [HOSTILE, "\u2028"], "s": Sentence("a", "b"), "c": Color("ink")})
    assert not re.search("[<>&\u2028]", told)
    back = json.loads(told)
    assert back["t"] == [HOSTILE, "\u2028"]
    assert back["s"] == {"$text": {"es": "a", "en": "b"}} and back["c"] == {"$color": "ink"}


def test_texts_of_plotly_show_tags_literally() -> None:
    assert literal("<b>R&B</b>") == "&lt;b&gt;R&amp;B&lt;/b&gt;"


def test_a_text_that_is_the_same_in_both_languages_stands_once() -> None:
    assert both(Sentence("a<b", "a<b")) == "a&lt;b"
    assert both(Sentence("sí", "yes")) == '<span lang="es">sí</span><span lang="en">yes</span>'


def test_hostile_texts_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    films = [
        film(
            n,
            f"{HOSTILE} {n}",
            overview=HOSTILE,
            budget="10",
            original_language=HOSTILE,
            genres=repr([{"id": 1, "name": HOSTILE}]),
        )
        for n in range(1, 5)
    ]
    people = [credit(n, [HOSTILE], [HOSTILE]) for n in range(1, 5)]
    ratings = [rating(user, 1, 4) for user in (1, 2)]
    data = data_of(tmp_path, [*films, film(9, HOSTILE, release_date="")], people, None,
                   [link(1, 1)], ratings)  # fmt: skip
    page = as_html(data.manifest.version, sections_of(data))
    assert len(outline(page).scripts) == 5 and "<b>" not in page.split("<script>")[2]
    assert "alert(&quot;1&quot;)" in page and '<script>alert("1")' not in page


def test_one_film_makes_a_whole_report(tmp_path: Path) -> None:
    sections = sections_of(data_of(tmp_path, [film(1)]))
    page = as_html("v", sections)
    assert len(sections) == 13 and page.count("<section") == 13
    assert "no tiene valoraciones" in page and "no tiene catálogos" in page


@pytest.mark.parametrize("budget", ["0", "1000"])
def test_a_catalogue_with_next_to_nothing_known_makes_a_report(tmp_path: Path, budget: str) -> None:
    bare = dict.fromkeys(
        ("overview", "original_language", "runtime", "popularity", "vote_average", "vote_count"), ""
    ) | {"genres": "[]", "production_countries": "[]", "revenue": budget, "budget": budget}
    for films in (1, 2, 3):
        data = data_of(tmp_path / str(films), [film(n, "???", **bare) for n in range(films)])
        sections = sections_of(data)
        assert [s.key for s in sections if not s.blocks] == []
        for block in (b for s in sections for b in s.blocks if isinstance(b, Figure)):
            go.Figure(resolve(block.spec, "es", LIGHT))


def test_titles_without_matches_years_or_minutes_are_told(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path / "raw", [film(1)])
    odd = title(1, "Other", release_year="soon", duration="", type="TV Show", date_added="")
    add_titles(raw, [odd | {"duration": "2 Seasons"}])
    run_etl(raw, tmp_path / "data")
    sections = sections_of(read_data(tmp_path / "data"))
    assert "Netflix" in as_html("v", sections)


def test_simulated_ratings_are_told_at_once_and_beside_the_ratings(data: Data) -> None:
    assert data.simulated
    warned = [s.key for s in sections_of(data) for b in s.blocks
              if isinstance(b, Paragraph) and b.warning]  # fmt: skip
    assert warned == ["resumen", "valoraciones"]


def test_a_section_without_anything_still_has_its_heading() -> None:
    page = as_html("v1", [Section("vacía", Sentence("Vacía", "Empty"), [])])
    assert 'id="t-vacía"' in page and "<code>v1</code>" in page
