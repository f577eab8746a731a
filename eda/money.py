"""Budget against revenue, the return, and amounts that cannot be true."""

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.charts import ACCENT, LEGEND, MAIN, SOFT, Spec, axis, figure, literal
from eda.tables import Data
from eda.wording import dollars, number, part, same, say, short, times

LEAST_AMOUNT = 1000.0
"""Dollars below which an amount is taken for a placeholder, or for millions without their zeros."""

GREATEST_RETURN = 20_000.0
"""Returns above this are taken for a wrong budget; below it there have been true ones."""

LISTED = 30
TOP = 15

TITLE = Sentence("Presupuesto, recaudación y retorno", "Budget, revenue and return")
RULE = say(
    "Una película con ambos importes es inverosímil si presupuesto o recaudación no llegan a {a} "
    "(seguramente son millones sin sus ceros, o un relleno), o si su retorno pasa de {b}. "
    "Aquí solo se señalan: la tabla las conserva, y donde importa se dice si cuentan.",
    "A film with both amounts is implausible if its budget or revenue is below {a} (probably "
    "millions without their zeros, or a placeholder), or if its return is above {b}. They are only "
    "pointed out here: the table keeps them, and where it matters it is told whether they count.",
    a=dollars(LEAST_AMOUNT),
    b=times(GREATEST_RETURN),
)
NOTHING = Sentence(
    "Ninguna película tiene presupuesto y recaudación conocidos.",
    "No film has both a known budget and a known revenue.",
)


def paid_films(movies: pd.DataFrame) -> pd.DataFrame:
    """The films with both amounts, with `implausible` for those that break the rule."""
    paid = movies[(movies["budget"] > 0) & (movies["revenue"] > 0)]
    least = paid[["budget", "revenue"]].min(axis=1)
    return paid.assign(
        implausible=(least < LEAST_AMOUNT) | (paid["return"] > GREATEST_RETURN),
    )


def plausible_films(movies: pd.DataFrame) -> pd.DataFrame:
    """The films with both amounts that keep the rule."""
    paid = paid_films(movies)
    return paid[~paid["implausible"].astype(bool)]


def money_section(data: Data) -> Section:
    """The section on money."""
    paid = paid_films(data.movies)
    if paid.empty:
        return Section("dinero", TITLE, [Paragraph(NOTHING)])
    blocks: list[Block] = [
        Paragraph(RULE),
        Bullets(_findings(paid, len(data.movies))),
        _scatter(paid),
    ]
    if (by_decade := _decades(paid[~paid["implausible"]])) is not None:
        blocks.append(by_decade)
    return Section("dinero", TITLE, [*blocks, *_tables(paid)])


def _tables(paid: pd.DataFrame) -> list[Table]:
    kept, odd = paid[~paid["implausible"]], paid[paid["implausible"]]
    tables = [
        _table(
            Sentence("Mayor recaudación", "Highest revenue"),
            paid.sort_values(["revenue", "movie_id"], ascending=[False, True])[:TOP],
        ),
        _table(
            Sentence(
                "Mayor retorno, sin las inverosímiles", "Highest return, implausible ones out"
            ),
            kept.sort_values(["return", "movie_id"], ascending=[False, True])[:TOP],
        ),
        _table(
            say(
                "Importes inverosímiles: las {n} de mayor retorno, de {all}",
                "Implausible amounts: the {n} of highest return, out of {all}",
                n=min(LISTED, len(odd)),
                all=len(odd),
            ),
            odd.sort_values(["return", "movie_id"], ascending=[False, True])[:LISTED],
        ),
    ]
    return [table for table in tables if table.rows]


def _findings(paid: pd.DataFrame, films: int) -> list[Sentence]:
    kept, odd = paid[~paid["implausible"]], paid[paid["implausible"]]
    told = [
        say(
            "{n} películas ({p}) tienen ambos importes; {o} de ellas son inverosímiles.",
            "{n} films ({p}) have both amounts; {o} of them are implausible.",
            n=len(paid),
            p=part(len(paid), films),
            o=len(odd),
        )
    ]
    if kept.empty:
        return told
    back = int((kept["return"] >= 1).sum())
    told.append(
        say(
            "De las {n} verosímiles, el {p} recauda al menos lo que costó; el retorno mediano es "
            "{m} y el medio {a}. Cuanto más se separan, más pesan en la media unas pocas películas "
            "muy baratas: conviene mirar la mediana.",
            "Of the {n} plausible ones {p} earn at least what they cost; the median return is {m} "
            "and the mean {a}. The further apart, the more a few very cheap films weigh in the "
            "mean: look at the median.",
            n=len(kept),
            p=part(back, len(kept)),
            m=times(float(kept["return"].median())),
            a=times(float(kept["return"].mean())),
        )
    )
    if len(odd):
        told.append(
            say(
                "Con las inverosímiles, el retorno medio sería {a}.",
                "With the implausible ones the mean return would be {a}.",
                a=times(float(paid["return"].mean())),
            )
        )
    return told


