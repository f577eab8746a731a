"""Correlations among the numbers of films, by Pearson and by Spearman."""

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section
from eda.charts import heat
from eda.tables import Data, known_votes
from eda.wording import number, say

COLUMNS = {
    "release_year": Sentence("Año", "Year"),
    "runtime": Sentence("Duración", "Runtime"),
    "budget": Sentence("Presupuesto", "Budget"),
    "revenue": Sentence("Recaudación", "Revenue"),
    "return": Sentence("Retorno", "Return"),
    "popularity": Sentence("Popularidad", "Popularity"),
    "vote_average": Sentence("Nota media", "Mean vote"),
    "vote_count": Sentence("Votos", "Votes"),
}
METHODS = ("spearman", "pearson")
FEWEST = 3
"""Films below which a correlation is not told."""

TITLE = Sentence("Correlaciones", "Correlations")
INTRO = Sentence(
    "Spearman compara el orden (si una sube, ¿sube la otra?) y no se deja llevar por unos pocos "
    "gigantes; Pearson mide lo cerca que están de una recta y aquí depende mucho de ellos. Los "
    "ceros que significan «desconocido» no cuentan: cada pareja usa las películas que tienen "
    "ambos datos, con las de importes inverosímiles. Una correlación no dice qué causa qué.",
    "Spearman compares order (when one goes up, does the other?) and is not carried away by a few "
    "giants; Pearson measures how close they are to a straight line and here depends much on them. "
    "Zeros that mean “unknown” do not count: each pair uses the films that have both numbers, "
    "those of implausible amounts too. A correlation does not tell what causes what.",
)
FEW = Sentence(
    "Hay demasiado pocas películas para hablar de correlaciones.",
    "There are too few films to speak of correlations.",
)


def numbers_of(movies: pd.DataFrame) -> pd.DataFrame:
    """The numeric columns, with what is unknown as NaN."""
    numbers = movies[list(COLUMNS)].astype("float64")
    for column in ("runtime", "budget", "revenue", "return"):
        numbers[column] = numbers[column].where(numbers[column] > 0)
    numbers["vote_average"] = known_votes(movies).astype("float64")
    return numbers


def correlate(numbers: pd.DataFrame, method: str) -> pd.DataFrame:
    """Each pair's correlation over the films that have both; NaN where it means nothing."""
    if method == "pearson":
        return numbers.corr(min_periods=FEWEST)
    found = pd.DataFrame(1.0, index=numbers.columns, columns=numbers.columns)
    for i, one in enumerate(numbers.columns):
        for other in numbers.columns[i + 1 :]:
            pair = numbers[[one, other]].dropna().rank()
            value = pair.corr(min_periods=FEWEST).iloc[0, 1]
            found.loc[one, other] = found.loc[other, one] = value
    return found


def correlations_section(data: Data) -> Section:
    """The section on correlations."""
    blocks: list[Block] = [Paragraph(INTRO)]
    numbers = numbers_of(data.movies)
    paid = numbers[(numbers["budget"] > 0) & (numbers["revenue"] > 0)]
    if len(numbers) < FEWEST:
        return Section("correlaciones", TITLE, [*blocks, Paragraph(FEW)])
    blocks.append(Bullets(_findings(correlate(numbers, "spearman"), paid)))
    for which, films in (("todas", numbers), ("dinero", paid)):
        if len(films) >= FEWEST:
            blocks += [_figure(which, films, method) for method in METHODS]
    return Section("correlaciones", TITLE, blocks)


OF = {
    "todas": Sentence("todas las películas", "all films"),
    "dinero": Sentence("con presupuesto y recaudación", "with budget and revenue"),
}


def _figure(which: str, films: pd.DataFrame, method: str) -> Figure:
    found = correlate(films, method)
    title = say("{m}: {w}", "{m}: {w}", m=method.capitalize(), w=OF[which])
    caption = say(
        "De {n} películas, las que tienen ambos datos; +1 van juntas, 0 nada que ver, −1 al revés.",
        "Of {n} films, those that have both; +1 go together, 0 unrelated, −1 opposite.",
        n=len(films),
    )
    spec = heat(list(COLUMNS.values()), found.to_numpy().tolist())
    return Figure(f"correlacion-{method}-{which}", title, caption, spec, 440, half=True)


def _findings(found: pd.DataFrame, paid: pd.DataFrame) -> list[Sentence]:
    pairs = [
        (float(found.loc[a, b]), a, b)
        for i, a in enumerate(found.columns)
        for b in found.columns[i + 1 :]
        if found.loc[a, b] == found.loc[a, b]
    ]
    told = [
        say(
            "Van más juntas (Spearman): {pairs}.",
            "Most go together (Spearman): {pairs}.",
            pairs=_listed(sorted(pairs, key=lambda pair: -pair[0])[:3]),
        )
    ]
    if len(paid) >= FEWEST:
        both = paid[["budget", "revenue"]].rank().corr().iloc[0, 1]
        back = paid[["budget", "return"]].rank().corr().iloc[0, 1]
        told.append(
            say(
                "Gastar más va con recaudar más ({a}), pero con el retorno la relación es {b}: "
                "las películas caras recaudan más, pero no más por cada dólar gastado.",
                "Spending more goes with earning more ({a}), but with return the relation is {b}: "
                "expensive films earn more, but not more for each dollar spent.",
                a=number(float(both), 2),
                b=number(float(back), 2),
            )
            if both > 0.3 and back < 0.3
            else say(
                "Presupuesto y recaudación: {a}; presupuesto y retorno: {b}.",
                "Budget and revenue: {a}; budget and return: {b}.",
                a=number(float(both), 2),
                b=number(float(back), 2),
            )
        )
    return told


def _listed(pairs: list[tuple[float, str, str]]) -> Sentence:
    told = [
        (Sentence(COLUMNS[a].es.lower(), COLUMNS[a].en.lower()),
         Sentence(COLUMNS[b].es.lower(), COLUMNS[b].en.lower()), number(value, 2))
        for value, a, b in pairs
    ]  # fmt: skip
    return Sentence(
        "; ".join(f"{a.es} y {b.es} ({v.es})" for a, b, v in told),
        "; ".join(f"{a.en} and {b.en} ({v.en})" for a, b, v in told),
    )
