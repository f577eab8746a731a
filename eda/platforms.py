"""The catalogues of streaming platforms."""

from collections.abc import Sequence

import pandas as pd

from contracts.columns import FILM, SERIES
from contracts.errors import Sentence
from contracts.platforms import PLATFORMS, Platform
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.charts import COLORS, LEGEND, Color, Spec, axis, figure, literal
from eda.quartiles import quartiles_of, whiskers
from eda.tables import Data
from eda.wording import UNKNOWN, number, part, same, say

RATINGS_SHOWN = 14
TITLE = Sentence("Catálogos de plataformas", "Catalogues of platforms")
NOTHING = Sentence(
    "Esta versión de los datos no tiene catálogos de plataformas.",
    "This version of the data has no catalogues of platforms.",
)
TITLES = Sentence("títulos", "titles")


def platforms_section(data: Data) -> Section:
    """The section on platforms."""
    titles = data.titles
    present = [p for p in PLATFORMS if (titles["platform"] == p.name).any()]
    if not present:
        return Section("plataformas", TITLE, [Paragraph(NOTHING)])
    blocks: list[Block] = [
        Bullets(_findings(titles)),
        _table(titles, present),
        _kinds(titles, present),
        _age_ratings(titles, present),
        _years(titles, present),
    ]
    if (durations := _durations(titles, present)) is not None:
        blocks.append(durations)
    return Section("plataformas", TITLE, blocks)


def _findings(titles: pd.DataFrame) -> list[Sentence]:
    films = titles[titles["kind"] == FILM]
    matched = films["movie_id"].notna()
    shared = films[matched].groupby("movie_id")["platform"].nunique()
    return [
        say(
            "{n} títulos: {f} películas y {s} series. De las películas, {m} ({p}) se reconocieron "
            "entre las nuestras; solo esas pueden heredar su sinopsis, su reparto y sus votos.",
            "{n} titles: {f} films and {s} series. Of the films, {m} ({p}) were recognised among "
            "ours; only those can inherit overview, cast and votes.",
            n=len(titles),
            f=len(films),
            s=int((titles["kind"] == SERIES).sum()),
            m=int(matched.sum()),
            p=part(int(matched.sum()), len(films)),
        ),
        say(
            "{n} de nuestras películas están en alguna plataforma y {k} en más de una.",
            "{n} of our films are on a platform, and {k} on more than one.",
            n=len(shared),
            k=int((shared > 1).sum()),
        ),
    ]


def _of(titles: pd.DataFrame, platform: Platform) -> pd.DataFrame:
    return titles[titles["platform"] == platform.name]


def _table(titles: pd.DataFrame, present: list[Platform]) -> Table:
    head = (
        ("Plataforma", "Platform"),
        ("Títulos", "Titles"),
        ("Películas", "Films"),
        ("Series", "Series"),
        ("Reconocidas", "Matched"),
        ("% de sus películas", "% of its films"),
        ("Mediana, min", "Median, min"),
        ("Última alta", "Last added"),
    )
    rows = []
    for platform in present:
        own = _of(titles, platform)
        films = own[own["kind"] == FILM]
        matched = int(films["movie_id"].notna().sum())
        minutes = films["duration_int"][films["duration_type"] == "min"].dropna()
        added = pd.to_datetime(own["date_added"]).max()
        rows.append(
            [
                same(platform.display),
                number(len(own)),
                number(len(films)),
                number(len(own) - len(films)),
                number(matched),
                part(matched, len(films)),
                number(float(minutes.median())) if len(minutes) else UNKNOWN,
                same(added.date().isoformat()) if pd.notna(added) else UNKNOWN,
            ]
        )
    caption = Sentence("Plataforma a plataforma", "Platform by platform")
    return Table(caption, [Sentence(*cell) for cell in head], rows)


def _bars(
    series: Sequence[tuple[Sentence, Sequence[float]]],
    x: Sequence[object],
    x_axis: Spec,
    mode: str,
) -> Spec:
    """Bars of several series, stacked or in groups, with a legend."""
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(x),
            "y": list(values),
            "marker": {"color": color},
            "hovertemplate": "%{fullData.name}: %{y:,d}<extra></extra>",
        }
        for (name, values), color in zip(series, COLORS, strict=False)
    ]
    y = axis(TITLES, rangemode="tozero", tickformat=",")
    return figure(traces, x_axis, y, barmode=mode, showlegend=True, legend=LEGEND)


