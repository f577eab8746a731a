"""Ratings of users: how they are spread, by user, by film and over time."""

import numpy as np
import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.charts import ACCENT, MAIN, axis, columns
from eda.histograms import Scale, fence_lines, histogram
from eda.quartiles import quartiles_of
from eda.tables import Data
from eda.wording import number, part, percent, same, say

TOP = 15
DAY_S = 86_400
WIDE = 20
"""Times that the most has to be of the least for a logarithmic scale."""

TITLE = Sentence("Valoraciones de usuarios", "Ratings of users")
NOTHING = Sentence(
    "Esta versión de los datos no tiene valoraciones de películas.",
    "This version of the data has no ratings of films.",
)
SIMULATED = Sentence(
    "Atención: hay valoraciones simuladas; ninguna persona real las dio y de ellas no se deduce "
    "nada sobre las películas.",
    "Mind: some ratings are simulated; no real person gave them, and nothing about the films "
    "follows from them.",
)
VALUES = np.arange(1, 11) / 2


def ratings_section(data: Data) -> Section:
    """The section on ratings."""
    blocks: list[Block] = [Paragraph(SIMULATED, warning=True)] if data.simulated else []
    ratings = data.ratings
    if ratings.empty:
        return Section("valoraciones", TITLE, [*blocks, Paragraph(NOTHING)])
    users = ratings["user_id"].value_counts()
    films = ratings["movie_id"].value_counts()
    blocks += [
        Bullets(_findings(ratings, users, films, len(data.movies))),
        _values(ratings),
        _times(ratings),
        _counts("valoraciones-por-usuario", Sentence("Por usuario", "By user"), users,
                Sentence("usuarios", "users")),
        _counts("valoraciones-por-pelicula", Sentence("Por película", "By film"), films,
                Sentence("películas", "films")),
        _most_rated(ratings, data.movies),
    ]  # fmt: skip
    return Section("valoraciones", TITLE, blocks)


def share_of_top_tenth(counts: pd.Series) -> float:
    """The share of all ratings that the most rated tenth of the films has."""
    tenth = max(1, round(len(counts) / 10))
    return float(counts.sort_values(ascending=False)[:tenth].sum() / counts.sum())


def _findings(
    ratings: pd.DataFrame, users: pd.Series, films: pd.Series, catalogue: int
) -> list[Sentence]:
    return [
        say(
            "{r} valoraciones de {u} usuarios sobre {f} películas: el {p} del catálogo tiene "
            "alguna, y la tabla usuarios × películas está llena al {d}.",
            "{r} ratings by {u} users of {f} films: {p} of the catalogue has one, and the table "
            "of users × films is {d} full.",
            r=len(ratings),
            u=len(users),
            f=len(films),
            p=part(len(films), catalogue),
            d=percent(len(ratings) / (len(users) * len(films))),
        ),
        say(
            "La nota media es {m} (de 5) y la mediana {q}; el {h} de las valoraciones es 4 o más.",
            "The mean rating is {m} (out of 5) and the median {q}; {h} of the ratings are 4 or "
            "more.",
            m=number(float(ratings["rating"].mean()), 2),
            q=number(float(ratings["rating"].median()), 1),
            h=percent(float((ratings["rating"] >= 4).mean())),
        ),
        say(
            "Cola larga: la décima parte más valorada de las películas reúne el {s} de las "
            "valoraciones; el {o} de las películas valoradas tiene una sola.",
            "Long tail: the most rated tenth of the films has {s} of the ratings; {o} of the "
            "rated films have a single one.",
            s=percent(share_of_top_tenth(films)),
            o=part(int((films == 1).sum()), len(films)),
        ),
    ]


def _values(ratings: pd.DataFrame) -> Figure:
    counts = ratings["rating"].astype(float).value_counts()
    heights = [int(counts.get(value, 0)) for value in VALUES]
    mode = heights.index(max(heights))
    spec = columns(
        VALUES.tolist(),
        heights,
        axis(Sentence("estrellas", "stars"), tickvals=VALUES.tolist(), showgrid=False),
        Sentence("valoraciones", "ratings"),
        "%{x}: %{y:,d}<extra></extra>",
        [ACCENT if place == mode else MAIN for place in range(len(VALUES))],
    )
    caption = say(
        "Lo más frecuente es {m} ({p}).",
        "The most frequent is {m} ({p}).",
        m=number(VALUES[mode], 1),
        p=part(heights[mode], len(ratings)),
    )
    title = Sentence("Notas dadas", "Ratings given")
    return Figure("valoraciones-notas", title, caption, spec, 340, half=True)


def _times(ratings: pd.DataFrame) -> Figure:
    """Ratings a year, or a month where they are of less than four years."""
    days = (ratings["rated_at"] // DAY_S).value_counts()  # first, as ratings may be millions
    when = pd.to_datetime(days.index * DAY_S, unit="s")
    monthly = when.max().year - when.min().year < 4
    counts = days.groupby(when.strftime("%Y-%m" if monthly else "%Y")).sum().sort_index()
    spec = columns(
        counts.index.tolist(),
        counts.tolist(),
        axis(type="category" if not monthly else "date", showgrid=False, tickformat="%Y-%m"),
        Sentence("valoraciones", "ratings"),
        "%{x}: %{y:,d}<extra></extra>",
    )
    caption = say(
        "De {a} a {b}; fechas en UTC.",
        "{a} to {b}; dates in UTC.",
        a=when.min().date().isoformat(),
        b=when.max().date().isoformat(),
    )
    title = Sentence("A lo largo del tiempo", "Over time")
    return Figure("valoraciones-tiempo", title, caption, spec, 340, half=True)


def _counts(name: str, title: Sentence, counts: pd.Series, counted: Sentence) -> Figure:
    values = counts.to_numpy(dtype="float64")
    found = quartiles_of(values)
    log = found.high / found.low >= WIDE
    title_of_axis = (
        Sentence("valoraciones (escala logarítmica)", "ratings (log scale)")
        if log
        else Sentence("valoraciones", "ratings")
    )
    scale = Scale(log, step=max(1.0, np.ceil((found.high - found.low) / 30)))
    spec = fence_lines(histogram(values, title_of_axis, counted, scale), found, log)
    caption = say(
        "Mediana {m}, máximo {x}; {o} atípicos por arriba ({p}).",
        "Median {m}, maximum {x}; {o} outliers above ({p}).",
        m=number(found.median),
        x=number(found.high),
        o=found.above,
        p=part(found.above, found.count),
    )
    return Figure(name, title, caption, spec, 360, half=True)


def _most_rated(ratings: pd.DataFrame, movies: pd.DataFrame) -> Table:
    found = ratings.groupby("movie_id")["rating"].agg(["size", "mean"]).reset_index()
    named = found.merge(movies[["movie_id", "title", "release_year"]], on="movie_id")
    top = named.sort_values(["size", "movie_id"], ascending=[False, True])[:TOP]
    rows = [
        [same(r["title"]), same(r["release_year"]), number(r["size"]), number(r["mean"], 2)]
        for _, r in top.iterrows()
    ]
    head = [
        Sentence("Película", "Film"),
        Sentence("Año", "Year"),
        Sentence("Valoraciones", "Ratings"),
        Sentence("Nota media", "Mean rating"),
    ]
    return Table(Sentence("Las más valoradas", "Most rated"), head, rows, folded=True)