HOVER = Sentence(
    "%{text}<br>presupuesto %{x:,.0f} USD<br>recaudación %{y:,.0f} USD<extra></extra>",
    "%{text}<br>budget %{x:,.0f} USD<br>revenue %{y:,.0f} USD<extra></extra>",
)


def _scatter(paid: pd.DataFrame) -> Figure:
    groups = (
        (paid[~paid["implausible"]], Sentence("verosímiles", "plausible"), MAIN, 0.45, 5),
        (paid[paid["implausible"]], Sentence("inverosímiles", "implausible"), ACCENT, 0.9, 7),
    )
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": films["budget"].tolist(),
            "y": films["revenue"].tolist(),
            "text": [
                f"{literal(title)} ({year})"
                for title, year in zip(films["title"], films["release_year"], strict=True)
            ],
            "hovertemplate": HOVER,
            "marker": {"color": color, "size": size, "opacity": opacity},
        }
        for films, name, color, opacity, size in groups
        if len(films)
    ]
    low = min(float(paid["budget"].min()), float(paid["revenue"].min()))
    high = max(float(paid["budget"].max()), float(paid["revenue"].max()))
    spec = figure(
        [*traces, _even_line(low, high)],
        axis(Sentence("presupuesto, USD", "budget, USD"), **_log_axis(low, high)),
        axis(Sentence("recaudación, USD", "revenue, USD"), **_log_axis(low, high)),
        showlegend=True,
        legend=LEGEND,
        hovermode="closest",
    )
    caption = Sentence(
        "Cada punto es una película (el nombre sale al pasar por encima); sobre la línea, recaudó "
        "lo que costó. Ambas escalas son logarítmicas.",
        "Each dot is a film (point at it for its name); on the line it earned what it cost. "
        "Both scales are logarithmic.",
    )
    title = Sentence("Presupuesto y recaudación", "Budget and revenue")
    return Figure("presupuesto-y-recaudacion", title, caption, spec, 560)


def _even_line(low: float, high: float) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": Sentence("retorno 1", "return 1"),
        "x": [low, high],
        "y": [low, high],
        "line": {"color": SOFT, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _log_axis(low: float, high: float) -> Spec:
    powers = [power for power in range(0, 11, 1) if low / 10 <= 10**power <= high * 10]
    return {
        "type": "log",
        "tickvals": [10**power for power in powers],
        "ticktext": [short(10.0**power) for power in powers],
    }


def _decades(kept: pd.DataFrame) -> Figure | None:
    """Median budget and revenue by decade, of decades with some films."""
    decade = kept["release_year"].astype(int) // 10 * 10
    medians = kept.groupby(decade)["return"].agg(["median", "size"])
    medians = medians[medians["size"] >= 10]
    if len(medians) < 2:
        return None
    bars = {
        "type": "bar",
        "x": [str(year) for year in medians.index],
        "y": medians["median"].round(3).tolist(),
        "hovertext": [
            say("{m}, de {n} películas", "{m}, of {n} films", m=times(float(row["median"])),
                n=int(row["size"]))
            for _, row in medians.iterrows()
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": MAIN},
    }  # fmt: skip
    x = axis(Sentence("década", "decade"), type="category")
    y = axis(Sentence("retorno mediano", "median return"), rangemode="tozero")
    caption = Sentence(
        "Solo décadas con diez o más películas verosímiles. Dólares de entonces, sin inflación; de "
        "las décadas antiguas puede que se conozcan sobre todo los éxitos.",
        "Only decades of ten plausible films or more. Dollars of the day, no inflation; of old "
        "decades perhaps mostly the successes are known.",
    )
    title = Sentence("Retorno mediano por década", "Median return by decade")
    return Figure("retorno-por-decada", title, caption, figure([bars], x, y), 320)


def _table(caption: Sentence, films: pd.DataFrame) -> Table:
    head = [
        Sentence("Película", "Film"),
        Sentence("Año", "Year"),
        Sentence("Presupuesto (USD)", "Budget (USD)"),
        Sentence("Recaudación (USD)", "Revenue (USD)"),
        Sentence("Retorno", "Return"),
    ]
    rows = [
        [
            same(film["title"]),
            same(film["release_year"]),
            number(film["budget"]),
            number(film["revenue"]),
            times(film["return"]),
        ]
        for _, film in films.iterrows()
    ]
    return Table(caption, head, rows, folded=True)
