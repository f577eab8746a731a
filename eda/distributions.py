"""How the numbers of films are spread, and which lie far out by the quartile rule."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.histograms import Scale, fence_lines, histogram
from eda.quartiles import Quartiles, quartiles_of
from eda.tables import Data
from eda.wording import brief, dollars, figure, number, percent, same, say, times

EXTREMES = 5
"""How many of the farthest films are named."""

FILMS = Sentence("películas", "films")


@dataclass(frozen=True)
class Variable:
    """One number of a film: its name, how it is told, and which values count as known."""

    column: str
    name: Sentence
    unit: Sentence
    tell: Callable[[float], Sentence]
    log: bool
    step: float | None = None
    cap: float = math.inf
    """Where the histogram ends; what lies beyond is drawn there."""

    def known(self, movies: pd.DataFrame) -> pd.DataFrame:
        """The films whose value is known, with the value as column `value`."""
        value = movies[self.column].astype("float64")
        voted = movies["vote_count"] > 0 if self.column == "vote_average" else True
        kept = movies[(value > 0) & voted]
        return kept.assign(value=value[kept.index])


def _minutes(value: float) -> Sentence:
    return say("{n} min", "{n} min", n=number(value))


VARIABLES = (
    Variable(
        "runtime",
        Sentence("Duración", "Runtime"),
        Sentence("minutos (la última barra: 240 o más)", "minutes (last bar: 240 or more)"),
        _minutes,
        False,
        5.0,
        240.0,
    ),
    Variable(
        "budget",
        Sentence("Presupuesto", "Budget"),
        Sentence("USD (escala logarítmica)", "USD (log scale)"),
        dollars,
        True,
    ),
    Variable(
        "revenue",
        Sentence("Recaudación", "Revenue"),
        Sentence("USD (escala logarítmica)", "USD (log scale)"),
        dollars,
        True,
    ),
    Variable(
        "return",
        Sentence("Retorno", "Return"),
        Sentence("recaudación / presupuesto (escala logarítmica)", "revenue / budget (log scale)"),
        times,
        True,
    ),
    Variable(
        "popularity",
        Sentence("Popularidad", "Popularity"),
        Sentence("índice de TMDB (escala logarítmica)", "TMDB's index (log scale)"),
        figure,
        True,
    ),
    Variable(
        "vote_average",
        Sentence("Nota media", "Mean vote"),
        Sentence("de 0 a 10", "0 to 10"),
        lambda value: number(value, 1),
        False,
        0.25,
    ),
    Variable(
        "vote_count",
        Sentence("Número de votos", "Number of votes"),
        Sentence("votos (escala logarítmica)", "votes (log scale)"),
        number,
        True,
    ),
)


def distributions_section(data: Data) -> Section:
    """The section on distributions and outliers."""
    found = [(v, known) for v in VARIABLES if len(known := v.known(data.movies))]
    blocks: list[Block] = [Paragraph(RULE)]
    if not found:
        blocks.append(Paragraph(NOTHING))
        return Section("distribuciones", TITLE, blocks)
    told = [(v, known, quartiles_of(known["value"].to_numpy())) for v, known in found]
    blocks.append(Bullets(_findings(told)))
    blocks += _tables(told)
    blocks += [_figure(variable, known, quartiles) for variable, known, quartiles in told]
    blocks.append(_extremes(told))
    return Section("distribuciones", TITLE, blocks)


TITLE = Sentence("Distribuciones y valores atípicos", "Distributions and outliers")
NOTHING = Sentence(
    "Ninguna película tiene un número conocido.", "No film has a number that is known."
)
RULE = Sentence(
    "Regla de los cuartiles (Tukey): es atípico lo que queda por debajo de Q1 − 1,5 × RIC o por "
    "encima de Q3 + 1,5 × RIC, donde RIC = Q3 − Q1 es la altura de la mitad central. Se mide sobre "
    "los valores conocidos (los ceros no cuentan) y en su escala natural; como casi todo aquí "
    "crece de forma multiplicativa, se da también cuántos quedan fuera si la regla se aplica al "
    "logaritmo. En los histogramas, el rojo y las líneas discontinuas marcan lo atípico; la caja "
    "de arriba resume los cuartiles. Cuentan también los importes inverosímiles. Atípico no quiere "
    "decir erróneo.",
    "Quartile rule (Tukey): an outlier lies below Q1 − 1.5 × IQR or above Q3 + 1.5 × IQR, where "
    "IQR = Q3 − Q1 is the height of the middle half. It is applied to known values (zeros do not "
    "count) on their natural scale; as most things here grow by factors, the table also tells how "
    "many lie out when the rule is applied to the logarithm. In the histograms red bars and dashed "
    "lines mark outliers; the box above sums up the quartiles. Implausible amounts count too. An "
    "outlier is not an error.",
)

Told = tuple[Variable, pd.DataFrame, Quartiles]


def outliers_of_logarithm(values: pd.Series) -> Quartiles:
    """The quartile rule on the decimal logarithm of values above 0."""
    return quartiles_of(np.log10(values.to_numpy()))


def _findings(told: list[Told]) -> list[Sentence]:
    most = max(told, key=lambda item: item[2].share)
    return [
        say(
            "{name}: la mitad de las películas donde se conoce está entre {a} y {b} (mediana {m}).",
            "{name}: half of the films where it is known lie between {a} and {b} (median {m}).",
            name=v.name,
            a=v.tell(q.q1),
            b=v.tell(q.q3),
            m=v.tell(q.median),
        )
        for v, _, q in told
        if v.column in ("runtime", "budget", "return")
    ] + [
        say(
            "La columna con más valores atípicos es «{name}»: {n}, el {p} de los conocidos.",
            "The column with most outliers is “{name}”: {n}, {p} of those known.",
            name=most[0].name,
            n=most[2].outliers,
            p=percent(most[2].share),
        )
    ]


def _tables(told: list[Told]) -> list[Table]:
    quartiles, outliers = [], []
    for v, known, q in told:
        numbers = [brief(v.tell(value)) for value in (q.low, q.q1, q.median, q.q3, q.high)]
        quartiles.append([v.name, number(q.count), *numbers])
        log = percent(outliers_of_logarithm(known["value"]).share)
        counts = [number(q.below), number(q.above), number(q.outliers), percent(q.share), log]
        outliers.append([v.name, *counts])
    return [
        Table(Sentence("Cuartiles de lo conocido", "Quartiles of what is known"), QUARTILES,
              quartiles),
        Table(Sentence("Valores atípicos", "Outliers"), OUTLIERS, outliers),
    ]  # fmt: skip


QUARTILES = (
    Sentence("Columna", "Column"),
    Sentence("Conocidos", "Known"),
    Sentence("Mínimo", "Minimum"),
    Sentence("Q1", "Q1"),
    Sentence("Mediana", "Median"),
    Sentence("Q3", "Q3"),
    Sentence("Máximo", "Maximum"),
)
OUTLIERS = (
    Sentence("Columna", "Column"),
    Sentence("Por debajo", "Below"),
    Sentence("Por encima", "Above"),
    Sentence("Atípicos", "Outliers"),
    Sentence("De los conocidos", "Of those known"),
    Sentence("En el logaritmo", "Of the logarithm"),
)


def _figure(variable: Variable, known: pd.DataFrame, found: Quartiles) -> Figure:
    values = known["value"].to_numpy()
    spec = histogram(values, variable.unit, FILMS, Scale(variable.log, variable.step, variable.cap))
    caption = say(
        "{n} películas con valor conocido; mediana {m}; {o} atípicas ({p}): {b}{a} por encima de "
        "{hi}.",
        "{n} films with a known value; median {m}; {o} outliers ({p}): {b}{a} above {hi}.",
        n=found.count,
        m=variable.tell(found.median),
        o=found.outliers,
        p=percent(found.share),
        b=_below(variable, found),
        a=found.above,
        hi=variable.tell(found.upper_fence),
    )
    drawn = fence_lines(spec, found, variable.log)
    return Figure(f"distribucion-{variable.column}", variable.name, caption, drawn, 380, half=True)


def _below(variable: Variable, found: Quartiles) -> Sentence:
    """How many lie below the lower fence, where any can: amounts are never below 0."""
    if found.lower_fence <= 0:
        return same("")
    fence = variable.tell(found.lower_fence)
    return say("{n} por debajo de {f} y ", "{n} below {f} and ", n=found.below, f=fence)


def _extremes(told: list[Told]) -> Table:
    rows = []
    for variable, known, found in told:
        far = known[(known["value"] > found.upper_fence) | (known["value"] < found.lower_fence)]
        distance = np.maximum(far["value"] - found.q3, found.q1 - far["value"])
        order = pd.DataFrame({"far": -distance, "movie_id": far["movie_id"]})
        for place in order.sort_values(["far", "movie_id"]).index[:EXTREMES]:
            film = known.loc[place]
            rows.append(
                [
                    variable.name,
                    same(film["title"]),
                    same(film["release_year"]),
                    variable.tell(film["value"]),
                ]
            )
    head = [
        Sentence("Columna", "Column"),
        Sentence("Película", "Film"),
        Sentence("Año", "Year"),
        Sentence("Valor", "Value"),
    ]
    caption = Sentence("Las películas más extremas", "The most extreme films")
    return Table(caption, head, rows, texts=frozenset({1}), folded=True)
