"""Genres, languages and countries of the films."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Bullets, Figure, Section, Table
from eda.charts import many, ranking, ranking_height
from eda.money import plausible_films
from eda.places import country_name, genre_name, language_name
from eda.tables import Data, known_votes
from eda.wording import UNKNOWN, number, part, percent, say, times

SHOWN = 20
FEWEST_RETURNS = 10
"""Films with a plausible return below which a group's median is not told."""

TITLE = Sentence("Géneros, idiomas y países", "Genres, languages and countries")


@dataclass(frozen=True)
class Group:
    """The films that share a genre, language or country."""

    name: Sentence
    films: int
    mean_vote: float
    median_return: float
    returns: int


def group_films(movies: pd.DataFrame, column: str) -> pd.DataFrame:
    """Films, mean vote (where it is known), median return and how many films have one."""
    plausible = set(plausible_films(movies).index)
    long = pd.DataFrame(
        {
            "name": movies[column],
            "vote": known_votes(movies),
            "return": movies["return"].where(movies.index.isin(plausible)),
        }
    )
    long = long.explode("name").dropna(subset=["name"])
    long = long[~long.reset_index().duplicated(["index", "name"]).to_numpy()]
    found = long.groupby("name").agg(
        films=("name", "size"),
        mean_vote=("vote", "mean"),
        median_return=("return", "median"),
        returns=("return", "count"),
    )
    ordered = found.reset_index().sort_values(["films", "name"], ascending=[False, True])
    return ordered.set_index("name")


def groups_section(data: Data) -> Section:
    """The section on genres, languages and countries."""
    findings: list[Sentence] = []
    figures: list[Figure] = []
    tables: list[Table] = []
    for column, key, title, naming in KINDS:
        groups = _groups(data.movies, column, naming)
        if not groups:
            findings.append(say("{t}: no se sabe de ninguna.", "{t}: known of no film.", t=title))
            continue
        findings += _findings(title, groups, data.movies, column)
        figures += _figures(key, title, groups)
        tables.append(_table(title, groups))
    return Section("grupos", TITLE, [Bullets(findings), *figures, *tables])


def _groups(movies: pd.DataFrame, column: str, naming: Callable[[str], Sentence]) -> list[Group]:
    found = group_films(movies, column)
    return [
        Group(naming(str(name)), int(row.films), row.mean_vote, row.median_return, int(row.returns))
        for name, row in zip(found.index, found.itertuples(), strict=True)
    ]


KINDS = (
    ("genres", "generos", Sentence("Géneros", "Genres"), genre_name),
    ("original_language", "idiomas", Sentence("Idioma original", "Original language"),
     language_name),
    ("production_country_codes", "paises", Sentence("Países de producción", "Countries"),
     country_name),
)  # fmt: skip


def _findings(
    title: Sentence, groups: list[Group], movies: pd.DataFrame, column: str
) -> list[Sentence]:
    cells = movies[column]
    known = int(cells.map(lambda cell: cell is not None and len(cell) > 0).sum())
    first = groups[0]
    told = [
        say(
            "{t}: {k} distintos; conocido en {n} películas ({p}). El más frecuente, {f}: {c} "
            "películas, {s} de las conocidas.",
            "{t}: {k} different ones; known of {n} films ({p}). Most frequent, {f}: {c} films, "
            "{s} of those known.",
            t=title,
            k=len(groups),
            n=known,
            p=part(known, len(movies)),
            f=first.name,
            c=first.films,
            s=percent(first.films / max(known, 1)),
        )
    ]
    rated = [g for g in groups if g.returns >= FEWEST_RETURNS]
    if column == "genres" and len(rated) > 1:
        best = max(rated, key=lambda g: g.median_return)
        voted = max(rated, key=lambda g: g.mean_vote)
        told.append(
            say(
                "Mejor retorno mediano: {b} ({r}); mejor nota media: {v} ({m}).",
                "Best median return: {b} ({r}); best mean vote: {v} ({m}).",
                b=best.name,
                r=times(best.median_return),
                v=voted.name,
                m=number(voted.mean_vote, 2),
            )
        )
    return told


def _figures(key: str, title: Sentence, groups: list[Group]) -> list[Figure]:
    shown = groups[:SHOWN]
    spec = ranking(
        [g.name for g in shown],
        [g.films for g in shown],
        [_hover(g) for g in shown],
        Sentence("películas", "films"),
    )
    caption = Sentence(
        "Una película puede contar en varias barras.", "A film may count in several bars."
    )
    if key == "idiomas":
        caption = Sentence("Películas por idioma original.", "Films by original language.")
        if scale := many([g.films for g in shown]):
            spec["layout"]["xaxis"] |= scale
            caption = say("{c} Escala logarítmica.", "{c} Logarithmic scale.", c=caption)
    height = ranking_height(len(shown))
    figures = [Figure(key, title, caption, spec, height, half=key != "generos")]
    return [*figures, *_genres(shown)] if key == "generos" else figures


def _genres(groups: list[Group]) -> list[Figure]:
    """Mean vote and median return by genre, in order of each."""
    told = []
    vote = sorted((g for g in groups if g.mean_vote > 0), key=lambda g: -g.mean_vote)
    earning = [g for g in groups if g.returns >= FEWEST_RETURNS]
    earning.sort(key=lambda g: -g.median_return)
    if vote:
        spec = ranking([g.name for g in vote], [round(g.mean_vote, 3) for g in vote],
                       [_hover(g) for g in vote], Sentence("nota media", "mean vote"),
                       xaxis={"range": [0, 10]})  # fmt: skip
        caption = Sentence("De películas con algún voto.", "Of films with a vote.")
        title = Sentence("Nota media por género", "Mean vote by genre")
        told.append(Figure("generos-nota", title, caption, spec, ranking_height(len(vote)), True))
    if earning:
        spec = ranking([g.name for g in earning], [round(g.median_return, 3) for g in earning],
                       [_hover(g) for g in earning],
                       Sentence("retorno mediano", "median return"))  # fmt: skip
        caption = say(
            "Géneros con {n} o más películas de importes verosímiles.",
            "Genres of {n} or more films with plausible amounts.",
            n=FEWEST_RETURNS,
        )
        title = Sentence("Retorno mediano por género", "Median return by genre")
        height = ranking_height(len(earning))
        told.append(Figure("generos-retorno", title, caption, spec, height, True))
    return told


def _hover(group: Group) -> Sentence:
    return say(
        "{n}: {f} películas, nota {v}, retorno mediano {r}",
        "{n}: {f} films, mean vote {v}, median return {r}",
        n=group.name,
        f=group.films,
        v=number(group.mean_vote, 2),
        r=_return(group),
    )


def _return(group: Group) -> Sentence:
    return times(group.median_return) if group.returns >= FEWEST_RETURNS else UNKNOWN


def _table(title: Sentence, groups: list[Group]) -> Table:
    head = [
        title,
        Sentence("Películas", "Films"),
        Sentence("Nota media", "Mean vote"),
        Sentence("Con retorno", "With return"),
        Sentence("Retorno mediano", "Median return"),
    ]
    rows = [
        [g.name, number(g.films), number(g.mean_vote, 2), number(g.returns), _return(g)]
        for g in groups[:40]
    ]
    return Table(say("{t} en cifras", "{t} in figures", t=title), head, rows, folded=True)
