"""Directors and actors by what their films returned."""

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.charts import ranking, ranking_height
from eda.money import paid_films
from eda.tables import Data
from eda.wording import dollars, number, same, say, times

SHOWN = 15
MINIMA = (10, 5, 3, 2, 1)
"""Films with a return that a person needs; the first that leaves enough people to list."""

KINDS = (
    ("directors", "director_ids", "directores", Sentence("Dirección", "Directors"), 5),
    ("cast", "cast_ids", "interpretes", Sentence("Reparto", "Actors"), 10),
)
TITLE = Sentence("Personas según el retorno", "People by return")
NOTHING = Sentence(
    "Ninguna película con presupuesto y recaudación tiene reparto o dirección conocidos.",
    "No film with budget and revenue has a known cast or director.",
)
INTRO = Sentence(
    "El retorno total de una persona suma el de sus películas, y lo domina una sola cinta "
    "baratísima: para comparar sirve la mediana, con un mínimo de películas. Solo cuentan "
    "importes verosímiles salvo donde se dice otra cosa.",
    "A person's total return adds up that of all their films, and one very cheap film dominates "
    "it: to compare, look at the median with a minimum number of films. Only plausible amounts "
    "count unless told otherwise.",
)


def people_returns(data: Data, names: str, ids: str, implausible: bool = False) -> pd.DataFrame:
    """Films, median and total return and revenue of everyone in `names`, a column of credits.

    Films need both amounts; those of implausible ones count only on demand.
    """
    paid = paid_films(data.movies)
    paid = paid if implausible else paid[~paid["implausible"].astype(bool)]
    joined = data.credits.merge(paid[["movie_id", "title", "return", "revenue"]], on="movie_id")
    long = joined[[names, ids, "movie_id", "title", "return", "revenue"]].explode([names, ids])
    long = long.dropna(subset=[names])
    long["person"] = who_is_who(long[names], long[ids])
    long = long.drop_duplicates(["person", "movie_id"])
    long["return"] = long["return"].astype("float64")
    best = long.sort_values(["return", "movie_id"], ascending=[False, True])
    return best.groupby("person").agg(
        name=(names, "first"),
        films=("movie_id", "size"),
        median=("return", "median"),
        total=("return", "sum"),
        revenue=("revenue", "sum"),
        best=("title", "first"),
        best_return=("return", "first"),
    )


def who_is_who(names: pd.Series, ids: pd.Series) -> pd.Series:
    """Whom each credit is of: the id, or the only id that goes with the name, or else the name.

    An id of 0 stands for none, and whole files have hardly any other.
    """
    numbers = pd.to_numeric(ids).astype("float64")
    known = numbers.where(numbers > 0)
    by_name = known.groupby(names.to_numpy()).agg(["first", "nunique"])
    only = by_name["first"].where(by_name["nunique"] == 1)
    told = known.fillna(names.map(only)).astype(object)
    return told.where(told.notna(), names)


def choose_minimum(films: pd.Series, most: int) -> int:
    """The largest of MINIMA up to `most` that leaves SHOWN people, else 1."""
    return next((m for m in MINIMA if m <= most and (films >= m).sum() >= SHOWN), 1)


def people_section(data: Data) -> Section:
    """The section on people."""
    findings: list[Sentence] = []
    figures: list[Figure] = []
    tables: list[Table] = []
    for names, ids, key, title, most in KINDS:
        found = people_returns(data, names, ids)
        if found.empty:
            continue
        minimum = choose_minimum(found["films"], most)
        able = found[found["films"] >= minimum]
        top = able.sort_values(["median", "name"], ascending=[False, True])[:SHOWN]
        every = people_returns(data, names, ids, implausible=True)
        total = every.sort_values(["total", "name"], ascending=[False, True])[:SHOWN]
        findings += _findings(title, found, top, total, minimum)
        figures.append(_figure(key, title, top, minimum))
        tables.append(_table(_medians_told(title, minimum), top))
        tables.append(_table(_totals_told(title), total))
    if not findings:
        return Section("personas", TITLE, [Paragraph(NOTHING)])
    blocks: list[Block] = [Paragraph(INTRO), Bullets(findings), *figures, *tables]
    return Section("personas", TITLE, blocks)


def _findings(
    title: Sentence, found: pd.DataFrame, top: pd.DataFrame, total: pd.DataFrame, minimum: int
) -> list[Sentence]:
    first, best = total.iloc[0], top.iloc[0]
    return [
        say(
            "{t}: {n} personas con algún retorno; {k} con {m} películas o más. Mejor mediana: "
            "{b}, {r} en {f} películas.",
            "{t}: {n} people with a return; {k} with {m} films or more. Best median: {b}, {r} over "
            "{f} films.",
            t=title,
            n=len(found),
            k=int((found["films"] >= minimum).sum()),
            m=minimum,
            b=str(best["name"]),
            r=times(best["median"]),
            f=int(best["films"]),
        ),
        say(
            "Por retorno total, con inverosímiles, ganaría {b} con {r}, de los que «{film}» "
            "pone {p}: por eso el total no sirve para comparar.",
            "By total return, implausible ones in, {b} would win with {r}, of which “{film}” "
            "makes {p}: this is why the total is no good to compare by.",
            b=str(first["name"]),
            r=times(first["total"]),
            film=str(first["best"]),
            p=times(first["best_return"]),
        ),
    ]


def _medians_told(title: Sentence, minimum: int) -> Sentence:
    return say(
        "{t}: mayor retorno mediano, con {m} o más películas",
        "{t}: highest median return, of {m} films or more",
        t=title,
        m=minimum,
    )


def _totals_told(title: Sentence) -> Sentence:
    return say(
        "{t}: mayor retorno total, sin mínimo y con inverosímiles",
        "{t}: highest total return, no minimum and implausible ones in",
        t=title,
    )


def _figure(key: str, title: Sentence, top: pd.DataFrame, minimum: int) -> Figure:
    spec = ranking(
        [same(name) for name in top["name"]],
        [round(value, 3) for value in top["median"]],
        [
            say("{n}: {m} en {f} películas", "{n}: {m} over {f} films", n=str(row.name_),
                m=times(row.median), f=int(row.films))
            for row in top.rename(columns={"name": "name_"}).itertuples()
        ],
        Sentence("retorno mediano", "median return"),
    )  # fmt: skip
    caption = say(
        "Personas con {m} o más películas de importes verosímiles.",
        "People of {m} films or more with plausible amounts.",
        m=minimum,
    )
    told = say("{t}: retorno mediano", "{t}: median return", t=title)
    return Figure(f"personas-{key}", told, caption, spec, ranking_height(len(top)), half=True)


def _table(caption: Sentence, people: pd.DataFrame) -> Table:
    head = [
        Sentence("Persona", "Person"),
        Sentence("Películas", "Films"),
        Sentence("Retorno mediano", "Median return"),
        Sentence("Retorno total", "Total return"),
        Sentence("Recaudación total", "Total revenue"),
        Sentence("Su mejor película", "Their best film"),
    ]
    rows = [
        [
            same(row["name"]),
            number(row["films"]),
            times(row["median"]),
            times(row["total"]),
            dollars(row["revenue"]),
            same(row["best"]),
        ]
        for _, row in people.iterrows()
    ]
    return Table(caption, head, rows, texts=frozenset({5}), folded=True)