def _kinds(titles: pd.DataFrame, present: list[Platform]) -> Figure:
    kinds = ((Sentence("Películas", "Films"), FILM), (Sentence("Series", "Series"), SERIES))
    series = [
        (name, [int((_of(titles, p)["kind"] == kind).sum()) for p in present])
        for name, kind in kinds
    ]
    x = axis(type="category", showgrid=False)
    spec = _bars(series, [p.display for p in present], x, "stack")
    title = Sentence("Películas y series", "Films and series")
    caption = Sentence("Títulos de cada plataforma.", "Titles of each platform.")
    return Figure("plataformas-titulos", title, caption, spec, 360, half=True)


def _age_ratings(titles: pd.DataFrame, present: list[Platform]) -> Figure:
    order = titles["rating"].value_counts().index[:RATINGS_SHOWN].tolist()
    series = [
        (same(p.display), [int((_of(titles, p)["rating"] == rating).sum()) for rating in order])
        for p in present
    ]
    x = axis(type="category", showgrid=False)
    spec = _bars(series, [literal(str(rating)) for rating in order], x, "stack")
    caption = say(
        "Las {n} clasificaciones más frecuentes; «g» incluye lo que venía sin clasificar.",
        "The {n} most frequent age ratings; “g” includes what came without one.",
        n=len(order),
    )
    title = Sentence("Clasificación por edades", "Age ratings")
    return Figure("plataformas-edades", title, caption, spec, 360, half=True)


def _years(titles: pd.DataFrame, present: list[Platform]) -> Figure:
    decades = titles["release_year"].dropna().astype(int) // 10 * 10
    every = list(range(int(decades.min()), int(decades.max()) + 1, 10)) if len(decades) else []
    series = []
    for platform in present:
        own = _of(titles, platform)["release_year"].dropna().astype(int) // 10 * 10
        counts = own.value_counts()
        series.append((same(platform.display), [int(counts.get(year, 0)) for year in every]))
    x = axis(Sentence("década de estreno", "decade of release"), type="category", showgrid=False)
    spec = _bars(series, [str(year) for year in every], x, "stack")
    recent = int((titles["release_year"] >= 2010).sum())
    caption = say(
        "El {p} de los títulos es de 2010 o posterior.",
        "{p} of the titles are of 2010 or later.",
        p=part(recent, len(titles)),
    )
    title = Sentence("Años de los títulos", "Years of the titles")
    return Figure("plataformas-anos", title, caption, spec, 360, half=True)


def _durations(titles: pd.DataFrame, present: list[Platform]) -> Figure | None:
    """Box plots of the minutes of films, from their five numbers."""
    told = []
    for platform, color in zip(present, COLORS, strict=False):
        own = _of(titles, platform)
        films = own[(own["kind"] == FILM) & (own["duration_type"] == "min")]
        if len(minutes := films["duration_int"].dropna()):
            told.append(_minutes_box(platform, minutes, color))
    if not told:
        return None
    x = axis(Sentence("minutos", "minutes"), rangemode="tozero")
    spec = figure(told, x, axis(autorange="reversed"))
    caption = Sentence(
        "Caja: la mitad central; bigotes: hasta donde llega la regla de los cuartiles. Lo atípico "
        "no se dibuja.",
        "Box: the middle half; whiskers: as far as the quartile rule goes. Outliers are not drawn.",
    )
    title = Sentence("Duración de las películas", "Runtime of the films")
    return Figure("plataformas-duracion", title, caption, spec, 360, half=True)


def _minutes_box(platform: Platform, minutes: pd.Series, color: Color) -> Spec:
    values = minutes.to_numpy(dtype="float64")
    found = quartiles_of(values)
    low, high = whiskers(values, found)
    return {
        "type": "box",
        "orientation": "h",
        "name": platform.display,
        "y": [platform.display],
        "q1": [found.q1],
        "median": [found.median],
        "q3": [found.q3],
        "lowerfence": [low],
        "upperfence": [high],
        "line": {"color": color, "width": 1.5},
    }
